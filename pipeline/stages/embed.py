"""Gives every passage its vector, once a document, so that alignment and themes need not read a whole corpus anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.config import Settings
from pipeline.embedding import DIMENSIONS, embed
from pipeline.records import Passages, Vectors
from pipeline.stage import Stage


def build(settings: Settings) -> Any:
    """The stage's function: passages to vectors."""

    def vectors(passages: Passages) -> Vectors:
        found = embed([passage.text[passage.item_start :] for passage in passages.passages])
        return Vectors(document=passages.document, dimensions=DIMENSIONS, data=found.astype(np.dtype("<f2")).tobytes())

    return vectors


STAGE = Stage("embed", ("passages",), "vectors", Vectors, "document", build)
