"""Builds statements out of what the encoder marks: one bearer, one force, one action each.

The encoder marks actions by the force they stand under and bearers, conditions, deadlines, hedges and counterparties
without saying which belong together. In order: the forces of the passage are settled (the primary one, and others that
the model is sure of); each marked action becomes a statement; a bearer goes to the actions after it, up to the next
bearer (or, in a passive, to the action before its "by"); the other slots go to the nearest statement. A force without a
marked action still gets a statement if it is the primary one or the model is surer of it, because half of the others are
echoes of a statement that is there already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from pipeline.encoder import SpanTag
from pipeline.lexicons import lexicon
from pipeline.records import OPERATIVE_FORCES, Actor, Binding, Deadline, Force, Lang, LegalStatus, Span, Statement
from pipeline.text import strip_span

LADDER: dict[str, int] = {"obligation": 5, "prohibition": 5, "permission": 5, "commitment": 3, "recommendation": 2}
SECOND_FORCE = 0.5
CLAUSE_MARKS = ",，;；:："
SURE_ACTION = 0.25
# A further force of which no action is marked makes a statement above this.
SURE_FORCE = 0.6


@dataclass
class _Draft:
    """A statement while its slots are being gathered."""

    force: Force
    action: SpanTag | None = None
    bearer: SpanTag | None = None
    slots: dict[str, SpanTag] = field(default_factory=dict)
    hedges: list[SpanTag] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, int]:
        spans = [s for s in (self.action, self.bearer, *self.slots.values(), *self.hedges) if s]
        return (min(s.start for s in spans), max(s.end for s in spans)) if spans else (0, 0)


def settle_forces(primary: Force, forces: dict[Force, float]) -> tuple[Force, ...]:
    """The forces of a passage: the primary one, then the others that are likelier than not, likeliest first."""
    if primary == "none":
        return ("none",)
    others = sorted(
        (f for f, p in forces.items() if p > SECOND_FORCE and f not in (primary, "none")), key=lambda f: -forces[f]
    )
    return (primary, *others)


def draft(spans: dict[str, tuple[SpanTag, ...]], forces: tuple[Force, ...], sets: dict[Force, float]) -> list[_Draft]:
    """Statements with their slots, in order of place."""
    if forces == ("none",):
        return []
    drafts: list[_Draft] = []
    bearers = list(spans["bearer"])
    for action in spans["action"]:
        force: Force = action.type  # type: ignore[assignment]
        if force not in forces:
            force = force if sets.get(force, 0.0) > SURE_ACTION and forces[0] in OPERATIVE_FORCES else forces[0]
        drafts.append(_Draft(force, action=action, bearer=_bearer(action, bearers, spans["action"])))
    drafts = _merge(drafts)
    for force in forces:
        echo = force != forces[0] and sets.get(force, 0.0) <= SURE_FORCE
        if all(known.force != force for known in drafts) and not echo:
            drafts.append(_Draft(force))
    _place_left_bearers(drafts, bearers)
    for layer in ("condition", "deadline", "counterparty"):
        for span in spans[layer]:
            nearest = min(drafts, key=lambda known: _distance(known, span))
            nearest.slots.setdefault(layer, span)
    for span in spans["hedge"]:
        min(drafts, key=lambda known: _distance(known, span)).hedges.append(span)
    return sorted(drafts, key=lambda known: known.place)


def _bearer(action: SpanTag, bearers: Sequence[SpanTag], actions: Sequence[SpanTag]) -> SpanTag | None:
    """The last bearer before an action; in a passive, the one inside it or right after it."""
    before = [b for b in bearers if b.end <= action.start]
    inside = [b for b in bearers if action.start <= b.start < action.end]
    after = [b for b in bearers if b.start >= action.end]
    if before:
        return before[-1]
    if inside:
        return inside[0]
    if after and not any(action.end <= other.start < after[0].start for other in actions):
        return after[0]
    return None


def _merge(drafts: list[_Draft]) -> list[_Draft]:
    """Coordinated verbs of one bearer under one force are one statement: its action runs from the first to the last."""
    merged: list[_Draft] = []
    for known in drafts:
        last = merged[-1] if merged else None
        if last and last.action and known.action and (last.force, last.bearer) == (known.force, known.bearer):
            last.action = replace(last.action, end=known.action.end)
        else:
            merged.append(known)
    return merged


def _place_left_bearers(drafts: list[_Draft], bearers: Sequence[SpanTag]) -> None:
    used = {known.bearer for known in drafts}
    for bearer in bearers:
        if bearer in used:
            continue
        empty = [known for known in drafts if known.bearer is None]
        if empty:
            min(empty, key=lambda known: _distance(known, bearer)).bearer = bearer
        else:
            near = min(drafts, key=lambda known: _distance(known, bearer))
            drafts.append(_Draft(near.force, bearer=bearer))


def _distance(known: _Draft, span: SpanTag) -> int:
    start, end = known.place
    if end == 0:
        return 10_000
    return max(0, span.start - end, start - span.end)


def statements(
    text: str,
    lang: Lang,
    legal_status: LegalStatus | None,
    drafts: Sequence[_Draft],
    confidence: float,
    link: Callable[[Span], Actor],
    when: Callable[[Span], Deadline],
) -> tuple[Statement, ...]:
    """Finished statements.

    Args:
        text: the passage.
        drafts: from ``draft``.
        confidence: of the primary force.
        link: gives a bearer its kind, layer and canonical id.
        when: gives a deadline its dates.
    """
    made: list[Statement] = []
    for known in drafts:
        hedges = tuple(_span(text, hedge) for hedge in known.hedges)
        start, end = clause(text, *known.place) if len(drafts) > 1 and known.place[1] else (0, len(text.rstrip()))
        words = text[start:end]
        slots = {layer: _span(text, tag) for layer, tag in known.slots.items()}
        made.append(
            Statement(
                start=start,
                end=end,
                force=known.force,
                strength=strength(known.force, words, lang, bool(hedges)),
                binding=binding(known.force, legal_status, words, lang),
                bearer=link(_span(text, known.bearer)) if known.bearer else None,
                counterparty=slots.get("counterparty"),
                action=_span(text, known.action) if known.action else None,
                condition=slots.get("condition"),
                hedges=hedges,
                deadline=when(slots["deadline"]) if "deadline" in slots else None,
                confidence=confidence,
            )
        )
    return tuple(made)


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause around a stretch: out to the nearest comma, semicolon or colon on either side, or the ends of the text."""
    left = max(text.rfind(mark, 0, start) for mark in CLAUSE_MARKS) + 1
    rights = [at for at in (text.find(mark, max(start, end - 1)) for mark in CLAUSE_MARKS) if at >= 0]
    return strip_span(text, left, min(rights, default=len(text)))


def _span(text: str, tag: SpanTag) -> Span:
    return Span(start=tag.start, end=tag.end, text=text[tag.start : tag.end])


def strength(force: Force, clause: str, lang: Lang, hedged: bool) -> int:
    """The place on the ladder from 0 (says how things are) to 5 (an unhedged duty); a hedged duty is 4."""
    if force not in LADDER:
        return 0
    if force == "recommendation":
        return 1 if has_cue("mild", clause, lang) else 2
    return LADDER[force] - (1 if hedged and LADDER[force] == 5 else 0)


def binding(force: Force, legal_status: LegalStatus | None, clause: str, lang: Lang) -> Binding:
    """Whether a statement binds in law, in politics, or not at all."""
    if force not in OPERATIVE_FORCES:
        return "none"
    if force == "recommendation" or has_cue("voluntary", clause, lang):
        return "voluntary"
    if legal_status == "binding" and force != "commitment":
        return "legally_binding"
    return "none" if legal_status == "analysis" and force == "permission" else "politically_binding"


def has_cue(group: str, clause: str, lang: Lang) -> bool:
    """Whether a clause holds a cue of a group of the ladder in the modality lexicon."""
    return bool(_cues(group, lang).search(clause))


@cache
def _cues(group: str, lang: Lang) -> re.Pattern[str]:
    words = lexicon("modality")["ladder"][group][lang]
    if lang == "zh":
        return re.compile("|".join(map(re.escape, words)))
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)
