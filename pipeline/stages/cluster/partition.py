"""Groups texts by their features: a tree of average linkage, cut where the groups are best apart, or where told.

Average linkage (Sokal and Michener 1958) lets a large theme be large and a small one small, is the same on every machine, and
gives the second level of the hierarchy for nothing: the same tree, cut higher. Many texts are first brought together in small
groups by k-means, always from the same starts, so that the tree stays within memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.cluster.features import LEAST_FOR_MEAN, SEED, Floats, unit

# More texts than this are brought together before the tree is made.
MOST_LEAVES = 3000
SAMPLE = 1500
# A theme holds at least this share of the texts.
LEAST_SHARE = 0.008
TRIED = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 30)


Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Tree:
    """The linkage of leaves, as scipy gives it, and the leaf of each text."""

    links: Floats
    leaf: Indices

    @property
    def leaves(self) -> int:
        return len(self.links) + 1

    def cut(self, features: Floats, count: int) -> Indices:
        """The group of each text when the tree is cut into ``count`` groups of some size; larger groups come first.

        What the tree leaves over in smaller groups (outliers, as average linkage has them) goes to the group with the
        nearest centre.
        """
        from scipy.cluster.hierarchy import fcluster

        if self.leaves == 1 or count <= 1:
            return np.zeros(len(self.leaf), dtype=np.int64)
        least = max(2, round(LEAST_SHARE * len(self.leaf)))
        found, big = np.zeros(len(self.leaf), dtype=np.int64), np.zeros(1, dtype=np.int64)
        for tried in range(min(count, self.leaves), min(self.leaves, 4 * count) + 1):
            cut = fcluster(self.links, tried, criterion="maxclust")[self.leaf]
            names, sizes = np.unique(cut, return_counts=True)
            if (sizes >= least).sum() >= len(big):
                found, big = cut, names[sizes >= least]
            if len(big) >= count:
                break
        if len(big) < 2:
            return np.zeros(len(self.leaf), dtype=np.int64)
        middles = unit(np.stack([features[found == group].mean(axis=0) for group in big]))
        of = np.where(np.isin(found, big), np.searchsorted(big, found), (features @ middles.T).argmax(axis=1))
        order = sorted(range(len(big)), key=lambda g: (-int((of == g).sum()), int(np.argmax(of == g))))
        return np.array([order.index(g) for g in of.tolist()], dtype=np.int64)


def grow(features: Floats) -> Tree:
    """The tree over texts with the given features, unit length, shape (texts, features)."""
    from scipy.cluster.hierarchy import linkage

    leaf = np.arange(len(features), dtype=np.int64)
    points = features
    if len(features) > MOST_LEAVES:
        from sklearn.cluster import MiniBatchKMeans

        found = MiniBatchKMeans(MOST_LEAVES // 2, random_state=SEED, n_init=1, batch_size=4096).fit(features).labels_
        used, leaf = np.unique(found, return_inverse=True)
        points = unit(np.stack([features[found == group].mean(axis=0) for group in used]))
    if len(points) < 2:
        return Tree(np.zeros((0, 4)), leaf)
    return Tree(linkage(points, method="average", metric="euclidean"), leaf.astype(np.int64))


def choose(tree: Tree, features: Floats) -> int:
    """The number of groups with the best silhouette (Rousseeuw 1987); 1 where there are too few texts to group.

    At most the square root of half the texts (Mardia, Kent and Bibby 1979), because ever smaller groups fit ever better.
    """
    from sklearn.metrics import silhouette_score

    if len(features) < 2 * LEAST_FOR_MEAN:
        return 1
    sample = np.unique(np.linspace(0, len(features) - 1, min(len(features), SAMPLE)).astype(int))
    scores: dict[int, float] = {}
    for count in TRIED:
        of = tree.cut(features, count)[sample]
        if count <= max(2.0, float(np.sqrt(len(features) / 2))) and len(set(of.tolist())) > 1:
            scores[count] = float(silhouette_score(features[sample], of, metric="cosine"))
    return max(scores, key=lambda count: (scores[count], -count)) if scores else 1


def parents(tree: Tree, features: Floats, of: Indices) -> list[int]:
    """The group of the upper level to which each group of the lower level belongs; all apart if they are too few.

    The upper level is the same tree cut into about the square root of twice as many groups as there are themes.
    """
    count = int(of.max()) + 1
    if count < 6:
        return list(range(count))
    upper = tree.cut(features, max(2, round(float(np.sqrt(2 * count)))))
    return [int(np.bincount(upper[of == group]).argmax()) for group in range(count)]


def centres(features: Floats, of: Indices) -> Floats:
    """The mean of each group, unit length, shape (groups, features)."""
    return unit(np.stack([features[of == group].mean(axis=0) for group in range(int(of.max()) + 1)]))


def flatten(features: Floats, of: Indices) -> Floats:
    """Places on a map, shape (texts, 2), from 0 to 1: the two directions in which the groups' centres differ most.

    (Principal components of the centres; the larger end of each direction is where its strongest feature is positive.
    Half of a place is its rank, so that a few far ones do not press all others together.)
    """
    middles = centres(features, of)
    mean = middles.mean(axis=0)
    spread = middles - mean if len(middles) > 2 else features - mean
    axes = np.linalg.svd(spread, full_matrices=False)[2][:2]
    axes = np.array([axis * np.sign(axis[np.abs(axis).argmax()] or 1.0) for axis in axes])
    flat = np.zeros((len(features), 2))
    flat[:, : len(axes)] = (features - mean) @ axes.T
    low, high = flat.min(axis=0), flat.max(axis=0)
    place = (flat - low) / np.maximum(high - low, 1e-9)
    rank = flat.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / max(1, len(flat) - 1)
    return np.asarray((place + rank) / 2)
