"""Turns labelled passages into training examples: text, context, forces, and marked spans by layer.

A list item appears twice: with the chapeau that governs it, as it is met in a document, and alone, as it is met in a
spreadsheet. In a chapeau nothing is marked, because its own labels are not given; the model learns nothing from it.

Real text differs from clean text in ways that cost nothing to imitate: list marks before the sentence, words joined by a
broken PDF, Traditional characters. ``vary`` does so at random places drawn from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pipeline.clauses import Clause
from pipeline.encoder import context
from pipeline.works import LabelledPassage

Spans = dict[str, list[tuple[int, int, str]]]


@dataclass(frozen=True)
class Example:
    """A passage to learn from.

    Attributes:
        text: what is read; ``blind`` characters at its start carry no marks (a chapeau).
        context: what stands before it.
        force: every force, the primary first.
        spans: (start, end, type) by layer; a layer that is absent was not labelled and is not learnt from.
        weight: how much it counts; corrections of a person count more.
    """

    id: str
    work: str
    lang: str
    text: str
    context: str
    legal_status: str
    force: tuple[str, ...]
    spans: Spans = field(default_factory=dict)
    blind: int = 0
    weight: float = 1.0


def spans_of(passage: LabelledPassage, shift: int = 0) -> Spans:
    """The marked spans of a passage, moved by ``shift`` characters."""
    spans: Spans = {
        "actor": [(a.start, a.end, a.value) for a in passage.actors],
        "instrument": [(a.start, a.end, "instrument") for a in passage.instruments],
        "deadline": [(a.start, a.end, "deadline") for a in passage.deadlines],
        "bearer": [],
        "hedge": [],
        "condition": [],
        "counterparty": [],
        "action": [],
    }
    for s in passage.statements:
        for layer, span in (("bearer", s.bearer), ("condition", s.condition), ("counterparty", s.counterparty)):
            if span:
                spans[layer].append((*span, layer))
        if s.action and s.force in ("obligation", "prohibition", "permission", "commitment", "recommendation"):
            spans["action"].append((*s.action, s.force))
        spans["hedge"] += [(*hedge, "hedge") for hedge in s.hedges]
    return {layer: sorted({(a + shift, b + shift, t) for a, b, t in found}) for layer, found in spans.items()}


def examples(passages: Iterable[LabelledPassage]) -> list[Example]:
    """Every passage as an example, list items with a chapeau both with it and alone."""
    made: list[Example] = []
    for p in passages:
        where = context(p.legal_status, p.genre, p.section, p.before)
        base = Example(p.id, p.work, p.lang, p.text, where, p.legal_status, p.force, spans_of(p))
        if p.chapeau:
            lead = p.chapeau + (" " if p.lang == "en" else "") + (f"{p.mark} " if p.mark and p.lang == "en" else p.mark)
            made.append(replace(base, id=p.id + "+", text=lead + p.text, spans=spans_of(p, len(lead)), blind=len(lead)))
            made.append(replace(base, weight=0.5))
        else:
            made.append(base)
    return made


def clause_examples(clauses: Iterable[Clause]) -> list[Example]:
    """Every single clause as an example of its forces and bearers."""
    return [
        Example(
            c.id, c.source, c.lang, c.text, context(c.legal_status, c.genre, c.section), c.legal_status, c.force,
            {"bearer": [(a, b, "bearer") for a, b in c.bearers]},
        )
        for c in clauses
    ]  # fmt: skip


def vary(example: Example, rng: random.Random) -> Example:
    """The example as a careless document would show it; most of the time unchanged."""
    if rng.random() < 0.65:
        where = example.legal_status if rng.random() < 0.75 else ""
        example = replace(example, context=where)
    if example.lang == "zh" and rng.random() < 0.08:
        other = traditional().convert(example.text)
        if len(other) == len(example.text):
            example = replace(example, text=other)
    if example.lang == "en" and rng.random() < 0.08:
        example = join_words(example, rng)
    return example


def join_words(example: Example, rng: random.Random) -> Example:
    """Drops one blank in twelve, as a PDF with bad spacing does, and moves the spans with the text."""
    kept = [i for i, char in enumerate(example.text) if char != " " or rng.random() > 1 / 12]
    place = {old: new for new, old in enumerate(kept)}
    at = [0] * (len(example.text) + 1)
    for old in range(len(example.text) - 1, -1, -1):
        at[old] = place.get(old, at[old + 1] if old + 1 < len(example.text) else len(kept))
    at[len(example.text)] = len(kept)
    spans = {layer: [(at[a], at[b], t) for a, b, t in found] for layer, found in example.spans.items()}
    return replace(example, text="".join(example.text[i] for i in kept), spans=spans, blind=at[example.blind])


@lru_cache(maxsize=1)
def traditional():  # type: ignore[no-untyped-def]
    """The converter from Simplified to Traditional Chinese, loaded once."""
    import opencc

    return opencc.OpenCC("s2t")
