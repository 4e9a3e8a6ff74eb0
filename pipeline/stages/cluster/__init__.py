"""Themes over both languages, for passages and for documents.

In order: passages of one section are taken together in small groups, because a sentence alone says too little of its
theme; the groups are clustered by meaning and words (``features``) into a tree that is cut twice (``partition``), into themes
and the wider themes they belong to; a passage has the theme of its group, a document the one nearest to its groups; themes
are named in both languages (``labels``). With a taxonomy the themes are given and nothing is clustered. The same corpus
gives the same themes, whatever the order of work; ``keep`` carries the themes of an earlier run on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from pipeline.config import ClusterSettings
from pipeline.embedding import embed_long
from pipeline.records import Facts, Lang, Passages, Place, Theme, ThemeOf, Themes, Vectors, stable_id
from pipeline.stage import Stage
from pipeline.stages.cluster import labels, partition, taxonomy
from pipeline.stages.cluster.features import Floats, centre_languages, features, unit
from pipeline.text import language, simplified
from pipeline.words import tokens

Indices = NDArray[np.int64]

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
    group: Indices
    vectors: Floats

    def bags(self) -> list[Counter[str]]:
        """The terms of each text."""
        return [labels.terms_of(t, w, lang) for t, w, lang in zip(self.texts, self.words, self.langs, strict=True)]


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
        group=np.array(group, dtype=np.int64),
        vectors=centre_languages(stacked, langs),
    )


@dataclass(frozen=True)
class _Found:
    """Themes, the wider themes above them, the theme of each text and its nearness to every theme."""

    themes: list[Theme]
    above: list[Theme]
    of: Indices
    scores: Floats
    places: tuple[Place, ...] = ()

    @property
    def best(self) -> Floats:
        return np.asarray(self.scores[np.arange(len(self.of)), self.of])


def _given(texts: _Texts, chosen: str) -> _Found:
    """The themes of a taxonomy."""
    means = _by_group(texts.vectors, texts.group)
    blended = unit(OWN_WEIGHT * texts.vectors + (1 - OWN_WEIGHT) * means[texts.group])
    areas = taxonomy.read(chosen)
    scores = taxonomy.scores(areas, texts.texts, texts.langs, blended)
    of = scores.argmax(axis=1).astype(np.int64)
    themes = [
        Theme(id=f"t-{a.id}", label_en=a.label_en, label_zh=a.label_zh, terms_en=a.en, terms_zh=a.zh,
              documents=0, passages=int((of == i).sum()), parent=a.parent)
        for i, a in enumerate(areas)
    ]  # fmt: skip
    return _Found(themes, [], of, scores)


def _clustered(texts: _Texts, count: int) -> _Found:
    """Themes that the texts themselves have: ``count`` of them, or as many as are best apart if it is 0."""
    bags = texts.bags()
    size = int(texts.group.max()) + 1
    together = [Counter[str]() for _ in range(size)]
    for group, bag in zip(texts.group.tolist(), bags, strict=True):
        together[group].update(bag)
    first = np.unique(texts.group, return_index=True)[1]
    seen = features(_by_group(texts.vectors, texts.group), [texts.langs[i] for i in first], together)
    tree = partition.grow(seen)
    of = tree.cut(seen, count or partition.choose(tree, seen))
    upper = partition.parents(tree, seen, of)
    scores = (seen @ partition.centres(seen, of).T)[texts.group]
    passage_of = of[texts.group]
    themes = _named(texts.langs, bags, passage_of)
    wide = _named(texts.langs, bags, np.array(upper, dtype=np.int64)[passage_of], "wide")
    several = {group for group, n in Counter(upper).items() if n > 1} if len(set(upper)) > 1 else set()
    themes = [replace(t, parent=wide[g].id) if g in several else t for t, g in zip(themes, upper, strict=True)]
    return _Found(themes, [wide[g] for g in sorted(several)], passage_of, scores, _places(texts, seen, of, first))


def _places(texts: _Texts, seen: Floats, of: Indices, first: Indices) -> tuple[Place, ...]:
    """A place on the map for each group of neighbouring passages."""
    sizes = np.bincount(texts.group)
    return tuple(
        Place(passage=texts.ids[i], count=int(n), x=round(float(x), 4), y=round(float(y), 4))
        for i, n, (x, y) in zip(first.tolist(), sizes.tolist(), partition.flatten(seen, of), strict=True)
    )


def _by_group(vectors: Floats, group: Indices) -> Floats:
    """The mean of the vectors of each group, unit length."""
    sums = np.zeros((int(group.max(initial=-1)) + 1, vectors.shape[1]))
    np.add.at(sums, group, vectors)
    return unit(sums)


def _named(langs: Sequence[Lang], bags: Sequence[Counter[str]], of: Indices, level: str = "") -> list[Theme]:
    """The themes with their names; ``of`` is the theme of each text."""
    count = int(of.max()) + 1
    held: dict[Lang, list[Counter[str]]] = {lang: [Counter() for _ in range(count)] for lang in ("en", "zh")}
    for bag, lang, theme in zip(bags, langs, of.tolist(), strict=True):
        held[lang][theme].update(bag)
    terms = {lang: labels.name(held[lang], lang) for lang in held}
    vocabulary = {
        lang: [t for t, _ in sorted(sum(held[lang], Counter()).items(), key=lambda item: (-item[1], item[0]))[:600]]
        for lang in held
    }
    english = labels.fill(terms["en"], terms["zh"], vocabulary["en"])
    chinese = labels.fill(terms["zh"], terms["en"], vocabulary["zh"])
    themes = []
    for index in range(count):
        en, zh = english[index], chinese[index]
        name_en = labels.label(en, labels.label(zh, f"theme {index + 1}"))
        name_zh = labels.label(zh, labels.label(en, f"主题{index + 1}"))
        themes.append(
            Theme(id=stable_id("t", en[:3], zh[:3], index, *([level] if level else [])), label_en=name_en, label_zh=name_zh,
                  terms_en=en, terms_zh=zh, documents=0, passages=int((of == index).sum()))
        )  # fmt: skip
    return themes


def _of(ids: Sequence[str], themes: Sequence[Theme], of: Indices, scores: Floats) -> tuple[ThemeOf, ...]:
    return tuple(
        ThemeOf(id=name, theme=themes[int(theme)].id, score=round(float(score), 4))
        for name, theme, score in zip(ids, of, scores, strict=True)
    )


def cluster_texts(
    rows: Sequence[tuple[str, str]], themes: int | None = None
) -> tuple[tuple[ThemeOf, ...], tuple[Theme, ...]]:
    """Themes of texts that come alone.

    Args:
        rows: id and text of each, in either language, of any length.
        themes: how many themes; chosen by the data if None.

    Returns:
        the theme of each text, in order, and the themes.
    """
    if not rows:
        return (), ()
    texts = [simplified(text) for _, text in rows]
    langs = [language(text) for text in texts]
    pieces, owner = embed_long(texts)
    centred = centre_languages(pieces, [langs[i] for i in owner])
    gathered = _Texts(
        ids=[name for name, _ in rows],
        texts=texts,
        langs=langs,
        words=[tokens(text, lang) for text, lang in zip(texts, langs, strict=True)],
        documents=[name for name, _ in rows],
        group=np.arange(len(rows), dtype=np.int64),
        vectors=centre_languages(_by_group(centred, owner).astype(np.float32), langs),
    )
    found = _clustered(gathered, themes or 0)
    return _of(gathered.ids, found.themes, found.of, found.best), tuple(found.themes)


def build(settings: ClusterSettings) -> Any:
    """The stage's function: every document's passages and vectors to the themes of the corpus."""

    def cluster(facts: Mapping[str, Facts], passages: Mapping[str, Passages], vectors: Mapping[str, Vectors]) -> Themes:
        texts = _gather(passages, vectors)
        if not texts.ids:
            return Themes(themes=(), documents=(), passages=())
        found = _given(texts, settings.taxonomy) if settings.taxonomy else _clustered(texts, settings.themes)
        documents = [d for d in passages if passages[d].passages]
        owner = np.array(texts.documents)
        means = np.stack([found.scores[owner == d].mean(axis=0) for d in documents])
        chosen = means.argmax(axis=1).astype(np.int64)
        counted = [replace(t, documents=int((chosen == i).sum())) for i, t in enumerate(found.themes)]
        above = [replace(w, documents=sum(t.documents for t in counted if t.parent == w.id)) for w in found.above]
        return Themes(
            themes=(*counted, *above),
            documents=_of(documents, counted, chosen, means.max(axis=1)),
            passages=_of(texts.ids, counted, found.of, found.best),
            places=found.places,
        )

    return cluster


STAGE = Stage("cluster", ("facts", "passages", "vectors"), "themes", Themes, "corpus", build)
