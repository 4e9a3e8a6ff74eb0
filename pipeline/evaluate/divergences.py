"""Measures the audit of two languages: on differences that were planted, on changes made by rule, on real translations.

Planted: all works, with the shipped model's tags and the flow's own alignment. A row is right if its passages belong to a
labelled bead with a planted difference, with labelled forces that differ, or with an empty side. Changed: beads of works that
no model was trained on, in which one language is changed by a rule of ``changes.py`` and tagged anew; what is found there
must be of a bead that had no row before. Alarms: rows on real translations that say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from pipeline.config import AuditSettings
from pipeline.evaluate.changes import RULES, seed_of
from pipeline.evaluate.figures import Tally
from pipeline.evaluate.passages import Case, cases, facts_of
from pipeline.records import (
    Alignments,
    Bead,
    Divergence,
    Lang,
    Passage,
    Passages,
    Tagged,
    TaggedDocument,
    WorkAlignment,
)
from pipeline.stages import audit
from pipeline.stages.align import align_sentences
from pipeline.stages.audit.sides import Pair, Side
from pipeline.stages.tag import Ask, Tagger
from pipeline.works import Work, WorkBead

OURS = "pledgebook"
SECTION = "texts"
# Pairs drawn from each translation memory.
PAIRS = 30


def planted(tally: Tally, works: Sequence[Work], tagger: Tagger, of: dict[str, str]) -> None:
    """Adds precision and recall of the audit on works as they are written, over all of them and for each split.

    Args:
        tally: keys are (section, data, measure, lang, model).
        works: labelled works.
        tagger: the shipped model.
        of: the split of each work.
    """
    for work in works:
        asked = cases([work])
        found = rows(work, asked, tagger([case.ask for case in asked]))
        ids = {(lang, i): p.id for lang, side in (("en", work.en), ("zh", work.zh)) for i, p in enumerate(side)}
        differ = {p for bead in work.beads if _differs(work, bead) for p in _passages(bead, ids)}
        marked = [bead for bead in work.beads if bead.divergence]
        told = {p for row in found for p in (*row.source, *row.target)}
        right = sum(bool(differ & {*row.source, *row.target}) for row in found)
        seen = sum(bool(told & set(_passages(bead, ids))) for bead in marked)
        for data in ("all works", of[work.id]):
            if found:
                key = (SECTION, data, "divergences, share of rows that are right", "both", OURS)
                tally.add(key, work.id, [right, len(found)])
            if marked:
                key = (SECTION, data, "divergences, share of planted ones found", "both", OURS)
                tally.add(key, work.id, [seen, len(marked)])


def rows(work: Work, asked: Sequence[Case], tagged: Sequence[Tagged]) -> tuple[Divergence, ...]:
    """What the flow's own stage says of a work, a document for each language."""
    passages: dict[str, Passages] = {}
    tags: dict[str, TaggedDocument] = {}
    for lang in ("zh", "en"):
        mine = [(case, t) for case, t in zip(asked, tagged, strict=True) if case.labelled.lang == lang]
        name = f"{work.id}.{lang}"
        passages[name] = Passages(document=name, passages=tuple(_passage(name, i, c) for i, (c, _) in enumerate(mine)))
        tags[name] = TaggedDocument(document=name, tagged=tuple(t for _, t in mine))
    beads = tuple(
        Bead(
            source=tuple(work.zh[i].id for i in m.source), target=tuple(work.en[j].id for j in m.target), score=m.score
        )
        for m in align_sentences([p.text for p in work.zh], [p.text for p in work.en])
        if m.source and m.target
    )
    whole = WorkAlignment(work=work.id, documents=tuple(passages), score=1.0, how="", doubtful=False, beads=beads)
    facts = dict.fromkeys(passages, facts_of(work))
    run = audit.STAGE.build(AuditSettings())
    return run(facts, passages, tags, Alignments(works=(whole,))).divergences  # type: ignore[no-any-return]


def _passage(document: str, ordinal: int, case: Case) -> Passage:
    ask = case.ask
    return Passage(
        id=ask.id, document=document, ordinal=ordinal, lang=ask.lang, text=ask.text, anchors=(), boxes=(), item_start=case.lead
    )  # fmt: skip


def _passages(bead: WorkBead, ids: dict[tuple[str, int], str]) -> list[str]:
    return [ids["en", i] for i in bead.en] + [ids["zh", i] for i in bead.zh]


def _differs(work: Work, bead: WorkBead) -> bool:
    english = {force for i in bead.en for force in work.en[i].force} - {"none"}
    chinese = {force for i in bead.zh for force in work.zh[i].force} - {"none"}
    return bool(bead.divergence) or not bead.en or not bead.zh or english != chinese


def changed(tally: Tally, works: Sequence[Work], tagger: Tagger, data: str) -> None:
    """Adds the share of changes that are found, by kind, and of rows on the same beads unchanged.

    Args:
        tally: keys are (section, data, measure, lang, model).
        works: works that no model was trained on.
        tagger: the shipped model.
        data: the name of the set.
    """
    asked = {case.labelled.id: case for case in cases(works)}
    plain = [
        (work, asked[work.zh[bead.zh[0]].id], asked[work.en[bead.en[0]].id])
        for work in works
        for bead in work.beads
        if len(bead.zh) == len(bead.en) == 1 and not _differs(work, bead)
    ]
    tagged = tagger([case.ask for _, zh, en in plain for case in (zh, en)])
    again: list[tuple[Work, str, Lang, Pair, Case]] = []
    for (work, zh, en), chinese, english in zip(plain, tagged[::2], tagged[1::2], strict=True):
        pair = Pair(_side(zh, chinese), _side(en, english), 1.0)
        alarms = audit.compare(pair)
        tally.add(
            (SECTION, data, "divergences, rows on pairs that say the same", "both", OURS), work.id, [len(alarms), 1]
        )
        if alarms:
            continue
        for kind, rule in RULES.items():
            for case in (zh, en):
                text = rule(case.labelled.text, case.labelled.lang, seed_of(case.labelled.id, kind))
                if text:
                    again.append((work, kind, case.labelled.lang, pair, _with(case, text)))
    anew = tagger([case.ask for *_, case in again])
    for (work, kind, lang, pair, case), tags in zip(again, anew, strict=True):
        side = _side(case, tags)
        found = audit.compare(replace(pair, zh=side) if lang == "zh" else replace(pair, en=side))
        tally.add((SECTION, data, f"divergences, changes found: {kind}", "both", OURS), work.id, [bool(found), 1])
        tally.add((SECTION, data, "divergences, changes found", "both", OURS), work.id, [bool(found), 1])


def _with(case: Case, text: str) -> Case:
    return replace(case, ask=replace(case.ask, text=case.ask.text[: case.lead] + text))


def _side(case: Case, tags: Tagged) -> Side:
    return Side(case.labelled.lang, (_passage(case.labelled.work, 0, case),), (tags,), case.labelled.legal_status)


def alarms(tally: Tally, tagger: Tagger, folder: Path, key: tuple[str, str]) -> None:
    """Adds the rows on pairs of government reports, which say the same, as a share of the pairs.

    Args:
        tally: keys are (section, data, measure, lang, model).
        tagger: the shipped model.
        folder: translation memories (TMX), Chinese before English; ``PAIRS`` pairs are drawn from each by a fixed seed.
        key: section and name of the set.
    """
    for file in sorted(folder.glob("*.tmx")):
        for pair in sample(file, tagger):
            found = [len(audit.compare(pair)), 1]
            tally.add((*key, "divergences, rows on pairs that say the same", "both", OURS), file.stem, found)


def sample(file: Path, tagger: Tagger) -> Iterator[Pair]:
    """Pairs of a translation memory, tagged as passages of a report of the year in its name."""
    whole = [unit for unit in translation_units(file) if len(unit) == 2 and all(unit)]
    drawn = seed_of(file.name).sample(whole, min(PAIRS, len(whole)))
    langs: tuple[Lang, Lang] = ("zh", "en")
    asks = [
        Ask(f"{lang}{i}", text, lang, "political", "report")
        for i, unit in enumerate(drawn)
        for lang, text in zip(langs, unit, strict=True)
    ]
    sides = [_alone(ask, tags) for ask, tags in zip(asks, tagger(asks), strict=True)]
    return (Pair(zh, en, 1.0) for zh, en in zip(sides[::2], sides[1::2], strict=True))


def translation_units(file: Path) -> list[list[str]]:
    """The segments of each unit of a translation memory (TMX), in their order, with single blanks."""
    return [
        [" ".join("".join(seg.itertext()).split()) for seg in unit.iter("seg")]
        for unit in ElementTree.parse(file).getroot().iter("tu")
    ]


def _alone(ask: Ask, tags: Tagged) -> Side:
    passage = Passage(id=ask.id, document="", ordinal=0, lang=ask.lang, text=ask.text, anchors=(), boxes=())
    return Side(ask.lang, (passage,), (tags,), "political")
