"""The force head: from what the encoder says of a passage to a probability for each force.

A linear map over the encoder's log probabilities, its set scores and its pooled vector, fitted on passages that the
encoder was not trained on and on what people corrected (``pipeline.train.head``), so that a probability of 0.8 is right
four times in five. It is stored as two arrays and runs in numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import models
from pipeline.encoder import Encoded
from pipeline.records import FORCES


def features(encoded: Sequence[Encoded], vector_weight: float) -> NDArray[np.float64]:
    """What the head sees of passages: shape (passages, 8 + 8 + hidden).

    ``vector_weight`` scales the pooled vector: the smaller, the more a regularised fit leaves to the encoder's own scores.
    """
    scores = np.stack([code.force for code in encoded]).clip(-12, 0)
    sets = np.stack([code.forces for code in encoded]).clip(1e-4, 1 - 1e-4)
    vectors = np.stack([code.vector for code in encoded]) * vector_weight
    return np.hstack([scores, np.log(sets / (1 - sets)) / 4, vectors]).astype(np.float64)


@dataclass(frozen=True)
class ForceHead:
    """Weights of shape (8, features), bias of shape (8,), and the scale of the pooled vector."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    vector_weight: float

    def probabilities(self, encoded: Sequence[Encoded]) -> NDArray[np.float64]:
        """Shape (passages, 8), rows sum to 1, in the order of ``FORCES``."""
        if not encoded:
            return np.zeros((0, len(FORCES)))
        scores = features(encoded, self.vector_weight) @ self.weights.T + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def save(self, folder: Path) -> None:
        """Writes the arrays into a folder; the card is the trainer's."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "force.npz", weights=self.weights, bias=self.bias, vector_weight=np.array(self.vector_weight))

    @classmethod
    def load(cls, folder: Path) -> ForceHead:
        """Reads a head after checking its files against its card.

        Raises:
            ModelError: if a file is missing or altered.
        """
        models.check(folder)
        with np.load(folder / "force.npz", allow_pickle=False) as arrays:
            return cls(arrays["weights"], arrays["bias"], float(arrays["vector_weight"]))
