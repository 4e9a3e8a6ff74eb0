"""Measures what needs no PDF and no tag: alignment of the two languages, and themes over both.

Alignment: a bead is right in the strict sense if it is a labelled bead, in the lax sense if both its sides share a sentence
with one; beads with an empty side are not counted (as in the scorer of Vecalign, Thompson and Koehn 2019).
Themes: found without labels over all works (nothing is trained on them), then held against the field of each document and
the labelled theme of each passage; V-measure (Rosenberg and Hirschberg 2007), adjusted Rand index (Hubert and Arabie 1985),
and whether a passage and its translation come into the same theme.
"""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.metrics import adjusted_rand_score, v_measure_score

from pipeline.config import ClusterSettings, Settings
from pipeline.evaluate.figures import Figure, Tally
from pipeline.evaluate.passages import facts_of
from pipeline.records import Anchor, Lang, Passage, Passages
from pipeline.stages import cluster, embed
from pipeline.stages.align import align_sentences
from pipeline.words import tokens
from pipeline.works import LabelledPassage, Work

OURS = "pledgebook"
Sides = tuple[tuple[int, ...], tuple[int, ...]]


def strict_and_lax(gold: Sequence[Sides], said: Sequence[Sides]) -> tuple[list[float], list[float]]:
    """(right, gold, predicted) of beads with two sides, in the strict and in the lax sense."""
    want = [bead for bead in gold if all(bead)]
    have = [bead for bead in said if all(bead)]
    exact = len(set(want) & set(have))

    def touched(beads: Sequence[Sides], others: Sequence[Sides]) -> int:
        pairs = {(i, j) for left, right in others for i in left for j in right}
        return sum(any((i, j) in pairs for i in left for j in right) for left, right in beads)

    # Lax precision and recall count different things; recall is what is put in as right, scaled precision as predicted.
    found, kept = touched(want, have), touched(have, want)
    predicted = len(have) * found / kept if kept else float(len(have))
    return [exact, len(want), len(have)], [found, len(want), predicted]


def measure_alignment(tally: Tally, works: Sequence[Work], split: str) -> None:
    """Adds the beads of some works; the direction is Chinese to English, as in the flow."""
    for work in works:
        gold = [(bead.zh, bead.en) for bead in work.beads]
        said = align_sentences([p.text for p in work.zh], [p.text for p in work.en])
        strict, lax = strict_and_lax(gold, [(match.source, match.target) for match in said])
        tally.add(("texts", split, "alignment F1, strict", "both", OURS), work.id, strict)
        tally.add(("texts", split, "alignment F1, lax", "both", OURS), work.id, lax)
        merged = [bead for bead in gold if all(bead) and len(bead[0]) + len(bead[1]) > 2]
        if merged:
            right = len(set(merged) & {(match.source, match.target) for match in said})
            tally.add(
                ("texts", split, "alignment, recall of beads that are not 1:1", "both", OURS),
                work.id,
                [right, len(merged)],
            )


def themes(works: Sequence[Work]) -> list[Figure]:
    """Themes over all works, a document for each language of each, against field, labelled theme and translation."""
    documents: dict[str, Passages] = {}
    labels: dict[str, LabelledPassage] = {}
    for work in works:
        for lang, side in (("en", work.en), ("zh", work.zh)):
            made = tuple(_passage(f"{work.id}.{lang}", i, p) for i, p in enumerate(side))
            documents[f"{work.id}.{lang}"] = Passages(document=f"{work.id}.{lang}", passages=made)
            labels.update({p.id: labelled for p, labelled in zip(made, side, strict=True)})
    vectorise = embed.STAGE.build(Settings())
    vectors = {name: vectorise(one) for name, one in documents.items()}
    facts = {f"{work.id}.{lang}": facts_of(work) for work in works for lang in ("en", "zh")}
    found = cluster.STAGE.build(ClusterSettings())(facts, documents, vectors)
    of = {t.id: t.theme for t in found.passages}
    field = {f"{w.id}.{lang}": w.facts["field"] for w in works for lang in ("en", "zh")}
    whole = {t.id: t.theme for t in found.documents}
    same_document = [whole[f"{w.id}.en"] == whole[f"{w.id}.zh"] for w in works]
    same = [
        of[documents[f"{w.id}.en"].passages[b.en[0]].id] == of[documents[f"{w.id}.zh"].passages[b.zh[0]].id]
        for w in works
        for b in w.beads
        if b.en and b.zh
    ]
    names, ids = sorted(field), sorted(labels)
    gold = [f"{labels[i].field}/{labels[i].theme}" for i in ids]
    said = [of[i] for i in ids]
    fields = [field[n] for n in names], [whole[n] for n in names]
    values = [
        ("themes of documents against fields, V-measure", v_measure_score(*fields), len(names)),
        ("themes of documents against fields, adjusted Rand", adjusted_rand_score(*fields), len(names)),
        ("themes of passages against themes of works, V-measure", v_measure_score(gold, said), len(ids)),
        ("themes of passages against themes of works, adjusted Rand", adjusted_rand_score(gold, said), len(ids)),
        ("a document and its translation in one theme", sum(same_document) / len(same_document), len(same_document)),
        ("a passage and its translation in one theme", sum(same) / len(same), len(same)),
    ]
    return [
        Figure(section="texts", data="all works", measure=name, lang="both", model=OURS, value=round(float(value), 4),
               low=None, high=None, n=n)
        for name, value, n in values
    ]  # fmt: skip


def _passage(document: str, ordinal: int, labelled: LabelledPassage) -> Passage:
    lang: Lang = labelled.lang
    return Passage(
        id=labelled.id,
        document=document,
        ordinal=ordinal,
        lang=lang,
        text=labelled.text,
        anchors=(Anchor(start=0, end=len(labelled.text), block=f"{document}.{ordinal}", block_start=0),),
        boxes=(),
        section=tuple(labelled.section.split(" / ")) if labelled.section else (),
        before=labelled.before,
        tokens=tuple(tokens(labelled.text, lang)),
    )
