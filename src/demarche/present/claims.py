"""Claims for people: each alleged event with who asserts it, who denies it, who passes it on, and the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import LedgerMove
from demarche.model.claims import Claim, Claims, Part
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = ["describe_event", "name_party", "order_claims", "render_claims", "say_status"]

Name = Callable[[str], str | None]
Quote = Callable[[str], LedgerMove | None]

_SHOWN, _QUOTED, _THROUGH = 50, 2, 4
_SAID = {
    "asserts": "asserted by",
    "acknowledges": "acknowledged by",
    "denies": "denied by",
    "reports": "reported without attribution by",
    "reports not": "reported, without attribution, not to have happened by",
    "relays": "only relayed by",
}
_STYLES = {"asserts": "blue", "acknowledges": "blue", "denies": "red"}


def render_claims(claims: Claims, *, name: Name, quote: Quote, shown: int = _SHOWN) -> Group:
    """Return the claims, those that are both asserted and denied first, each with its parties and their first words.

    Parameters
    ----------
    shown
        At most so many claims; how many more there are is said.
    """
    first = order_claims(claims.rows)[:shown]
    parts: list[RenderableType] = [part for claim in first for part in _claim(claim, claims, name, quote)]
    if len(claims.rows) > len(first):
        more = len(claims.rows) - len(first)
        parts.append(Text(f"{more} further claims are not shown here: use a filter, or --format jsonl.", style="dim"))
    if any(claim.day is None and claim.first for claim in first):
        parts.append(Text("* the day of what is said: the day of the alleged event is in no report.", style="dim"))
    return Group(*parts, render_notes(claims))


def order_claims(claims: Iterable[Claim]) -> list[Claim]:
    """Return claims by how much there is to compare: asserted and denied, then by reports; of like ones the earlier first."""
    return sorted(
        claims, key=lambda claim: (claim.status != "asserted and denied", -_reports(claim), claim.status == "reported")
    )


def _reports(claim: Claim) -> int:
    return claim.asserted_in + claim.acknowledged_in + claim.denied_in + claim.reported_in


def _claim(claim: Claim, claims: Claims, name: Name, quote: Quote) -> Iterator[RenderableType]:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=12, no_wrap=True)
    grid.add_column(ratio=1)
    heading = Text(describe_event(claim, name=name), style="bold").append(
        f"  \u201c{show_line(claim.words)}\u201d", style="not bold"
    )
    grid.add_row(Text(_day(claim)), heading)
    grid.add_row("", Text(say_status(claim), style="italic"))
    told: set[str] = set()
    for role in dict.fromkeys(part.role for part in claim.parts):
        own = [part for part in claim.parts if part.role == role]
        grid.add_row(
            "",
            Text(f"{_SAID[role]} ", style="dim").append(_parties(own, name), style=f"not dim {_STYLES.get(role, '')}"),
        )
        if role != "relays":
            for move in list(dict.fromkeys(part.evidence[0] for part in own))[:_QUOTED]:
                grid.add_row("", _words(move, quote, told))
    rivals = [other for other in claims.rows if other.id in claim.rivals]
    if rivals:
        like = "; ".join(f"{describe_event(other, name=name)} \u201c{show_line(other.words)}\u201d" for other in rivals)
        grid.add_row("", Text("of other doers: ", style="dim").append(like, style="not dim"))
    yield grid
    yield Text("")


def _day(claim: Claim) -> str:
    if claim.day:
        return claim.day.isoformat()
    return "no day" if claim.first is None else f"{claim.first.isoformat()}*"


def describe_event(claim: Claim, *, name: Name) -> str:
    """Return the alleged event in a few words: who is said to have done what to whom."""
    doers = ", ".join(name_party(doer, name=name) for doer in claim.doers)
    targets = ", ".join(name_party(target, name=name) for target in claim.targets)
    act = claim.act or "other conduct"
    return (f"{doers}: {act}" if doers else f"{act}, doer not named") + (f" \u2192 {targets}" if targets else "")


def name_party(party: str | None, *, name: Name) -> str:
    """Return the name of a party, its words where it is not resolved."""
    return "somebody not named" if party is None else show_line(name(party) or party)


def say_status(claim: Claim) -> str:
    """Return how many say what, in plain words; it never says that it happened."""
    said = [
        _count("asserted", claim.asserted_by, claim.asserted_in),
        _count("acknowledged", claim.acknowledged_by, claim.acknowledged_in),
        _count("denied", claim.denied_by, claim.denied_in),
        f"reported without attribution in {_times(claim.reported_in)}" if claim.reported_in else None,
    ]
    return "; ".join(filter(None, said)) or "no report that counts"


def _count(verb: str, parties: int, reports: int) -> str | None:
    if not reports:
        return None
    who = f"{parties} {'party' if parties == 1 else 'parties'}" if parties else "somebody not resolved"
    return f"{verb} by {who} in {_times(reports)}"


def _times(reports: int) -> str:
    return f"{reports} independent {'report' if reports == 1 else 'reports'}"


def _parties(parts: list[Part], name: Name) -> str:
    return "; ".join(_part(part, name) for part in parts)


def _part(part: Part, name: Name) -> str:
    party = part.party if part.role == "relays" or part.party is None else name(part.party) or part.party
    told = "somebody not named" if party is None else show_line(party)
    if part.role in ("relays", "reports", "reports not"):
        return f"{told} ({part.reports})"
    through = list(dict.fromkeys(_chain(telling.via, telling.publisher, name) for telling in part.tellings))
    shown = ", ".join(filter(None, through[:_THROUGH])) + (
        f" and {len(through) - _THROUGH} more" if len(through) > _THROUGH else ""
    )
    return f"{told} ({part.reports}{f', through {shown}' if shown else ''})"


def _chain(via: str | None, publisher: str | None, name: Name) -> str:
    return " \u2192 ".join(show_line(one) for one in (via and (name(via) or via), publisher) if one)


def _words(move: str, quote: Quote, told: set[str]) -> Text:
    """Return the sentence of a move and where it stands; the words only once, for a sentence often says what both parties say."""
    found = quote(move)
    if found is None:
        return Text(f"  [{show_line(move)}]", style="dim")
    about = ", ".join(filter(None, (found.publisher, found.move.published, found.move.document, found.move.id)))
    sentence = show_line(found.move.sentence.text)
    shown = "(the same sentence)" if sentence in told else sentence
    told.add(sentence)
    return Text(f"  {shown}  [{show_line(about)}]", style="dim")
