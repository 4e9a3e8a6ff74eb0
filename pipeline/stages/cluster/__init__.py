"""Themes over both languages, for passages and for documents.

In order: passages of one section are taken together in small groups, because a sentence alone says too little of its
theme; the groups are clustered by meaning with each language's mean removed; every passage goes to the theme nearest to
itself and its group, every document to the one nearest to its mean; themes are named in both languages. With a taxonomy the
themes are given and nothing is clustered. The same corpus gives the same themes, whatever the order of work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.config import ClusterSettings
from pipeline.embedding import embed
from pipeline.records import Facts, Lang, Passages, Theme, ThemeOf, Themes, Vectors, stable_id
from pipeline.stage import Stage
from pipeline.stages.cluster import labels, partition, taxonomy
from pipeline.stages.cluster.partition import Floats
from pipeline.text import language
from pipeline.words import tokens

GROUP = 6
OWN_WEIGHT = 0.5


@dataclass(frozen=True)
class _Texts:
    """What is clustered: texts with their ids, languages, words, document, group and centred vectors."""

    ids: Sequence[str]
    texts: Sequence[str]
    langs: Sequence[Lang]
    words: Sequence[Sequence[tuple[int, int]]]
    documents: Sequence[str]
    group: Sequence[int]
    vectors: Floats


def _gather(passages: Mapping[str, Passages], vectors: Mapping[str, Vectors]) -> _Texts:
    """All passages of a corpus; a group is up to six neighbours of one section and language."""
    flat = [p for one in passages.values() for p in one.passages]
    group: list[int] = []
    last: tuple[object, ...] = ()
    size = 0
    for passage in flat:
        key = (passage.document, passage.section, passage.lang)
        fresh = key != last or size == GROUP
        group.append((group[-1] + 1 if group else 0) if fresh else group[-1])
        size = 1 if fresh else size + 1
        last = key
    parts = [np.frombuffer(v.data, "<f2").reshape(-1, v.dimensions).astype(np.float32) for v in vectors.values()]
    stacked = np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)
    langs = [p.lang for p in flat]
    return _Texts(
        ids=[p.id for p in flat],
        texts=[p.text for p in flat],
        langs=langs,
        words=[p.tokens for p in flat],
        documents=[p.document for p in flat],
        group=group,
        vectors=partition.centre_languages(stacked, langs),
    )


def _theme(texts: _Texts, count: int, chosen: str) -> tuple[list[Theme], np.ndarray[Any, Any], Floats, Floats]:
    """Themes, the theme of each text, its score, and the score of every text for every theme."""
    size = max(texts.group, default=-1) + 1
    sums = np.zeros((size, texts.vectors.shape[1]))
    np.add.at(sums, np.array(texts.group, dtype=np.int64), texts.vectors)
    means = partition.unit(sums)
    blended = partition.unit(
        OWN_WEIGHT * texts.vectors + (1 - OWN_WEIGHT) * means[np.array(texts.group, dtype=np.int64)]
    )
    if chosen:
        areas = taxonomy.read(chosen)
        scores = taxonomy.scores(areas, texts.texts, texts.langs, blended)
        of = scores.argmax(axis=1)
        themes = [
            Theme(id=f"t-{a.id}", label_en=a.label_en, label_zh=a.label_zh, terms_en=a.en, terms_zh=a.zh,
                  documents=0, passages=int((of == i).sum()), parent=a.parent)
            for i, a in enumerate(areas)
        ]  # fmt: skip
        return themes, of, scores[np.arange(len(of)), of], scores
    wanted = count or partition.choose(means)
    _, centres = partition.groups(means, wanted)
    scores = blended @ centres.T
    of = scores.argmax(axis=1)
    return _named(texts, of, len(centres)), of, scores[np.arange(len(of)), of], scores


def _named(texts: _Texts, of: np.ndarray[Any, Any], count: int) -> list[Theme]:
    bags: dict[Lang, list[Counter[str]]] = {
        "en": [Counter() for _ in range(count)],
        "zh": [Counter() for _ in range(count)],
    }
    for text, words, lang, theme in zip(texts.texts, texts.words, texts.langs, of.tolist(), strict=True):
        bags[lang][theme].update(labels.terms_of(text, words, lang))
    terms = {lang: labels.name(bags[lang], lang) for lang in bags}
    vocabulary = {
        lang: [t for t, _ in sorted(sum(bags[lang], Counter()).items(), key=lambda item: (-item[1], item[0]))[:600]]
        for lang in bags
    }
    english = labels.fill(terms["en"], terms["zh"], vocabulary["en"])
    chinese = labels.fill(terms["zh"], terms["en"], vocabulary["zh"])
    themes = []
    for index in range(count):
        en, zh = english[index], chinese[index]
        name_en = labels.label(en, labels.label(zh, f"theme {index + 1}"))
        name_zh = labels.label(zh, labels.label(en, f"主题{index + 1}"))
        themes.append(
            Theme(id=stable_id("t", en[:3], zh[:3], index), label_en=name_en, label_zh=name_zh, terms_en=en, terms_zh=zh,
                  documents=0, passages=int((of == index).sum()))
        )  # fmt: skip
    return themes


def _of(ids: Sequence[str], themes: Sequence[Theme], of: np.ndarray[Any, Any], scores: Floats) -> tuple[ThemeOf, ...]:
    return tuple(
        ThemeOf(id=name, theme=themes[int(theme)].id, score=round(float(score), 4))
        for name, theme, score in zip(ids, of, scores, strict=True)
    )


def cluster_texts(
    rows: Sequence[tuple[str, str]], themes: int | None = None
) -> tuple[tuple[ThemeOf, ...], tuple[Theme, ...]]:
    """Themes of texts that come alone.

    Args:
        rows: id and text of each, in either language.
        themes: how many themes; chosen by the data if None.

    Returns:
        the theme of each text, in order, and the themes.
    """
    if not rows:
        return (), ()
    texts = [text for _, text in rows]
    langs = [language(text) for text in texts]
    gathered = _Texts(
        ids=[name for name, _ in rows],
        texts=texts,
        langs=langs,
        words=[tokens(text, lang) for text, lang in zip(texts, langs, strict=True)],
        documents=[name for name, _ in rows],
        group=list(range(len(rows))),
        vectors=partition.centre_languages(embed(texts), langs),
    )
    found, of, best, _ = _theme(gathered, themes or 0, "")
    return _of(gathered.ids, found, of, best), tuple(found)


def build(settings: ClusterSettings) -> Any:
    """The stage's function: every document's passages and vectors to the themes of the corpus."""

    def cluster(facts: Mapping[str, Facts], passages: Mapping[str, Passages], vectors: Mapping[str, Vectors]) -> Themes:
        texts = _gather(passages, vectors)
        if not texts.ids:
            return Themes(themes=(), documents=(), passages=())
        themes, of, best, scores = _theme(texts, settings.themes, settings.taxonomy)
        documents = [d for d in passages if passages[d].passages]
        owner = np.array(texts.documents)
        means = np.stack([scores[owner == d].mean(axis=0) for d in documents])
        chosen = means.argmax(axis=1)
        counted = [
            Theme(id=t.id, label_en=t.label_en, label_zh=t.label_zh, terms_en=t.terms_en, terms_zh=t.terms_zh,
                  documents=int((chosen == i).sum()), passages=t.passages, parent=t.parent)
            for i, t in enumerate(themes)
        ]  # fmt: skip
        return Themes(
            themes=tuple(counted),
            documents=_of(documents, counted, chosen, means.max(axis=1)),
            passages=_of(texts.ids, counted, of, best),
        )

    return cluster


STAGE = Stage("cluster", ("facts", "passages", "vectors"), "themes", Themes, "corpus", build)
