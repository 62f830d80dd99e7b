"""Who a hit, a title with a name, or a noun with its state means in one document, as of its date."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field

from demarche.actors._gazetteer import Entry, Gazetteer
from demarche.actors._scan import Hit, scan
from demarche.actors._tokens import Token, keys, tokenise

__all__ = ["PLACED", "Occurrence", "Party", "Survey"]

_RANK = {"state": 6, "government": 6, "leader": 5, "foreign": 4, "defence": 3, "security": 2, "envoy": 2, "deputy": 2}
_FAR = 12
"""Years outside an office after which a bare surname is not taken for its former holder."""
_COMMON = frozenset(
    "may bush brown major home young long hope king day bishop church rice powell march will law case price stone wood fox "
    "west north south east bank banks park hill field fields cook taylor baker carter hunter page bell ball reagan good "
    "just moon sharp strong gold green black white gray gates bond grant marsh ford wolf rich early best ways son lee hull "
    "peace union august sun abe hu li wen an so no than thin do ho lo to in u".split()
)
"""Surnames that are also other words: alone they need a title, or the full name elsewhere in the text."""
_RULED = frozenset(("administration", "government", "cabinet"))
_NAMED_AFTER = frozenset(
    "air base airport university hospital bridge street square center centre foundation stadium prize mosque boulevard "
    "highway international institute school college museum library avenue tower camp".split()
)
"""What is named after a person, and is none."""
_RELATED = frozenset(
    "backed led held occupied controlled made built supplied trained brokered sponsored supported funded allied born "
    "installed aligned administered speaking style era language mediated drafted proposed".split()
)
_VERBS = frozenset(
    "hit struck shot met told sent said made took gave held cut put let saw left lost won fought is are was were has have had "
    "will would may must can could should says tells meets sends gives takes makes".split()
)
_PARTICLES = frozenset("al el bin ibn ben de del della da dos du van von der ter ur".split())
"""What goes on within a name: the word before it is not the surname."""
PLACED = frozenset("in to on against with at near into toward towards inside outside across over around by".split())
_OF = frozenset(("of", "for", "from"))
_ARTICLES = frozenset(
    ("the", "a", "an", "this", "that", "these", "those", "some", "several", "many", "both", "two", "three")
)
_CAPITALISED = re.compile(r"[A-Z\u00c0-\u00de]")


@dataclass(frozen=True, slots=True)
class Party:
    """Who is meant: id, sector, canonical name, and whether it is a person; `titles` are words for the person's office."""

    id: str
    sector: str | None
    name: str | None
    person: bool = False
    titles: tuple[str, ...] = ()
    female: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A party at its place in a document: numbers of tokens, last exclusive; how it was linked."""

    first: int
    last: int
    party: Party
    link: str
    noun: Entry | None = None


@dataclass(slots=True)
class Survey:
    """All that a document says of who is who.

    Parameters
    ----------
    text
        The document's text.
    day
        ISO day of publication, None where unknown.
    title
        Of the document, "" where unknown.
    """

    text: str
    day: str | None
    gazetteer: Gazetteer
    title: str = ""
    tokens: list[Token] = field(init=False)
    occurrences: list[Occurrence] = field(default_factory=list)
    people: dict[str, Party] = field(default_factory=dict)
    home: str | None = None
    dated: bool = False
    hits: list[Hit] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = tokenise(self.text)
        self.hits = scan(self.tokens, self.gazetteer)
        counts: dict[str, int] = {}
        self._actors = {entry.id or "" for hit in self.hits if hit.how == "name" for entry in hit.entries}
        for hit in self.hits:
            if hit.how in ("name", "adjective"):
                for actor in sorted(
                    {entry.id for entry in hit.entries if entry.id and entry.kind in ("state", "seat")}
                ):
                    counts[actor] = counts.get(actor, 0) + 1
        self._counts = counts
        self._begins = {hit.first for hit in self.hits if not any(entry.kind == "person" for entry in hit.entries)}
        self._ends = {hit.last for hit in self.hits}
        self._walk()

    # A dataclass with slots needs the names of what is set later.
    _counts: dict[str, int] = field(default_factory=dict)
    _actors: set[str] = field(default_factory=set)
    _begins: set[int] = field(default_factory=set)
    _ends: set[int] = field(default_factory=set)

    def hits_in(self, first: int, last: int) -> list[Hit]:
        """Return the hits that lie within tokens `first` to `last`, exclusive."""
        start = bisect.bisect_left(self.hits, first, key=lambda hit: hit.first)
        end = bisect.bisect_left(self.hits, last, key=lambda hit: hit.first)
        return [hit for hit in self.hits[start:end] if hit.last <= last]

    def met(self, first: int, last: int) -> list[Occurrence]:
        """Return the occurrences that begin within tokens `first` to `last`, exclusive, in order."""
        start = bisect.bisect_left(self.occurrences, first, key=lambda found: found.first)
        end = bisect.bisect_left(self.occurrences, last, key=lambda found: found.first)
        return self.occurrences[start:end]

    def between(self, first: int, last: int) -> str:
        """Return the signs between the end of one token and the start of another."""
        return (
            self.text[self.tokens[first].end : self.tokens[last].start] if 0 <= first < last < len(self.tokens) else "."
        )

    def key(self, place: int) -> str:
        """Return the word at a place as it is compared, "" outside the text."""
        return self.tokens[place].key if 0 <= place < len(self.tokens) else ""

    def is_name_like(self, place: int) -> bool:
        """Tell whether the word at a place is capitalised."""
        return 0 <= place < len(self.tokens) and bool(_CAPITALISED.match(self.tokens[place].text))

    def _walk(self) -> None:
        self.home = self._home()
        self._introductions()
        for number, hit in enumerate(self.hits):
            made = self._occurrence(number, hit)
            if made:
                self.occurrences.append(made)

    def _home(self) -> str | None:
        """Return the state that a text is told from: that of its dateline, of its title, or the one that it names most."""
        place = re.match(r"\s*([A-Z][A-Z .'-]{2,30})[,(\u2014]", self.text)
        for hit in self.hits[:3] if place else ():
            if place and hit.how == "name" and self.tokens[hit.first].start < place.end(1):
                party = self._place(hit)
                if party and party.id in self.gazetteer.states:
                    self.dated = True
                    return party.id
        for hit in scan(tokenise(self.title), self.gazetteer):
            named = next(
                (entry for entry in hit.entries if entry.id in self.gazetteer.states and entry.distance(self.day) <= 1),
                None,
            )
            if named and named.kind in ("seat", "person"):
                return self.gazetteer.state_on(self.gazetteer.states[named.id or ""], self.day).id
        most = self.most_named()
        return most[0] if most else None

    def most_named(self) -> list[str]:
        """Return the states of a text, the most named first."""
        ranked = sorted(self._counts, key=lambda actor: -self._counts[actor])
        states = [
            self.gazetteer.state_on(self.gazetteer.states[actor], self.day).id or ""
            for actor in ranked
            if actor in self.gazetteer.states
        ]
        return list(dict.fromkeys(states))

    def _occurrence(self, number: int, hit: Hit) -> Occurrence | None:
        if hit.how == "noun":
            return self._described(number, hit)
        if any(entry.kind == "person" for entry in hit.entries):
            party = self._person(hit)
            if party:
                return Occurrence(hit.first, hit.last, party, "name" if hit.how == "name" else "short form")
            if hit.how == "surname":
                return None
        party = self._place(hit)
        if party is None or self.key(hit.last) in _RELATED and hit.how == "adjective":
            return None
        kind = hit.entries[0].kind
        link = "adjective" if hit.how == "adjective" else "metonym" if kind == "seat" else "name"
        return Occurrence(hit.first, hit.last, party, link)

    def _place(self, hit: Hit) -> Party | None:
        """Return the state, house, organisation or group that a name means, as of the day."""
        entries = [entry for entry in hit.entries if entry.kind != "person" and not self._is_long_gone(hit, entry)]
        if not entries:
            return None
        best = min(
            entries,
            key=lambda entry: (
                entry.distance(self.day),
                entry.kind == "seat" and entry.role == "forces",  # the Arakan Army is not Myanmar's
                -self._counts.get(entry.id or "", 0),
            ),
        )
        if best.kind == "seat" and best.distance(self.day) > 1 and best.end:
            return None  # Berlin in 1962 was nobody's seat that one could name
        if best.kind == "state":
            best = self.gazetteer.state_on(best, self.day)
        if best.kind == "seat" and best.id in self.gazetteer.states and not best.holds(self.day):
            state = self.gazetteer.state_on(self.gazetteer.states[best.id or ""], self.day)
            return Party(state.id or "", best.sector, state.name)
        name = self.gazetteer.name_of(best.id) if best.kind == "seat" else best.name
        titles = best.titles if best.kind == "organisation" else ()
        return Party(best.id or "", best.sector, name, titles=titles)

    def _is_long_gone(self, hit: Hit, entry: Entry) -> bool:
        """Tell whether an acronym meant a group that ended long before: by now it is another's."""
        acronym = hit.last - hit.first == 1 and self.tokens[hit.first].text.isupper()
        return acronym and entry.kind in ("group", "organisation") and entry.distance(self.day) > _FAR

    def _person(self, hit: Hit) -> Party | None:
        """Return the person that a name means: known from this text, in office on the day, or lately."""
        surname = self.key(hit.last - 1)
        full = hit.how == "name"
        if self.is_name_like(hit.last) and self.key(hit.last) in _NAMED_AFTER:
            return None
        if not full and (surname in self.people) and self._is_bare(hit):
            return self.people[surname]
        entries = [entry for entry in hit.entries if entry.kind == "person"]
        if not full:
            entries = [entry for entry in entries if entry.distance(self.day) <= _FAR and self._may_be(hit, entry)]
            entries = [entry for entry in entries if self._is_spoken_for(hit, entry, entries)]
        if not entries:
            return None
        if full:  # the same person in other offices, which a spelling of the name may not list
            offices = [
                other for name in dict.fromkeys(entry.name for entry in entries) for other in self._offices(name)
            ]
            entries = list(dict.fromkeys([*entries, *offices]))

        def preference(entry: Entry) -> tuple[bool, bool, float, float, int]:
            titled = any(title in self._before(hit.first, 5) for title in entry.titles)
            named = 3 if self._counts.get(entry.id or "") else 0
            near = entry.distance(self.day)
            office = entry.id in self.gazetteer.states  # who leads a state and a movement speaks for the state
            return (
                near > (0 if full else 1),
                not office,
                near - (4 if titled else 0) - named,
                near,
                -_RANK.get(entry.role, 1),
            )

        best = min(entries, key=preference)
        party = self._as_party(best)
        if full:
            self.people[surname] = party
        return party

    def _is_spoken_for(self, hit: Hit, entry: Entry, entries: list[Entry]) -> bool:
        """Tell whether anything but the surname speaks for a person: a title, the state, or an office that only one holds."""
        if self._titled(hit.first) or self._counts.get(entry.id or "") or self._named(entry.id):
            return True
        heads = {
            other.name for other in entries if other.holds(self.day) and _RANK.get(other.role, 1) >= _RANK["leader"]
        }
        return heads == {entry.name}

    def _named(self, actor: str | None) -> bool:
        return actor in self._actors

    def _offices(self, name: str) -> list[Entry]:
        return [
            entry for entry in self.gazetteer.names.get(keys(name), []) if entry.name == name and entry.kind == "person"
        ]

    def _as_party(self, entry: Entry) -> Party:
        female = any(key in self.gazetteer.female for key in keys(entry.name)[:-1])
        return Party(entry.id or "", entry.sector or None, entry.name, person=True, titles=entry.titles, female=female)

    def _before(self, place: int, words: int) -> str:
        return " ".join(token.key for token in self.tokens[max(0, place - words) : place])

    def _titled(self, place: int) -> bool:
        """Tell whether a title or an honorific stands right before a place."""
        entry = self.gazetteer.nouns.get((self.key(place - 1),))
        return bool(entry) and ":" not in self.between(place - 1, place)

    def _is_bare(self, hit: Hit) -> bool:
        """Tell whether no other given name stands before a surname."""
        before = hit.first - 1
        if (
            before < 0
            or not self.is_name_like(before)
            or self.between(before, hit.first).strip(" .,'\u2019")
            or "," in self.between(before, hit.first)
        ):
            return True
        return self._titled(hit.first) or hit.first in self._ends

    def _may_be(self, hit: Hit, entry: Entry) -> bool:
        """Tell whether a bare surname here can be this person."""
        before, after = hit.first - 1, hit.last
        if (
            self.is_name_like(after)
            and not self.between(after - 1, after).strip(" ")
            and self.key(after) not in ("and", "s")
        ):
            if after not in self._begins and len(self.tokens[after].text) > 1:
                return False
        if self.key(after) in _PARTICLES and self.between(after - 1, after) in (" ", "-"):
            return False
        if self.key(after) in ("jr", "sr") or "&" in self.between(before, hit.first) + self.between(after - 1, after):
            return False
        titled = self._titled(hit.first)
        if self.key(hit.first) in _COMMON and not titled and self.key(after) not in _RULED:
            return False
        if (
            before >= 0
            and self.is_name_like(before)
            and not self.between(before, hit.first).strip(" .'\u2019-")
            and not titled
        ):
            known = self.key(before) in entry.name.lower() or hit.first in self._ends
            return known
        if titled:
            noun = self.gazetteer.nouns[(self.key(before),)]
            if noun.sector in ("LEG", "MIL", "JUD") and entry.sector != noun.sector and not entry.holds(self.day):
                return False
        return True

    # Nouns: "the Soviet Foreign Minister", "the Government of Cuba", "American warships"

    def _described(self, number: int, hit: Hit) -> Occurrence | None:
        """Return the party of a noun that its state stands beside; nouns without one are for the mention to settle."""
        noun = hit.entries[0]
        if noun.role in ("honorific", "pair", "place", "text", "movement"):
            return None
        found = self._owner(number, hit)
        if found is None:
            return None
        owner, link = found
        return Occurrence(
            hit.first, hit.last, self.of_noun(owner, noun), "office" if noun.role == "office" else link, noun
        )

    def _owner(self, number: int, hit: Hit) -> tuple[Party, str] | None:
        """Return whose a noun is: a state, organisation or house right before it, or after "of"."""
        for other in reversed(self.occurrences[-3:]):
            gap = hit.first - other.last
            if gap < 0 or other.party.person:
                continue
            between = self.text[self.tokens[other.last - 1].end : self.tokens[hit.first].start]
            words = [self.key(place) for place in range(other.last, hit.first)]
            # "Israel troops" is no English, "Israel hit troops" is; "US troops" and "Israel's troops" are theirs.
            bare = other.link == "name" and other.party.id in self.gazetteer.states and words[:1] != ["s"]
            if bare and words and not self.tokens[other.last - 1].text.isupper():
                continue
            if re.search(r"[.,;:()\n\u2014\u2013]", between.replace(".-", "")) or set(words) & (
                PLACED | _OF | _ARTICLES | _RELATED | _VERBS | {"and", "or"}
            ):
                continue
            if gap <= 4 and all(self._is_modifier(place) for place in range(other.last, hit.first)):
                return other.party, other.link
        if self.key(hit.last) in _OF:
            start = hit.last + 1 + (self.key(hit.last + 1) == "the")
            follows = next((other for other in self.hits[number + 1 : number + 4] if other.first == start), None)
            party = self._place(follows) if follows and follows.how == "name" else None
            return (party, "metonym" if follows and follows.entries[0].kind == "seat" else "name") if party else None
        return None

    def _is_modifier(self, place: int) -> bool:
        """Tell whether a word can stand between a state and its noun: "s", "deputy", "then", "armed", a name."""
        key = self.key(place)
        return (
            key == "s" or not key.endswith(("ed", "ing")) or key in ("armed", "united", "ruling", "acting", "leading")
        )

    def of_noun(self, owner: Party, noun: Entry) -> Party:
        """Return the party that a noun of an owner means: the holder of the office, or the owner's sector."""
        if noun.role == "office" and noun.titles:
            leads = "leader" if owner.id not in self.gazetteer.states else noun.titles[0]
            holders = self.gazetteer.holders(owner.id, leads, self.day)
            titled = [entry for entry in holders if not entry.titles or noun.name in entry.titles]
            if titled or holders:
                return self._as_party((titled or holders)[0])
            return Party(
                owner.id,
                owner.sector if owner.id not in self.gazetteer.states else "GOV",
                owner.name,
                person=True,
                titles=(noun.name,),
            )
        person = noun.role in ("office", "person") and not noun.name.endswith("s")
        if owner.id in self.gazetteer.states or owner.sector in (None, "GOV"):
            return Party(
                owner.id, noun.sector or owner.sector, owner.name, person=person, titles=(noun.name,) if person else ()
            )
        sector = noun.sector if noun.sector == "MIL" and owner.sector in ("GOV", "IGO") else owner.sector
        return Party(owner.id, sector, owner.name, person=person, titles=(noun.name,) if person else ())

    # People whom the gazetteer does not know but the text introduces

    def _introductions(self) -> None:
        """Learn the people whom the text introduces: "Mr Lincoln White, a State Department spokesman"."""
        for first, last in self._name_runs():
            surname = self.key(last - 1)
            if surname in self.people:
                continue
            known = self.gazetteer.names.get(tuple(token.key for token in self.tokens[first:last]))
            if known and any(entry.kind == "person" and entry.distance(self.day) < 40 for entry in known):
                continue
            if last - first == 1 and any(
                entry.distance(self.day) <= _FAR for entry in self.gazetteer.surnames.get((surname,), [])
            ):
                continue
            party = self._introduced(first, last)
            if party:
                self.people[surname] = party

    def _name_runs(self) -> list[tuple[int, int]]:
        """Return runs of capitalised words that are no names of states, houses, groups: perhaps people."""
        taken = {
            place
            for hit in self.hits
            if hit.how in ("name", "adjective", "noun") and hit.entries[0].kind != "person"
            for place in range(hit.first, hit.last)
        }
        runs, place = [], 0
        while place < len(self.tokens):
            if place in taken or not self.is_name_like(place):
                place += 1
                continue
            end = place + 1
            while (
                end < len(self.tokens)
                and end not in taken
                and self.is_name_like(end)
                and not self.between(end - 1, end).strip(" .-'\u2019")
            ):
                if "." in self.between(end - 1, end) and len(self.tokens[end - 1].text) > 2:
                    break
                end += 1
            runs.append((place, end))
            place = end
        return runs

    def _introduced(self, first: int, last: int) -> Party | None:
        name = self.text[self.tokens[first].start : self.tokens[last - 1].end]
        described = self._description_before(first) or self._description_after(last)
        if described is None:
            return None
        noun, owner = described
        owner = owner or self._of_state(last)
        told = owner is not None
        if owner is None and self.home and noun.role == "person":
            owner = Party(self.home, None, self.gazetteer.name_of(self.home))
        if owner is None:
            return None
        sector: str | None = noun.sector or owner.sector or "GOV"
        if not told and sector == "GOV":
            sector = owner.sector  # of a country perhaps; that a "cult leader" is of its government nobody said
        if owner.id not in self.gazetteer.states and owner.sector:
            sector = owner.sector
        return Party(
            owner.id,
            sector,
            name,
            person=True,
            titles=(noun.name,),
            female=self.is_female(first),
        )

    def is_female(self, first: int) -> bool:
        """Tell whether a name that begins here is a woman's, by its honorific or its given name."""
        return self.key(first - 1) in ("mrs", "ms", "miss", "lady", "queen") or self.key(first) in self.gazetteer.female

    def _description_before(self, first: int) -> tuple[Entry, Party | None] | None:
        """Return the noun right before a name, and its state: that of "the Cuban delegate, Mr" before "Garcia"."""
        place = first
        while (
            place > 0
            and self.gazetteer.nouns.get((self.key(place - 1),))
            and self.gazetteer.nouns[(self.key(place - 1),)].role == "honorific"
        ):
            place -= 1
        hits = self.hits_in(place - 9, place)
        for hit in reversed(hits):
            if hit.how != "noun" or hit.entries[0].role not in ("office", "person"):
                continue
            gap = (
                self.text[self.tokens[hit.last - 1].end : self.tokens[place].start] if place < len(self.tokens) else ""
            )
            far = place - hit.last > 4
            loose = gap.strip(" ,") and "," not in gap and not re.match(r"\s*(?:of|for|to|at|in|on)\b", gap)
            if far or loose or re.search(r"[.;:!?\n]", gap.strip(" ,")):
                continue
            return hit.entries[0], self._state_near(hit, place)
        return None

    def _description_after(self, last: int) -> tuple[Entry, Party | None] | None:
        """Return the noun of an apposition: "Mr Zorin, the Soviet delegate,"."""
        if last >= len(self.tokens) or not self.between(last - 1, last).lstrip(" ").startswith(","):
            return None
        end = last
        while (
            end < len(self.tokens)
            and end - last < 12
            and (end == last or not re.search(r"[.;:,\u2014]", self.between(end - 1, end)))
        ):
            end += 1
        if self.key(last) in ("who", "whom", "which", "and", "but"):
            return None
        for hit in self.hits_in(last, end):
            if self.key(hit.first - 1) in _OF:
                return None  # "a critic of President Museveni" is not he
            if hit.how == "noun" and hit.entries[0].role in ("office", "person"):
                return hit.entries[0], self._state_near(hit, end, start=last)
        return None

    def _state_near(self, noun: Hit, end: int, *, start: int | None = None) -> Party | None:
        """Return the state beside a noun: before it in its phrase, or after "of"."""
        start = noun.first - 5 if start is None else start
        near = [
            hit
            for hit in self.hits_in(start, end)
            if hit.how in ("name", "adjective") and hit.entries[0].kind != "person"
        ]
        before = [
            hit
            for hit in near
            if hit.last <= noun.first
            and not re.search(r"[.;:,]", self.between(hit.last - 1, noun.first))
            and not {self.key(place) for place in range(hit.last, noun.first)} & PLACED
        ]
        after = [
            hit
            for hit in near
            if hit.first >= noun.last and self.key(hit.first - 1 - (self.key(hit.first - 1) == "the")) in ("of", "for")
        ]
        chosen = before[-1:] or after[:1]
        if not chosen:
            return None
        follows = next((hit for hit in near if hit.first == chosen[0].last and hit.how == "name"), None)
        return self._place(follows or chosen[0])  # "the Pakistani Taliban" are the Taliban

    def _of_state(self, last: int) -> Party | None:
        """Return the state of "President Dortic\u00f3s of Cuba"."""
        if self.key(last) != "of":
            return None
        start = last + 1 + (self.key(last + 1) == "the")
        hit = next((hit for hit in self.hits_in(start, start + 12) if hit.first == start and hit.how == "name"), None)
        return self._place(hit) if hit else None
