"""Measures the audit of two languages: on differences planted by hand and by rule, and on texts that say the same.

Labelled: the works as they stand, with the shipped model's tags and the flow's own alignment. A row is right if its passages
belong to a labelled bead with a marked difference, with labelled forces that differ, or with an empty side. Planted: the same
works after the changes of ``corpus/planted``, where people made one language say something else; a change is found if its
bead has a row that it did not have before. By rule: beads of works that no model was trained on, in which one language is
changed by a rule of ``changes.py``. Alarms: rows on real translations that say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from msgspec.structs import replace as replace_fields

from pipeline.config import ROOT, AuditSettings
from pipeline.evaluate.changes import RULES, seed_of
from pipeline.evaluate.figures import Tally
from pipeline.evaluate.passages import Case, cases, facts_of
from pipeline.records import (
    DIVERGENCES,
    Alignments,
    Bead,
    Divergence,
    Lang,
    Passage,
    Passages,
    Record,
    Tagged,
    TaggedDocument,
    WorkAlignment,
)
from pipeline.stages import audit
from pipeline.stages.align import align_sentences
from pipeline.stages.audit.reader import Judge
from pipeline.stages.audit.sides import Pair, Side
from pipeline.stages.tag import Ask, Tagger
from pipeline.works import Work, WorkBead, WorkError

OURS = "pledgebook"
SECTION = "texts"
# A change of words that changes nothing else.
REWORDED = "same"
KINDS = (*DIVERGENCES, REWORDED)
# Pairs drawn from each translation memory.
PAIRS = 30


def labelled(tally: Tally, works: Sequence[Work], tagger: Tagger, of: dict[str, str]) -> None:
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
        differ = {p for bead in work.beads if differs(work, bead) for p in _passages(work, bead)}
        marked = [bead for bead in work.beads if bead.divergence]
        told = {p for row in found for p in (*row.source, *row.target)}
        right = sum(bool(differ & {*row.source, *row.target}) for row in found)
        seen = sum(bool(told & _passages(work, bead)) for bead in marked)
        for data in ("all works", of[work.id]):
            if found:
                key = (SECTION, data, "divergences, share of rows that are right", "both", OURS)
                tally.add(key, work.id, [right, len(found)])
            if marked:
                key = (SECTION, data, "divergences, share of marked ones found", "both", OURS)
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


def _passages(work: Work, bead: WorkBead) -> set[str]:
    return {*(work.en[i].id for i in bead.en), *(work.zh[i].id for i in bead.zh)}


def differs(work: Work, bead: WorkBead) -> bool:
    """Whether a bead is labelled as one whose languages differ: it is marked, its forces are not the same, or a side is empty."""
    english = {force for i in bead.en for force in work.en[i].force} - {"none"}
    chinese = {force for i in bead.zh for force in work.zh[i].force} - {"none"}
    return bool(bead.divergence) or not bead.en or not bead.zh or english != chinese


class Change(Record, frozen=True):
    """A change planted by hand: in one language of a bead, ``new`` stands where ``old`` stood.

    ``kind`` is that of the difference it makes, or ``REWORDED`` if the languages still say the same.
    """

    lang: Lang
    kind: str
    old: str
    new: str


def read_changes(file: Path) -> list[Change]:
    """The changes of a file of ``corpus/planted``: lines ``lang | kind | old words | new words``, ``#`` before a remark.

    Raises:
        WorkError: a line has other fields, or a kind or language that there is none of.
    """
    found = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 4 or fields[0] not in ("en", "zh") or fields[1] not in KINDS or not fields[2]:
            raise WorkError(f"{file.name}:{number}: expected 'lang | kind | old words | new words', kinds {KINDS}")
        found.append(Change(fields[0], *fields[1:]))  # type: ignore[arg-type]
    return found


def plant(work: Work, changes: Sequence[Change]) -> tuple[Work, list[WorkBead]]:
    """A work with its texts changed, and the bead of each change; labels stay, for their places only.

    A passage that a change leaves without words is taken out of the work.

    Raises:
        WorkError: the old words do not stand in the language exactly once.
    """
    sides = {"en": list(work.en), "zh": list(work.zh)}
    places: list[tuple[Lang, int]] = []
    for change in changes:
        side = sides[change.lang]
        here = [i for i, p in enumerate(side) for _ in range(p.text.count(change.old))]
        if len(here) != 1:
            raise WorkError(f"{work.id}: “{change.old}” stands in its {change.lang} {len(here)} times, not once")
        side[here[0]] = replace_fields(side[here[0]], text=side[here[0]].text.replace(change.old, change.new).strip())
        places.append((change.lang, here[0]))
    kept = {lang: [i for i, p in enumerate(side) if p.text] for lang, side in sides.items()}

    def moved(lang: Lang, indices: Sequence[int]) -> tuple[int, ...]:
        return tuple(kept[lang].index(i) for i in indices if i in kept[lang])

    beads = {old: replace_fields(old, en=moved("en", old.en), zh=moved("zh", old.zh)) for old in work.beads}
    of = {(lang, i): bead for bead in work.beads for lang in ("en", "zh") for i in getattr(bead, lang)}
    texts = {lang: tuple(side[i] for i in kept[lang]) for lang, side in sides.items()}
    return (
        replace_fields(work, en=texts["en"], zh=texts["zh"], beads=tuple(beads.values())),
        [beads[of[place]] for place in places],
    )


def planted(tally: Tally, works: Sequence[Work], tagger: Tagger, of: dict[str, str], folder: Path) -> None:
    """Adds how many of the differences planted by hand are found, by kind, and how many rows on those texts are right.

    Args:
        tally: keys are (section, data, measure, lang, model).
        works: labelled works.
        tagger: the shipped model.
        of: the split of each work.
        folder: changes, in files ``WORK.txt`` or ``WORK.HAND.txt``; those of a file are made together.
    """
    for work in works:
        before: set[tuple[frozenset[str], str, str]] | None = None
        for file in sorted((*folder.glob(f"{work.id}.txt"), *folder.glob(f"{work.id}.*.txt"))):
            if before is None:
                before = {_row(row) for row in audited(work, tagger)}
            changes = read_changes(file)
            other, beads = plant(work, changes)
            found = audited(other, tagger)
            fresh = [row for row in found if _row(row) not in before]
            planted_ = [bead for change, bead in zip(changes, beads, strict=True) if change.kind != REWORDED]
            differ = {
                p
                for bead in (*planted_, *(b for b in other.beads if differs(other, b)))
                for p in _passages(other, bead)
            }
            right = sum(bool(differ & {*row.source, *row.target}) for row in found)
            if found:
                key = (SECTION, of[work.id], "divergences, share of rows that are right, planted", "both", OURS)
                tally.add(key, work.id, [right, len(found)])
            for change, bead in zip(changes, beads, strict=True):
                told = [row.kind for row in fresh if _passages(other, bead) & {*row.source, *row.target}]
                if change.kind == REWORDED:
                    key = (SECTION, of[work.id], "divergences, rows on beads that were only reworded", "both", OURS)
                    tally.add(key, work.id, [bool(told), 1])
                    continue
                for measure in ("planted ones found", f"planted ones found: {change.kind}"):
                    tally.add((SECTION, of[work.id], f"divergences, {measure}", "both", OURS), work.id, [bool(told), 1])
                if told:
                    key = (SECTION, of[work.id], "divergences, planted ones found, of the right kind", "both", OURS)
                    tally.add(key, work.id, [change.kind in told, 1])


def audited(work: Work, tagger: Tagger) -> tuple[Divergence, ...]:
    """The rows of a work, tagged anew."""
    asked = cases([work])
    return rows(work, asked, tagger([case.ask for case in asked]))


def _row(row: Divergence) -> tuple[frozenset[str], str, str]:
    return frozenset((*row.source, *row.target)), row.kind, row.detail


def changed(tally: Tally, works: Sequence[Work], tagger: Tagger, data: str) -> None:
    """Adds the share of changes that are found, by kind, and of rows on the same beads unchanged.

    Args:
        tally: keys are (section, data, measure, lang, model).
        works: works that no model was trained on.
        tagger: the shipped model.
        data: the name of the set.
    """
    judge = Judge(ROOT / AuditSettings().model)
    for work in works:
        same = [
            (bead, pair)
            for bead, pair in bead_pairs(work, tagger)
            if len(bead.zh) == len(bead.en) == 1 and not differs(work, bead)
        ]
        pairs = [pair for _, pair in same]
        alarms = audit.compare_all(pairs, judge)
        for found in alarms:
            key = (SECTION, data, "divergences, rows on pairs that say the same", "both", OURS)
            tally.add(key, work.id, [len(found), 1])
        asked = {case.labelled.id: case for case in cases([work])}
        again: list[tuple[str, Lang, Pair, Case]] = []
        for (bead, pair), found in zip(same, alarms, strict=True):
            for kind, rule in RULES.items() if not found else ():
                for case in (asked[work.zh[bead.zh[0]].id], asked[work.en[bead.en[0]].id]):
                    text = rule(case.labelled.text, case.labelled.lang, seed_of(case.labelled.id, kind))
                    if text:
                        again.append((kind, case.labelled.lang, pair, _with(case, text)))
        sides = [
            _side([case], [tags]) for (*_, case), tags in zip(again, tagger([c.ask for *_, c in again]), strict=True)
        ]
        anew = [
            replace(pair, zh=side) if lang == "zh" else replace(pair, en=side)
            for (_, lang, pair, _), side in zip(again, sides, strict=True)
        ]
        for (kind, *_), found in zip(again, audit.compare_all(anew, judge, among=pairs), strict=True):
            for measure in ("changes found", f"changes found: {kind}"):
                tally.add((SECTION, data, f"divergences, {measure}", "both", OURS), work.id, [bool(found), 1])


def bead_pairs(work: Work, tagger: Tagger) -> list[tuple[WorkBead, Pair]]:
    """The beads of a work with words on both sides, as the audit sees them."""
    asked = cases([work])
    of = {c.labelled.id: (c, tags) for c, tags in zip(asked, tagger([c.ask for c in asked]), strict=True)}
    found = []
    for bead in work.beads:
        if bead.zh and bead.en:
            zh, en = [of[work.zh[i].id] for i in bead.zh], [of[work.en[i].id] for i in bead.en]
            sides = [_side([case for case, _ in part], [tags for _, tags in part]) for part in (zh, en)]
            found.append((bead, Pair(sides[0], sides[1], 1.0)))
    return found


def _with(case: Case, text: str) -> Case:
    return replace(case, ask=replace(case.ask, text=case.ask.text[: case.lead] + text))


def _side(asked: Sequence[Case], tagged: Sequence[Tagged]) -> Side:
    first = asked[0].labelled
    passages = tuple(_passage(first.work, i, case) for i, case in enumerate(asked))
    return Side(first.lang, passages, tuple(tagged), first.legal_status)


def alarms(tally: Tally, tagger: Tagger, folder: Path, key: tuple[str, str]) -> None:
    """Adds the rows on pairs of government reports, which say the same, as a share of the pairs.

    Args:
        tally: keys are (section, data, measure, lang, model).
        tagger: the shipped model.
        folder: translation memories (TMX), Chinese before English; ``PAIRS`` pairs are drawn from each by a fixed seed.
        key: section and name of the set.
    """
    judge = Judge(ROOT / AuditSettings().model)
    for file in sorted(folder.glob("*.tmx")):
        for found in audit.compare_all(list(sample(file, tagger)), judge):
            measure = "divergences, rows on pairs that say the same"
            tally.add((*key, measure, "both", OURS), file.stem, [len(found), 1])


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
