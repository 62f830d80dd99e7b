"""The parties of a document's moves -> the same with ids: names, offices, places, then pronouns and short forms by what came before."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Sequence

from demarche.actors._gazetteer import Entry, Gazetteer, load_gazetteer
from demarche.actors._parties import PLACED, Occurrence, Party, Survey
from demarche.model import Document, Mention, Move

__all__ = ["link_moves"]

_HE = frozenset(("he", "him", "his", "himself"))
_SHE = frozenset(("she", "her", "hers", "herself"))
_IT = frozenset(("it", "its", "itself"))
_THEY = frozenset(("they", "them", "their", "theirs", "themselves"))
_I = frozenset(("i", "me", "my", "mine", "myself"))
_WE = frozenset(("we", "us", "our", "ours", "ourselves"))
_PRONOUNS = _HE | _SHE | _IT | _THEY | _I | _WE | {"who", "which", "that"}
_OWNING = frozenset(("his", "her", "its", "their", "our", "my", "whose"))
_ISLANDS = frozenset("CUB TWN CYP LKA HTI IRL GRD FLK JPN MDG BHR MDV MLT NZL PHL IDN TLS ISL JAM PRI GRL HKG".split())
_BACK = 3
"""Sentences back to which a pronoun can refer."""
_WINDOW = 200
"""Words back to which it can refer, however long the sentences are."""
_FAR = 2000
"""Words back to which "the minister" or "the island" can refer: a text is read in time that grows with its length alone."""


def link_moves(document: Document, moves: Sequence[Move], gazetteer: Gazetteer | None = None) -> tuple[Move, ...]:
    """Return the moves with their parties resolved as of the document's date.

    A mention that names several parties ("the Governments of Cuba and Turkey", "both leaders") becomes one mention for
    each, over the same words. What cannot be resolved keeps an id of None. ``link`` says how: ``name``, ``office``,
    ``metonym``, ``adjective``, ``short form`` (a surname, "the minister", "the group") or ``pronoun``.

    Parameters
    ----------
    gazetteer
        From :func:`~demarche.actors.load_gazetteer`; the shipped one by default.

    Examples
    --------
    >>> from demarche import code
    >>> moves = code("The Kremlin rejected the plan. It demanded a withdrawal.", published="2025-11-27")
    >>> [(mention.id, mention.sector, mention.link) for move in moves for mention in move.actors]
    [('RUS', 'GOV', 'metonym'), ('RUS', 'GOV', 'pronoun')]
    """
    if not moves:
        return ()
    day = (document.published or "")[:10] or None
    survey = Survey(text=document.text, day=day, gazetteer=gazetteer or load_gazetteer(), title=document.title or "")
    linker = _Linker(survey, moves)
    return tuple(linker.link(move) for move in moves)


class _Linker:
    """Resolves the mentions of one document in the order of its text."""

    def __init__(self, survey: Survey, moves: Sequence[Move]) -> None:
        self._survey = survey
        self._starts = [token.start for token in survey.tokens]
        self._breaks = [
            match.end()
            for match in re.finditer(
                r"[.!?][\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]?[A-Z\u00c0-\u00de0-9])|\n+", survey.text
            )
        ]
        self._acting = sorted({mention.span.start for move in moves for mention in move.actors})
        people = [found.party for found in survey.occurrences if found.party.person]
        self._first_person = people[0] if people else None
        self._people = Counter(party for party in people if party.id in survey.gazetteer.states)
        organisations = survey.gazetteer.organisations
        self._organisations = list(
            dict.fromkeys(found.party.id for found in survey.occurrences if found.party.id in organisations)
        )
        self._done: dict[tuple[int, int], tuple[Mention, ...]] = {}
        self._spoken: list[tuple[int, Party]] = []

    def link(self, move: Move) -> Move:
        """Return a move with its parties resolved."""
        actors = tuple(made for mention in move.actors for made in self._mention(mention))
        source = self._mention(move.source)[0] if move.source else None
        recipients = tuple(made for mention in move.recipients for made in self._mention(mention, apart=actors))
        return dataclasses.replace(move, actors=actors, recipients=recipients, source=source)

    def _mention(self, mention: Mention, *, apart: tuple[Mention, ...] = ()) -> tuple[Mention, ...]:
        where = (mention.span.start, mention.span.end)
        if where not in self._done:
            others = {other.id for other in apart if other.id}
            found = self._resolve(*where, others)
            self._done[where] = tuple(
                dataclasses.replace(mention, id=party.id, sector=party.sector, name=party.name, link=link)
                for party, link in found
            ) or (mention,)
            self._spoken += [(where[0], party) for party, _ in found]
            self._remember(*where, found)
        return self._done[where]

    def _remember(self, start: int, end: int, found: list[tuple[Party, str]]) -> None:
        """Let what a pronoun or a short form was found to mean count for the pronouns after it."""
        first, last = bisect.bisect_left(self._starts, start), bisect.bisect_left(self._starts, end)
        survey = self._survey
        if len(found) == 1 and not survey.met(first, last):
            made = Occurrence(first, max(last, first + 1), found[0][0], found[0][1])
            bisect.insort(survey.occurrences, made, key=lambda item: item.first)

    def _resolve(self, start: int, end: int, others: set[str]) -> list[tuple[Party, str]]:
        first = bisect.bisect_left(self._starts, start)
        last = bisect.bisect_left(self._starts, end)
        words = [token.key for token in self._survey.tokens[first:last]]
        if not words:
            return []
        if len(words) == 1 and words[0] in _PRONOUNS and self._survey.tokens[first].text != "US":
            return self._pronoun(words[0], first, others)
        inside = [found for found in self._survey.met(first, last) if found.last <= last]
        if inside and all(self._is_aside(found, first) for found in inside) and self._noun(first, inside[0].first):
            inside = []
        if inside:
            named = self._named(first, last, inside)
            if named:
                return named
        return self._described(first, last, words, others)

    # Mentions with a name in them

    def _named(self, first: int, last: int, inside: list[Occurrence]) -> list[tuple[Party, str]]:
        people = [found for found in inside if found.party.person]
        head = [found for found in inside if not self._is_aside(found, first)] or inside
        if people and any(found in people for found in head):
            people = [found for found in people if found in head]
            named = [found for found in people if found.noun is None] or people
            named = [self._in_sector(found, first) for found in named]
            if self._owns(named[0], last):
                return [(self._of_owner(named[0].party, named[0].last, last), named[0].link)]
            if self._joined(named):
                return _distinct([(found.party, found.link) for found in named])
            return [(named[0].party, named[0].link)]
        if self._joined(head):
            sector = next(
                (found.party.sector for found in head if found.noun and found.party.sector), None
            ) or self._sector_before(first, head[0].first)
            return _distinct([(_with_sector(found.party, sector), found.link) for found in head])
        nouns = [found for found in head if found.noun is not None]
        if nouns:
            chosen = nouns[0]
            return [(chosen.party, chosen.link)]
        return [self._with_noun(head[0], first, last)]

    def _in_sector(self, found: Occurrence, first: int) -> Occurrence:
        """Return a person in the sector that the words before the name give: "opposition leader", "Senator"."""
        noun = self._noun(first, found.first)
        known = self._survey.gazetteer.states
        if (
            noun is None
            or noun.sector in (None, "GOV")
            or found.party.sector in (noun.sector, None)
            or found.party.id not in known
        ):
            return found
        return dataclasses.replace(found, party=dataclasses.replace(found.party, sector=noun.sector))

    def _is_aside(self, found: Occurrence, first: int) -> bool:
        """Tell whether a name stands after a preposition of place or direction: "troops in Ukraine"."""
        before = self._survey.key(found.first - 1)
        if before == "the":
            before = self._survey.key(found.first - 2)
        return found.first > first and before in PLACED

    def _owns(self, found: Occurrence, last: int) -> bool:
        return self._survey.key(found.last) == "s" and found.last + 1 < last

    def _of_owner(self, owner: Party, first: int, last: int) -> Party:
        noun = self._noun(first, last)
        if noun is None:
            return owner
        name = self._survey.gazetteer.name_of(owner.id)
        return self._survey.of_noun(Party(owner.id, owner.sector, name), noun)

    def _joined(self, found: list[Occurrence]) -> bool:
        """Tell whether several parties are listed: "Cuba and Turkey"."""
        if len({(item.party.id, item.party.name) for item in found}) < 2:
            return False
        return any(
            re.search(
                r"\band\b|,|&",
                self._survey.text[self._survey.tokens[one.last - 1].end : self._survey.tokens[two.first].start],
            )
            for one, two in zip(found, found[1:], strict=False)
            if one.last <= two.first
        )

    def _sector_before(self, first: int, last: int) -> str | None:
        noun = self._noun(first, last)
        return noun.sector if noun else None

    def _with_noun(self, found: Occurrence, first: int, last: int) -> tuple[Party, str]:
        """Return the party with the sector of the noun in its phrase: after it, else before it ("officers of the United Nations")."""
        noun = self._noun(found.last, last) or self._noun(first, found.first)
        if noun is None or noun.role in ("place", "movement", "text"):
            return found.party, found.link
        return self._survey.of_noun(found.party, noun), "office" if noun.role == "office" else found.link

    def _noun(self, first: int, last: int) -> Entry | None:
        """Return the head noun of a phrase: of "military Government" the second, but an "army spokesman" is of the army."""
        hits = [hit for hit in self._survey.hits_in(first, last) if hit.how == "noun"]
        hits = [hit for hit in hits if hit.entries[0].role not in ("honorific", "pair")]
        if not hits:
            return None
        head = hits[0]
        for hit in hits[1:]:
            if hit.first != head.last or hit.entries[0].role == "person":
                break
            head = hit
        return head.entries[0]

    # Mentions without a name

    def _described(self, first: int, last: int, words: list[str], others: set[str]) -> list[tuple[Party, str]]:
        if words[0] in _OWNING:
            owners = self._pronoun("it" if words[0] == "its" else words[0], first, set())
            if owners:
                return [(self._of_owner(owners[0][0], first + 1, last), "pronoun")]
            return []
        plain = " ".join(words)
        hits = [hit for hit in self._survey.hits_in(first, last) if hit.how == "noun"]
        pair = next((hit.entries[0] for hit in hits if hit.entries[0].role == "pair"), None)
        noun = pair or self._noun(first, last)
        if noun and noun.role in ("office", "person") and self._has_name(hits[-1].last, last):
            return self._local_name(first, last)
        if noun is None:
            return self._local_name(first, last)
        if noun.role == "pair" or plain.startswith(("both ", "the two ")):
            return self._pair(first, noun)
        definite = words[0] in ("the", "this", "that") or self._survey.key(first - 1) in ("the", "this", "that")
        if noun.role in ("office", "person") and not noun.name.endswith("s"):
            earlier = self._earlier_holder(first, noun) if definite or noun.role == "office" else None
            if earlier:
                return [(earlier, "short form")]
        if noun.role in ("place", "movement"):
            earlier = self._earlier_actor(first, noun)
            return [(earlier, "short form")] if earlier and definite else []
        if noun.role == "text":
            spoken = self._last_spoken(first)
            return [(spoken, "short form")] if spoken else []
        return self._at_home(first, noun, others)

    def _has_name(self, first: int, last: int) -> bool:
        """Tell whether capitalised words follow a title: it is then theirs, not that of whom the text spoke of before."""
        return any(self._survey.is_name_like(place) for place in range(first, last))

    def _local_name(self, first: int, last: int) -> list[tuple[Party, str]]:
        """Return whom the text introduced under a surname."""
        for place in range(last - 1, first - 1, -1):
            party = self._survey.people.get(self._survey.key(place))
            if party and self._survey.is_name_like(place):
                return [(party, "short form" if place == first else "name")]
        return []

    def _at_home(self, first: int, noun: Entry, others: set[str]) -> list[tuple[Party, str]]:
        """Return the party of a noun without a state.

        It is that of the place where the sentence says that it was ("In London the Ministry of Defence ..."), of the dateline,
        of the state that acted last, or the one that the text is told from. What somebody does to others is not done to
        their own: for a recipient the other of the two states that the text names most is taken.
        """
        survey = self._survey
        if noun.role == "people" or noun.sector in ("BUS", "MED"):
            home = self._place_of(first)  # crowds and companies are of the place, or nobody's that one could name
            return (
                [(survey.of_noun(Party(home, None, survey.gazetteer.name_of(home)), noun), "short form")]
                if home
                else []
            )
        home = self._place_of(first) or (survey.home if survey.dated else self._near_state(first)) or survey.home
        most = survey.most_named()[:2]
        if noun.name in ("junta", "regime"):
            home = next((state for state in most if state != survey.home), home)
        if home in others:
            home = next((state for state in most if state not in others), None)
        if home is None or home not in survey.gazetteer.states:
            return []
        owner = Party(home, None, survey.gazetteer.name_of(home))
        return [(survey.of_noun(owner, noun), "short form")]

    def _place_of(self, first: int) -> str | None:
        """Return the state of the capital with which the sentence begins: "In London the Ministry of Defence ..."."""
        here = self._sentence(first)
        for found in self._survey.met(first - _WINDOW, first):
            if self._sentence(found.first) == here and found.link == "metonym":
                if self._survey.key(found.first - 1) in ("in", "at") and not self._sentence(found.first - 2) == here:
                    return found.party.id
        return None

    def _near_state(self, place: int) -> str | None:
        """Return the state of the last party that made a move in this sentence or the one before."""
        here = self._sentence(place)
        for start, party in reversed(self._spoken):
            token = bisect.bisect_left(self._starts, start)
            if here - self._sentence(token) > 1:
                return None
            if token < place and party.id in self._survey.gazetteer.states:
                return party.id
        return None

    def _earlier_holder(self, first: int, noun: Entry) -> Party | None:
        """Return the person mentioned before whose office the noun is; of two, the last; else the holder at home."""
        survey = self._survey
        for found in reversed(survey.met(first - _FAR, first)):
            if found.party.person and _fits(noun, found.party):
                return found.party
        for party in itertools.islice(survey.people.values(), 100):
            if _fits(noun, party):
                return party
        return self._holder_named(noun) if noun.role == "office" and noun.titles else None

    def _holder_named(self, noun: Entry) -> Party | None:
        """Return who holds the office of a noun in a state or an organisation of the text, that of its home first."""
        survey, gazetteer = self._survey, self._survey.gazetteer
        for state in [survey.home, *survey.most_named()]:
            if state and any(
                noun.name in entry.titles for entry in gazetteer.holders(state, noun.titles[0], survey.day)
            ):
                return survey.of_noun(Party(state, None, gazetteer.name_of(state)), noun)
        for organisation in [*self._organisations, "UN", "EU"]:
            entry = gazetteer.organisations.get(organisation)
            if entry and noun.name in {title.lower() for title in entry.titles}:
                return survey.of_noun(Party(organisation, entry.sector, entry.name), noun)
        if noun.titles[0] != "leader" and survey.home in gazetteer.states:
            return survey.of_noun(Party(survey.home or "", None, gazetteer.name_of(survey.home)), noun)
        return None

    def _earlier_actor(self, first: int, noun: Entry) -> Party | None:
        survey = self._survey
        states = noun.role == "place"
        for found in reversed(survey.met(first - _FAR, first)):
            if found.party.person:
                continue
            is_state = found.party.id in survey.gazetteer.states
            if noun.name == "island" and found.party.id not in _ISLANDS:
                continue
            if is_state == states:
                return Party(
                    found.party.id, None if states else found.party.sector, survey.gazetteer.name_of(found.party.id)
                )
        return None

    def _pair(self, first: int, noun: Entry) -> list[tuple[Party, str]]:
        """Return the two parties that the text names most: "both leaders"."""
        survey = self._survey
        if not any(word in noun.name for word in ("leaders", "presidents", "men")):
            pair = survey.most_named()[:2]
            return (
                [(Party(state, None, survey.gazetteer.name_of(state)), "short form") for state in pair]
                if len(pair) == 2
                else []
            )
        people: dict[str, Party] = {}
        for party, _ in self._people.most_common():
            people.setdefault(party.id, party)
        pairs = list(people.values())[:2]
        return [(party, "short form") for party in pairs] if len(pairs) == 2 else []

    def _last_spoken(self, first: int) -> Party | None:
        return next((party for start, party in reversed(self._spoken) if start < self._starts[first]), None)

    # Pronouns

    def _pronoun(self, word: str, place: int, others: set[str]) -> list[tuple[Party, str]]:
        survey = self._survey
        if word in ("who", "which", "that", "whose"):
            before = [
                found
                for found in survey.met(place - _WINDOW, place)
                if found.last <= place and self._sentence(found.first) == self._sentence(place)
            ]
            return [(before[-1].party, "pronoun")] if before else []
        if word in _I | _WE:
            speaker = self._speaker(place)
            if speaker and word in _WE:
                speaker = Party(speaker.id, speaker.sector, survey.gazetteer.name_of(speaker.id))
            return [(speaker, "pronoun")] if speaker else []
        best: tuple[float, Party] | None = None
        here = self._sentence(place)
        for found in survey.met(place - _WINDOW, place):
            back = here - self._sentence(found.first)
            if found.first >= place or back > _BACK or not self._agrees(word, found):
                continue
            worth = -10.0 * back
            worth += 6 if self._is_first(found) else 0
            worth += 5 if self._in_actor(found) else 0
            worth -= 20 if found.party.id in others else 0
            worth -= 4 if survey.key(found.last) == "s" else 0
            worth -= 8 if self._is_object(found) else 0
            worth += found.first / len(survey.tokens)
            if best is None or worth > best[0]:
                best = (worth, found.party)
        if best is None:
            return []
        party = best[1]
        if word in _IT | _THEY and party.person:
            party = Party(party.id, party.sector, survey.gazetteer.name_of(party.id))
        return [(party, "pronoun")]

    def _agrees(self, word: str, found: Occurrence) -> bool:
        if word in _HE:
            return found.party.person and not found.party.female
        if word in _SHE:
            return found.party.person and found.party.female
        noun = found.noun
        if word in _IT:
            return not found.party.person and not (noun and noun.name.endswith("s")) and not self._is_plural(found)
        return not found.party.person or bool(noun and noun.name.endswith("s"))

    def _is_object(self, found: Occurrence) -> bool:
        """Tell whether a party stands after a preposition, and so is not who the sentence is about: "in a letter to U Thant"."""
        place = found.first - 1
        while self._survey.is_name_like(place) or self._survey.key(place) in ("the", "mr", "mrs", "dr"):
            place -= 1
        return self._survey.key(place) in PLACED or self._survey.key(place) in ("of", "from", "for")

    def _is_plural(self, found: Occurrence) -> bool:
        word = self._survey.key(found.last - 1)
        return found.link == "adjective" and found.noun is None and not word.endswith("s")

    def _in_actor(self, found: Occurrence) -> bool:
        """Tell whether an occurrence lies in the words of somebody who acts, or begins them."""
        start = self._survey.tokens[found.first].start
        place = bisect.bisect_right(self._acting, start) - 1
        if place < 0 or start - self._acting[place] > 40:
            return False
        return not re.search(r"[.!?,;]", self._survey.text[self._acting[place] : start])

    def _is_first(self, found: Occurrence) -> bool:
        here = self._sentence(found.first)
        return not any(
            other.first < found.first
            and self._sentence(other.first) == here
            and other.party.person == found.party.person
            for other in self._survey.met(found.first - _WINDOW, found.first)
        )

    def _speaker(self, place: int) -> Party | None:
        """Return who speaks in the first person: the first person whom the sentence names, else the last who spoke."""
        here = self._sentence(place)
        for found in self._survey.met(place - _WINDOW, place + _WINDOW):
            if self._sentence(found.first) == here and found.party.person and found.party.name:
                return found.party
        return self._last_spoken(place) or self._first_person

    def _sentence(self, place: int) -> int:
        start = self._survey.tokens[place].start if place < len(self._survey.tokens) else len(self._survey.text)
        return bisect.bisect_right(self._breaks, start)


def _fits(noun: Entry, party: Party) -> bool:
    """Tell whether a noun can mean a person: by the words for the office, or as the last part of them ("the minister")."""
    if noun.name in party.titles:
        return True
    return any(title.endswith(f" {noun.name}") for title in party.titles) or (
        noun.name == "leader"
        and any(
            title in ("president", "prime minister", "premier", "king", "general secretary", "party leader")
            for title in party.titles
        )
    )


def _with_sector(party: Party, sector: str | None) -> Party:
    return dataclasses.replace(party, sector=sector) if sector and party.sector is None else party


def _distinct(found: list[tuple[Party, str]]) -> list[tuple[Party, str]]:
    made: dict[tuple[str, str | None, str | None], tuple[Party, str]] = {}
    for party, link in found:
        made.setdefault((party.id, party.sector, party.name), (party, link))
    return list(made.values())
