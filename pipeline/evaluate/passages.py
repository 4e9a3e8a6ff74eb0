"""Scores tags on labelled passages: the work is known, its text is not read from a PDF.

In order: each labelled passage is asked as the flow would ask it in its document (a list item behind its chapeau, with
section, status, genre and the passage before), and once more alone, as a line of ``pledgebook tag``; then forces and
spans are compared with the labels. What the model marks inside a chapeau does not count, because the label of an item
does not speak of its chapeau.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from pipeline import lexicons
from pipeline.clauses import Clause
from pipeline.evaluate.figures import Pair, Tally, confidence_cell, confusion_cell, langs_of, spans
from pipeline.metrics import overlaps
from pipeline.records import Facts, Tagged
from pipeline.stages.tag import Ask, Tagger
from pipeline.stages.tag.entities import read_defined
from pipeline.works import Label, LabelledPassage, Work

OURS = "pledgebook"
ALONE = "pledgebook, passage alone"


@dataclass(frozen=True)
class Case:
    """A labelled passage, how it is asked, and how many characters of a chapeau stand before it."""

    labelled: LabelledPassage
    ask: Ask
    lead: int


def facts_of(work: Work) -> Facts:
    """What the header and the titles of a work say of it, as the facts that the flow would find."""
    title = {
        lang: next((" ".join(e.sentences[lang]) for e in work.elements if e.kind == "title" and e.sentences[lang]), "")
        for lang in ("en", "zh")
    }
    return Facts(
        document=work.id,
        title=title["en"],
        title_en=title["en"],
        title_zh=title["zh"],
        languages=("en", "zh"),
        issuer=work.facts.get("issuer_en", ""),
        date=work.facts["date"],
        symbol=work.facts.get("symbol", ""),
        genre=work.facts["genre"],
        legal_status=work.facts["legal_status"],  # type: ignore[arg-type]
    )


def lead_of(passage: LabelledPassage) -> str:
    """The chapeau before a list item as it is read in a document, its mark included; empty where there is none."""
    if not passage.chapeau:
        return ""
    if passage.lang == "zh":
        return passage.chapeau + passage.mark
    return f"{passage.chapeau} {passage.mark} " if passage.mark else f"{passage.chapeau} "


def cases(works: Iterable[Work]) -> list[Case]:
    """Every labelled passage of some works with the question that the flow would ask."""
    made = []
    for work in works:
        facts = facts_of(work)
        for side in (work.en, work.zh):
            defined = read_defined((p.text for p in side), side[0].lang) if side else ()
            for p in side:
                lead = lead_of(p)
                ask = Ask(
                    id=p.id,
                    text=lead + p.text,
                    lang=p.lang,
                    legal_status=p.legal_status,
                    genre=p.genre,
                    section=p.section,
                    before=p.before,
                    date=facts.date,
                    facts=facts,
                    defined=defined,
                )
                made.append(Case(p, ask, len(lead)))
    return made


def tag_both(tagger: Tagger, asked: Sequence[Case]) -> tuple[list[Tagged], list[Tagged]]:
    """The tags of passages in their documents, and alone."""
    alone = [Ask(c.labelled.id, c.labelled.text, c.labelled.lang, c.labelled.legal_status) for c in asked]
    return tagger([c.ask for c in asked]), tagger(alone)


def measure(tally: Tally, asked: Sequence[Case], tagged: Sequence[Tagged], split: str, model: str) -> None:
    """Adds the counts of all measures of some passages.

    Args:
        tally: keys are (section, data, measure, lang, model).
        asked: the passages; their ``lead`` is left out of all spans.
        tagged: their tags, in order.
        split: the name of the set.
        model: whose tags they are.
    """
    for case, tags in zip(asked, tagged, strict=True):
        p, lead = case.labelled, case.lead if model == OURS else 0
        for lang in langs_of(p.lang):
            force(tally, ("passages", split), p, tags.force[0], lang, model)
            right = tags.force[0] == p.force[0]
            tally.add(
                ("passages", split, "calibration error", lang, model), p.work, confidence_cell(right, tags.confidence)
            )
            both = len(set(tags.force) & set(p.force))
            tally.add(("passages", split, "force set F1", lang, model), p.work, [both, len(p.force), len(tags.force)])
            for name, counts in _span_counts(p, tags, lead):
                tally.add(("passages", split, name, lang, model), p.work, counts)
            for name, pairs in _values(p, tags, lead):
                tally.add(("passages", split, name, lang, model), p.work, pairs)


def held_clauses(tally: Tally, tagger: Tagger, clauses: Sequence[Clause]) -> None:
    """Adds the primary forces of single clauses that nothing learnt from, each tagged with its section and genre."""
    asks = [Ask(c.id, c.text, c.lang, c.legal_status, c.genre, c.section) for c in clauses]
    for clause, tags in zip(clauses, tagger(asks), strict=True):
        for lang in langs_of(clause.lang):
            key = ("texts", "test", "single clauses, primary force right", lang, OURS)
            tally.add(key, clause.source, [tags.force[0] == clause.force[0], 1])


def force(tally: Tally, where: tuple[str, str], p: LabelledPassage, said: str, lang: str, model: str) -> None:
    """Adds one primary force to the confusion matrices of its language, genre and field."""
    cell = confusion_cell(p.force[0], said)
    tally.add((*where, "force", lang, model), p.work, cell)
    tally.add((*where, f"force, genre {p.genre}", lang, model), p.work, cell)
    tally.add((*where, f"force, field {p.field}", lang, model), p.work, cell)


def _moved(found: Iterable[object], lead: int) -> list[Pair]:
    """Predicted spans in offsets of the labelled text; what begins in the chapeau is left out."""
    pairs = [(s.start - lead, s.end - lead) for s in found if s is not None]  # type: ignore[attr-defined]
    return [pair for pair in pairs if pair[0] >= 0]


def _span_counts(p: LabelledPassage, tags: Tagged, lead: int) -> Iterable[tuple[str, Sequence[float]]]:
    """(right, gold, predicted) of every kind of span, overlapping and exact."""
    gold: dict[str, list[Pair | None]] = {
        "bearer": [s.bearer for s in p.statements],
        "counterparty": [s.counterparty for s in p.statements],
        "action": [s.action for s in p.statements],
        "condition": [s.condition for s in p.statements],
        "hedge": [h for s in p.statements for h in s.hedges],
        "deadline of statement": [(s.deadline.start, s.deadline.end) for s in p.statements if s.deadline],
        "actors": [(a.start, a.end) for a in p.actors],
        "instruments": [(i.start, i.end) for i in p.instruments],
        "deadlines": [(d.start, d.end) for d in p.deadlines],
        "quantities": [(q.start, q.end) for q in p.quantities],
    }
    said = {
        "bearer": _moved((s.bearer for s in tags.statements), lead),
        "counterparty": _moved((s.counterparty for s in tags.statements), lead),
        "action": _moved((s.action for s in tags.statements), lead),
        "condition": _moved((s.condition for s in tags.statements), lead),
        "hedge": _moved((h for s in tags.statements for h in s.hedges), lead),
        "deadline of statement": _moved((s.deadline for s in tags.statements), lead),
        "actors": _moved(tags.actors, lead),
        "instruments": _moved(tags.instruments, lead),
        "deadlines": _moved(tags.deadlines, lead),
        "quantities": _moved(tags.quantities, lead),
    }
    for name, places in gold.items():
        want = [place for place in places if place]
        yield f"{name} F1, overlap", list(spans(want, said[name], exact=False))
        yield f"{name} F1, exact", list(spans(want, said[name], exact=True))
    rows = [(s.bearer, s.force) for s in p.statements if s.bearer]
    have = [((s.bearer.start - lead, s.bearer.end - lead), s.force) for s in tags.statements if s.bearer]
    have = [row for row in have if row[0][0] >= 0]
    right = 0
    left = list(have)
    for place, name in rows:
        hit = next((row for row in left if row[1] == name and overlaps(place, row[0])), None)
        if hit:
            left.remove(hit)
            right += 1
    yield "statement F1 (bearer with force)", [right, len(rows), len(have)]


def _values(p: LabelledPassage, tags: Tagged, lead: int) -> Iterable[tuple[str, Sequence[float]]]:
    """(right, gold) of what is said of a span that was found: kind, id, dates, value."""
    places = {(a.start - lead, a.end - lead): a for a in tags.actors}
    for label in p.actors:
        actor = places.get((label.start, label.end))
        if actor:
            yield "kind of actors found", [float(actor.kind == label.value), 1]
            if label.id in known_ids():
                yield "id of actors found", [float(actor.id == label.id), 1]
    named = {(i.start - lead, i.end - lead): i for i in tags.instruments}
    for label in p.instruments:
        instrument = named.get((label.start, label.end))
        if instrument and label.id in known_ids():
            yield "id of instruments found", [float(instrument.id == label.id), 1]
    for label in p.deadlines:
        if label.value.strip(". "):
            date = next((d for d in tags.deadlines if _meets(label, d.start - lead, d.end - lead)), None)
            yield "dates of deadlines", [float(date is not None and (date.from_, date.to) == dates(label.value)), 1]
    for label in p.quantities:
        bounds = amount(label.value)
        if bounds:
            number = next((q for q in tags.quantities if _meets(label, q.start - lead, q.end - lead)), None)
            if number:
                yield (
                    "value of quantities found",
                    [float(same_amount(bounds, (number.value, number.low, number.high))), 1],
                )


def _meets(label: Label, start: int, end: int) -> bool:
    return overlaps((label.start, label.end), (start, end))


@lru_cache(maxsize=1)
def known_ids() -> frozenset[str]:
    """The canonical ids that the gazetteers hold; only on these can linking be right or wrong."""
    actors = (*lexicons.states(), *lexicons.organisations())
    return frozenset((*(entry.id for entry in actors), *(entry.id for entry in lexicons.instruments())))


def dates(value: str) -> tuple[str | None, str | None]:
    """``from..to`` of a label as two dates; a single date is both."""
    first, dots, last = value.partition("..")
    return first.strip() or None, (last if dots else first).strip() or None


def amount(value: str) -> tuple[float | None, float | None] | None:
    """The bounds of a labelled quantity, equal where it is exact; None if it does not begin with a number.

    ``12..`` is open above, ``..3`` open below; ``2/3`` is a fraction.
    """
    head = re.match(r"[-\d./e]+", value.strip())
    if not head or not re.search(r"\d", head[0]):
        return None
    low, dots, high = head[0].partition("..")
    try:
        return (_number(low), _number(high)) if dots else (_number(low), _number(low))
    except ValueError:
        return None


def _number(text: str) -> float | None:
    if not text:
        return None
    return float(Fraction(text)) if "/" in text else float(text)


def same_amount(gold: tuple[float | None, float | None], said: tuple[float, float | None, float | None]) -> bool:
    """Whether value and bounds say what the label does; where the label is exact, its value decides."""
    value, low, high = said

    def equal(a: float | None, b: float | None) -> bool:
        return a is b or (a is not None and b is not None and abs(a - b) <= 0.005 * max(1.0, abs(a)))

    if gold[0] is not None and gold[0] == gold[1]:
        return equal(gold[0], value)
    return equal(gold[0], low) and equal(gold[1], high)
