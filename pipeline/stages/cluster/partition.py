"""Groups texts of two languages by what they are about.

Vectors of the sentence encoder carry a trace of the language; each language's mean is taken away, after which a text and
its translation lie together. Spherical k-means over these gives the groups, always from the same starts; how many is given,
or chosen by how well separated the groups are (silhouette).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEED = 7
STARTS = 10
# A language with fewer texts than this has no mean worth the name.
LEAST_FOR_MEAN = 5
SAMPLE = 1500


def centre_languages(vectors: NDArray[np.float32], langs: Sequence[str]) -> Floats:
    """Takes each language's mean away and brings vectors back to unit length, shape (texts, dimensions)."""
    out = vectors.astype(np.float64)
    if len(out) >= LEAST_FOR_MEAN:
        overall = out.mean(axis=0)
        for lang in sorted(set(langs)):
            rows = np.array([known == lang for known in langs])
            out[rows] -= out[rows].mean(axis=0) if rows.sum() >= LEAST_FOR_MEAN else overall
    return unit(out)


def unit(vectors: Floats) -> Floats:
    """Rows of length one; a row of zeros stays."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def groups(vectors: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
    """Spherical k-means.

    Args:
        vectors: unit length, shape (texts, dimensions).
        count: how many groups; no more than there are texts.

    Returns:
        the group of each text, and the unit centres, shape (groups, dimensions); larger groups come first.
    """
    from sklearn.cluster import KMeans

    count = min(count, len(vectors))
    labels = KMeans(n_clusters=count, n_init=STARTS, random_state=SEED).fit(vectors).labels_
    order = sorted(range(count), key=lambda g: (-int((labels == g).sum()), int(np.argmax(labels == g))))
    renamed = np.array([order.index(int(g)) for g in labels], dtype=np.int64)
    centres = unit(np.stack([vectors[renamed == g].mean(axis=0) for g in range(count)]))
    return renamed, centres


def choose(vectors: Floats, most: int = 30) -> int:
    """The number of groups with the best silhouette; 1 where there are too few texts to group."""
    from sklearn.metrics import silhouette_score

    if len(vectors) < 2 * LEAST_FOR_MEAN:
        return 1
    tried = [k for k in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 30) if k <= min(most, len(vectors) // 4)] or [2]
    sample = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), SAMPLE)).astype(int))
    scores = [silhouette_score(vectors[sample], groups(vectors[sample], k)[0], metric="cosine") for k in tried]
    return tried[int(np.argmax(scores))]
