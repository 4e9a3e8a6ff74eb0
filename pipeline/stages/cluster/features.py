"""What texts of two languages are compared by: their meaning, and their words as if each stood in both languages.

Meaning alone (sentence vectors) blurs subjects that speak alike; words alone know only their own language. So each text
borrows the words of the text of the other language that is nearest to it in meaning, by a similarity that discounts texts
near to everything (CSLS; Conneau et al. 2018). A text and its translation then have nearly the same features. Words are weighed
by TF-IDF and brought to few dimensions in each language (latent semantic analysis; Deerwester et al. 1990).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEED = 7
# A language with fewer texts than this has no mean worth the name.
LEAST_FOR_MEAN = 5
NEIGHBOURS = 10
DIMENSIONS = 50
WORD_WEIGHT = 1.5
# Words in more than this share of a language's texts tell no themes apart.
COMMON = 0.3
BLOCK = 2048


def unit(vectors: Floats) -> Floats:
    """Rows of length one; a row of zeros stays."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def centre_languages(vectors: NDArray[np.float32], langs: Sequence[str]) -> Floats:
    """Takes each language's mean away and brings vectors back to unit length, shape (texts, dimensions)."""
    out = vectors.astype(np.float64)
    if len(out) >= LEAST_FOR_MEAN:
        overall = out.mean(axis=0)
        for lang in sorted(set(langs)):
            rows = np.array([known == lang for known in langs])
            out[rows] -= out[rows].mean(axis=0) if rows.sum() >= LEAST_FOR_MEAN else overall
    return unit(out)


def nearest_other(vectors: Floats, langs: Sequence[str]) -> NDArray[np.int64]:
    """The text of the other language that is nearest in meaning to each text; -1 where there is none.

    Args:
        vectors: centred, unit length, shape (texts, dimensions).
        langs: the language of each.
    """
    found = np.full(len(vectors), -1, dtype=np.int64)
    sides = {lang: np.flatnonzero([known == lang for known in langs]) for lang in ("en", "zh")}
    if not all(len(side) for side in sides.values()):
        return found
    hubs = {}
    for lang, other in (("en", "zh"), ("zh", "en")):
        near = min(NEIGHBOURS, len(sides[other]))
        hubs[lang] = np.concatenate([
            np.sort(vectors[part] @ vectors[sides[other]].T, axis=1)[:, -near:].mean(axis=1)
            for part in _blocks(sides[lang])
        ])  # fmt: skip
    for lang, other in (("en", "zh"), ("zh", "en")):
        for part in _blocks(sides[lang]):
            # Its own hub term is the same for every candidate, so the order does not need it.
            scores = 2 * vectors[part] @ vectors[sides[other]].T - hubs[other]
            found[part] = sides[other][scores.argmax(axis=1)]
    return found


def _blocks(rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK)]


def features(vectors: Floats, langs: Sequence[str], bags: Sequence[Counter[str]]) -> Floats:
    """What texts are clustered by, unit length, shape (texts, features).

    Args:
        vectors: centred meaning, unit length, shape (texts, dimensions).
        langs: the language of each text.
        bags: the content words of each, with their counts.
    """
    other = nearest_other(vectors, langs)
    lent = np.where(other[:, None] >= 0, vectors[other], 0.0)
    parts = [unit(vectors + lent)]
    for lang in ("en", "zh"):
        words = _words(bags, langs, lang, other)
        if words is not None:
            parts.append(WORD_WEIGHT * words)
    return unit(np.hstack(parts))


def _words(bags: Sequence[Counter[str]], langs: Sequence[str], lang: str, other: NDArray[np.int64]) -> Floats | None:
    """The words of one language in few dimensions, borrowed where a text is in the other; None without words enough."""
    from scipy import sparse
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    own = np.array([known == lang for known in langs])
    count = int(own.sum())
    if count < 2 * LEAST_FOR_MEAN:
        return None
    bag_of = TfidfVectorizer(
        analyzer=_spread, min_df=2, max_df=max(2, int(COMMON * count)), sublinear_tf=True, dtype=np.float64
    )
    try:
        table = bag_of.fit_transform([bag if mine else Counter() for bag, mine in zip(bags, own, strict=True)])
    except ValueError:  # no word stands in two texts and not in most
        return None
    rows = np.where(own, np.arange(len(own)), other)
    table = sparse.vstack([table, sparse.csr_matrix((1, table.shape[1]))]).tocsr()[rows]
    size = min(DIMENSIONS, table.shape[1] - 1, count - 1)
    if size < 2:
        return None
    return unit(TruncatedSVD(size, random_state=SEED).fit_transform(table))


def _spread(bag: Counter[str]) -> list[str]:
    """A bag as a list of words, as the vectoriser counts them."""
    return [word for word, count in sorted(bag.items()) for _ in range(count)]
