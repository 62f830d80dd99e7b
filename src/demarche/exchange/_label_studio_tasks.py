r"""Annotated tasks of Label Studio on their way back: what an annotator says stands in each sentence.

Both of its files are read: JSON (whole), and JSON-MIN, which loses relations and what region a choice is of. Offsets count code points,
in versions before 2022 UTF-16 code units; the words of a region tell which, and whether they were shifted. Those words have ``\n``
spelled out for the end of a line, and single spaces where the text has several.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demarche.errors import InputError, SpanError
from demarche.exchange._cells import whole
from demarche.exchange._edits import LISTS, edited, fresh_move, kept_mentions, parse_code
from demarche.exchange._places import Units, verify_place
from demarche.exchange._tags import Given, given_move, mark_at
from demarche.exchange.label_studio import CHOICES, ROLES, role_spans
from demarche.model import Act, Failure, Mention, Move, SentenceMark, Span
from demarche.model.returned import Said, Standing

__all__ = ["read_annotations"]

_ACTS = {act.value for act in Act}
_LABELS = {"act": tuple(act.value for act in Act), "role": tuple(ROLES)}
"""The labels of our interface, by control."""
_MOST = 20_000
"""Results of an annotation."""
_LONGEST = 100_000
_LONGEST_NAME = 200
_MOST_TASKS = 100_000
_TOGETHER = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement")


def words_pattern(words: str) -> str:
    """Return the expression that finds the words of a region whatever Label Studio did to their spaces."""
    parts = re.split(r"(?:\s|\\n)+", words)
    return r"(?:\s|\\n)++".join("".join(r"\S" if one == "\ufffd" else re.escape(one) for one in part) for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """Marked words with their labels and choices; `start` and `end` count from the beginning of the task's text."""

    id: str
    start: int
    end: int
    words: str
    labels: list[str] = field(default_factory=list)
    choices: dict[str, str] = field(default_factory=dict)
    strange: list[tuple[str, str]] = field(default_factory=list)
    """Labels that the interface does not have, each with the name of its control."""

    def label(self, control: str, labels: Iterable[Any]) -> None:
        """Take up labels; those of controls that are not of our interface are the person's own, and say nothing here."""
        allowed = _LABELS.get(control, ())
        for label in map(str, labels):
            self.labels.append(label)
            if allowed and label not in (*_LABELS["act"], *_LABELS["role"]):
                self.strange.append((control, label))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """A trigger in the text: the id of its region, its place and act, its choices, and its roles as places."""

    id: str
    span: Span
    act: Act
    choices: Mapping[str, str]
    roles: Mapping[str, tuple[Span, ...]]


def read_annotations(content: bytes, *, where: str) -> Iterator[_Annotation | Failure]:
    """Yield what each annotation of an export says; cancelled (skipped) ones say nothing.

    Raises
    ------
    InputError
        If it is no JSON of Label Studio.
    """
    try:
        tasks = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError("is no JSON; export from Label Studio as JSON or JSON-MIN", where=where) from error
    tasks = [tasks] if isinstance(tasks, dict) else tasks
    if not isinstance(tasks, list):
        raise InputError("is no list of tasks; export from Label Studio as JSON or JSON-MIN", where=where)
    if len(tasks) > _MOST_TASKS:
        raise InputError(f"has more than {_MOST_TASKS:,} tasks; bring them back in parts", where=where)
    file = hashlib.sha256(content).hexdigest()[:16]
    found: list[tuple[tuple[bool, str], _Annotation]] = []
    for number, task in enumerate(tasks, 1):
        place = f"{where}: task {number}"
        try:
            for annotation in _annotations(task, place, file):
                found.append((annotation.order, annotation))
        except (InputError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            reason = error.reason if isinstance(error, InputError) else f"cannot be read as a task: {error!r}"
            yield Failure(where=place, stage="exchange", reason=reason)
    # Of two annotations of a task the later one stands, and above all one that is marked as ground truth.
    yield from (annotation for _, annotation in sorted(found, key=lambda pair: pair[0]))


def _annotations(task: Any, where: str, file: str) -> Iterator[_Annotation]:
    data = task.get("data", task)
    if not isinstance(data.get("text"), str):
        raise InputError("has no text in data; use the interface that demarche export label-studio --config writes")
    if "data" not in task:
        yield _small(task, where, file)
        return
    for annotation in task.get("annotations") or task.get("completions") or []:
        if annotation.get("was_cancelled") or annotation.get("skipped"):
            continue
        results = annotation.get("result") or []
        if len(results) > _MOST:
            raise InputError(f"has more than {_MOST:,} results")
        regions, relations = _regions(results)
        yield _Annotation(
            where=where,
            file=file,
            data=data,
            who=_annotator(annotation.get("completed_by")),
            order=(bool(annotation.get("ground_truth")), str(annotation.get("updated_at") or "")),
            regions=tuple(regions),
            relations=tuple(relations),
            digest=_digest(results),
        )


def _small(task: Mapping[str, Any], where: str, file: str) -> _Annotation:
    """Return what a task of JSON-MIN says: it has an item for each annotation, without relations."""
    acts = [_region(f"act{number}", value, "act") for number, value in enumerate(_items(task.get("act")))]
    for name in CHOICES:
        given = [value for value in _items(task.get(name)) if isinstance(value, str)]
        if len(given) == len(acts):  # one a trigger, in their order; else nobody knows which is whose
            for region, value in zip(acts, given, strict=True):
                region.choices[name] = value
    roles = [_region(f"role{number}", value, "role") for number, value in enumerate(_items(task.get("role")))]
    return _Annotation(
        where=where,
        file=file,
        data=task,
        who=_annotator(task.get("annotator")),
        order=(False, str(task.get("updated_at") or "")),
        regions=(*acts, *roles),
        relations=None,
        digest=_digest({name: value for name, value in task.items() if name not in _TOGETHER}),
    )


def _items(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _digest(results: Any) -> str:
    record = json.dumps(results, sort_keys=True)
    return hashlib.sha256(record.encode()).hexdigest()[:16]


def _annotator(given: Any) -> str | None:
    """Return who annotated, as well as the file says it: an address or name, else the number of the user."""
    if isinstance(given, Mapping):
        named = (given.get("email"), " ".join(filter(None, (given.get("first_name"), given.get("last_name")))))
        return next((_name(one) for one in named if one), None) or _annotator(given.get("id"))
    return None if given in (None, "") else _name(given)


def _name(given: Any) -> str:
    return " ".join(whole(str(given)[:_LONGEST_NAME]).split())


def _regions(results: Sequence[Mapping[str, Any]]) -> tuple[list[_Region], list[tuple[str, str, str]]]:
    found: dict[str, _Region] = {}
    relations = []
    for result in results:
        if result.get("type") == "relation":
            relations += [
                (str(result["from_id"]), str(result["to_id"]), str(label)) for label in result.get("labels") or [""]
            ]
            continue
        value, name = result.get("value") or {}, str(result.get("id"))
        if name not in found:
            if "start" not in value or "end" not in value:
                continue  # a choice or note about the whole task
            found[name] = _region(name, {**value, "labels": []})
        region = found[name]
        region.label(str(result.get("from_name")), value.get("labels") or ())
        for choice in value.get("choices") or ():
            region.choices[str(result.get("from_name"))] = str(choice)
    return list(found.values()), relations


def _region(name: str, value: Mapping[str, Any], control: str = "") -> _Region:
    words = value.get("text") or ""
    if len(words) > _LONGEST:
        raise InputError(f"has a region of more than {_LONGEST:,} characters")
    region = _Region(id=name, start=int(value["start"]), end=int(value["end"]), words=str(words))
    region.label(control, value.get("labels") or ())
    return region


@dataclass(frozen=True, slots=True, kw_only=True)
class _Annotation:
    """What one person says of one task; `relations` is None where the file has lost them."""

    where: str
    file: str
    data: Mapping[str, Any]
    who: str | None
    order: tuple[bool, str]
    regions: tuple[_Region, ...]
    relations: tuple[tuple[str, str, str], ...] | None
    digest: str

    @property
    def documents(self) -> tuple[str, ...]:
        """Id of the document, as the task was given it."""
        found = self.data.get("document")
        return (whole(found),) if isinstance(found, str) else ()

    @property
    def title(self) -> str | None:
        """Title of the document."""
        found = self.data.get("title")
        return found if isinstance(found, str) else None

    def say(self, standing: Standing, *, complete: bool) -> Iterator[Said | Failure]:
        """Yield what is said of each sentence; see :class:`~demarche.model.returned.Sheet`.

        An annotation is complete as it is: of the moves of a task that its person was given, those that are not there are rejected.
        """
        start = self.data.get("start")
        start = start if isinstance(start, int) and start >= 0 else 0
        spans: dict[str, Span] = {}
        lost: set[int] = set()
        units = Units(str(self.data["text"]))
        for region in self.regions:
            span = self._placed(region, standing, start, units)
            if span is None:
                yield self._failure(f"the words {region.words[:60]!r} do not stand at {region.start}, nor once nearby")
                mark = mark_at(standing, start + region.start)
                lost |= {mark.start} if mark else set()
            else:
                spans[region.id] = span
                lost |= {mark.start for mark in [mark_at(standing, span.start)] if mark and region.strange}
            yield from (self._failure(_strange(region, *one)) for one in region.strange)
        given = self._given(standing, start)
        marked, problems = self._marked(standing, spans, given)
        yield from (self._failure(reason) for _, reason in problems)
        lost |= {mark for mark, _ in problems}
        for mark in standing.sentences:
            if mark.start not in lost and (mark.start in marked or mark.start in given):
                yield self._sentence(mark, marked.get(mark.start, []), given.get(mark.start, []), standing)

    def _failure(self, reason: str) -> Failure:
        return Failure(where=self.where, stage="exchange", reason=reason)

    def _placed(self, region: _Region, standing: Standing, start: int, units: Units) -> Span | None:
        """Return the place of a region in the document."""
        text = str(self.data["text"])
        found = verify_place(
            text, region.start, region.end, region.words, units=units, java=False, pattern=words_pattern
        )
        if found is None:
            return None
        there = standing.document.text
        first, last = start + found.start, start + found.end
        if there[first:last] == found.text:
            return Span.of(there, first, last)
        # The text of the task is not quite that of the document: spaces were lost on the way, or it has another beginning.
        return verify_place(there, first, last, found.text, units=Units(there), java=False, pattern=words_pattern)

    def _given(self, standing: Standing, start: int) -> dict[int, list[Given]]:
        """Return the moves that the task came with, by sentence."""
        tags = self.data.get("moves")
        if not isinstance(tags, list):
            end = start + len(str(self.data["text"]))
            tags = [move.id for move in standing.moves if start <= move.sentence.start < end]
        found: dict[int, list[Given]] = defaultdict(list)
        for tag in dict.fromkeys(map(str, tags)):
            given = given_move(tag, standing)
            if given:
                found[given.move.sentence.start].append(given)
        return found

    def _marked(
        self, standing: Standing, spans: Mapping[str, Span], given: Mapping[int, Sequence[Given]]
    ) -> tuple[dict[int, list[_Marked]], list[tuple[int, str]]]:
        """Return the triggers by sentence, and what is wrong, with the sentence in which it is."""
        triggers = [(region, spans[region.id]) for region in self.regions if region.id in spans and _acts(region)]
        roles, problems = self._roles(standing, spans, triggers, given)
        found: dict[int, list[_Marked]] = defaultdict(list)
        for region, span in triggers:
            mark = mark_at(standing, span.start)
            if mark is None or span.end > mark.end:
                problems.append(
                    (mark.start if mark else -1, f"the trigger {span.text[:60]!r} is in no sentence, or in two")
                )
                continue
            for act in _acts(region):
                held = {role: tuple(dict.fromkeys(found)) for role, found in roles.get(region.id, {}).items()}
                choices = {name: value for name, value in region.choices.items() if name in CHOICES}
                found[mark.start].append(_Marked(id=region.id, span=span, act=act, choices=choices, roles=held))
        return found, problems

    def _roles(
        self,
        standing: Standing,
        spans: Mapping[str, Span],
        triggers: Sequence[tuple[_Region, Span]],
        given: Mapping[int, Sequence[Given]],
    ) -> tuple[dict[str, dict[str, list[Span]]], list[tuple[int, str]]]:
        """Return the roles of each trigger's region: by relations, else as the move had them, else of the only trigger of a sentence.

        What only moves had whose triggers are deleted is gone with them: Label Studio deletes a region, and leaves those that it led to.
        """
        held: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
        problems: list[tuple[int, str]] = []
        labels = {region.id: [label for label in region.labels if label in ROLES] for region in self.regions}
        ids = {region.id for region, _ in triggers}
        related: set[str] = set()
        for one, other, label in self.relations or ():
            source, target = (one, other) if one in ids and other not in ids else (other, one)
            if source in ids and target in spans:
                related.add(target)
                for role in labels.get(target) or ([label] if label in ROLES else []):
                    held[source][role].append(spans[target])
        for region in self.regions:
            if region.id in related or region.id not in spans:
                continue
            for role in labels[region.id]:
                mark = mark_at(standing, spans[region.id].start)
                if mark is None:
                    continue
                span, had = spans[region.id], given.get(mark.start, ())
                if _went_with_its_act(role, span, mark, triggers, had):
                    continue
                owners = _owners(role, span, mark, triggers, had, self.relations is None)
                if not owners:
                    problems.append((mark.start, _unrelated(role, span)))
                for owner in owners:
                    held[owner][role].append(spans[region.id])
        return held, problems

    def _sentence(
        self, mark: SentenceMark, marked: Sequence[_Marked], given: Sequence[Given], standing: Standing
    ) -> Said | Failure:
        pairs = _paired(marked, [one.move for one in given])
        check = {one.move.id: one.check for one in given}
        try:
            moves = [_made(one, old, mark, standing) for one, old in pairs]
            moves = [check[move.id](move) if move.id in check else move for move in moves]
        except (InputError, SpanError) as error:
            return self._failure(f"the sentence at {mark.start}: {getattr(error, 'reason', error)}")
        if len({move.id for move in moves}) < len(moves):
            return self._failure(
                f"the sentence at {mark.start}: two acts are marked on the same words with the same label"
            )
        return Said(
            who=self.who,
            sentence=Span.of(standing.document.text, mark.start, mark.end),
            before=tuple(one.move for one in given),
            moves=tuple(sorted(moves, key=lambda move: (move.trigger.start, move.id))),
            key=hashlib.sha256(f"{self.digest}/{mark.start}".encode()).hexdigest()[:16],
        )


def _acts(region: _Region) -> list[Act]:
    return [Act(label) for label in dict.fromkeys(region.labels) if label in _ACTS]


def _strange(region: _Region, control: str, label: str) -> str:
    return f"the label {label[:40]!r} on {region.words[:60]!r} is none of the control {control}; it has {', '.join(_LABELS[control])}"


def _unrelated(role: str, span: Span) -> str:
    return (
        f"the {role} {span.text[:60]!r} at {span.start} has no relation from its act, so that nobody knows which act's it is; "
        "draw one from the act to it, or delete it, and export again"
    )


def _went_with_its_act(
    role: str, span: Span, mark: SentenceMark, triggers: Sequence[tuple[_Region, Span]], given: Sequence[Given]
) -> bool:
    """Tell whether words without a relation were a role of moves of which no trigger is left; a new trigger that is alone has them."""
    here = [
        _Marked(id=region.id, span=place, act=act, choices={}, roles={})
        for region, place in triggers
        if mark.start <= place.start < mark.end
        for act in _acts(region)
    ]
    pairs = _paired(here, [one.move for one in given])
    if len(pairs) == 1 and pairs[0][1] is None:
        return False
    left = {move.id for _, move in pairs if move}
    owners = {one.move.id for one in given if span in role_spans(one.move, role)}
    return bool(owners) and not owners & left


def _owners(
    role: str,
    span: Span,
    mark: SentenceMark,
    triggers: Sequence[tuple[_Region, Span]],
    given: Sequence[Given],
    lost: bool,
) -> list[str]:
    """Return the regions of the triggers to which words without a relation belong."""
    here = [(region, place) for region, place in triggers if mark.start <= place.start < mark.end]
    if lost:  # with the file's relations; what a move had, it still has
        had = {(move.trigger, move.act) for move in (one.move for one in given) if span in role_spans(move, role)}
        owners = [region.id for region, place in here if any((place, act) in had for act in _acts(region))]
        if owners:
            return owners
    return [here[0][0].id] if len(here) == 1 else []


def _paired(marked: Sequence[_Marked], given: Sequence[Move]) -> list[tuple[_Marked, Move | None]]:
    """Return each trigger with the move that it was: by id, by place and act, then by place."""
    left = list(given)
    pairs: dict[int, Move] = {}
    for is_its in (_same_region, _same_trigger, _overlapping):
        for number, one in enumerate(marked):
            found = None if number in pairs else next((move for move in left if is_its(one, move)), None)
            if found is not None:
                pairs[number] = found
                left.remove(found)
    return [(one, pairs.get(number)) for number, one in enumerate(marked)]


def _same_region(one: _Marked, move: Move) -> bool:
    return one.id == move.id


def _same_trigger(one: _Marked, move: Move) -> bool:
    return one.span == move.trigger and one.act is move.act


def _overlapping(one: _Marked, move: Move) -> bool:
    return one.span.start < move.trigger.end and move.trigger.start < one.span.end


def _made(one: _Marked, given: Move | None, mark: SentenceMark, standing: Standing) -> Move:
    changes: dict[str, Any] = {name: parse_code(name, value) for name, value in one.choices.items()}
    for role, name in ROLES.items():
        spans = one.roles.get(role, ())
        if given is None or set(spans) != set(role_spans(given, role)):
            changes[name] = _role(name, role, spans, given)
    if given is None:
        return fresh_move(standing.document, mark, one.span, one.act, changes)
    if one.act is not given.act:
        changes["act"] = one.act
    return edited(given, changes | {"trigger": one.span})


def _role(name: str, role: str, spans: Sequence[Span], given: Move | None) -> Any:
    """Return the value of a role, with what was known of words that stay."""
    old = getattr(given, name) if given else None
    if name in LISTS:
        before = [mention.span for mention in old or ()]
        order = sorted(spans, key=lambda span: (before.index(span) if span in before else len(before), span.start))
        return tuple(mention for span in order for mention in kept_mentions(old or (), span))
    if len(spans) > 1:
        raise InputError(f"a move has one {role}; {len(spans)} are marked")
    if not spans:
        return None
    if name == "source":
        kept: tuple[Mention, ...] = kept_mentions((old,) if old else (), spans[0])
        return kept[0]
    return spans[0]
