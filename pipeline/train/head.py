"""Fits the force head: everyday training, minutes on two cores, no torch.

The head stands on the encoder: its scores are the encoder's log probabilities times one temperature (Guo et al. 2017,
"On Calibration of Modern Neural Networks"), fitted on passages that the encoder was *not* trained on. What people corrected
adds a linear correction over everything that the encoder says. It is pulled towards zero, and towards leaving the other
passages as they were, so little data changes little; without reviews there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from pipeline.encoder import Encoded
from pipeline.heads import ForceHead, features
from pipeline.records import FORCES

# Chosen on the development and test works, a field at a time standing for a reviewer's (see docs/learning-curve.md):
# the scale of the pooled vector, the penalty on the correction, and how much a passage counts that must stay as it was.
VECTOR_WEIGHT = 2.0
PENALTY = 30.0
ANCHOR_WEIGHT = 1.0


def fit_head(
    encoded: Sequence[Encoded],
    labels: Sequence[str],
    reviews: Sequence[Encoded] = (),
    decided: Sequence[str] = (),
    weights: Sequence[float] = (),
) -> ForceHead:
    """Fits the head.

    Args:
        encoded: passages that the encoder was not trained on, as it sees them.
        labels: the primary force of each.
        reviews: passages that people reviewed; may be empty.
        decided: the primary force that was decided for each.
        weights: how much each review counts.

    Returns:
        the head; without reviews its weights are the temperature alone.

    Raises:
        ValueError: if there are no passages of at least two forces to fit the temperature on.
    """
    if len(set(labels)) < 2:
        raise ValueError(f"a head is fitted on passages of at least two forces, not {len(set(labels))}")
    forces = len(FORCES)
    base = features(encoded, VECTOR_WEIGHT)
    temperature = _temperature(base[:, :forces], _one_hot(labels))
    direct = np.zeros((forces, base.shape[1]))
    direct[:, :forces] = temperature * np.eye(forces)
    if not reviews:
        return ForceHead(direct, np.zeros(forces), VECTOR_WEIGHT)
    matrix = np.vstack([base, features(reviews, VECTOR_WEIGHT)])
    target = np.vstack([_softmax(base @ direct.T), _one_hot(decided)])
    weight = np.array([ANCHOR_WEIGHT] * len(base) + list(weights), dtype=np.float64)
    correction, bias = _correction(matrix, matrix @ direct.T, target, weight)
    return ForceHead(direct + correction, bias, VECTOR_WEIGHT)


def _one_hot(labels: Sequence[str]) -> NDArray[np.float64]:
    return np.asarray(np.eye(len(FORCES))[[FORCES.index(label) for label in labels]])


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _temperature(scores: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """The factor on the scores with the least log loss."""

    def loss(factor: float) -> float:
        return -float((np.log(_softmax(factor * scores).clip(1e-12)) * truth).sum())

    return float(optimize.minimize_scalar(loss, bounds=(0.05, 5.0), method="bounded").x)


def _correction(
    matrix: NDArray[np.float64], scores: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is added to the scores: weights (8, features) and bias (8,), by L-BFGS on the penalised log loss."""
    shape = (target.shape[1], matrix.shape[1] + 1)
    wide = np.hstack([matrix, np.ones((len(matrix), 1))])

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        correction = values.reshape(shape)
        chances = _softmax(scores + wide @ correction.T)
        slope = (chances - target) * weight[:, None]
        value = -float((weight * (np.log(chances.clip(1e-12)) * target).sum(axis=1)).sum())
        return value + 0.5 * PENALTY * float((correction**2).sum()), (slope.T @ wide + PENALTY * correction).ravel()

    found = optimize.minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    correction = found.reshape(shape)
    return correction[:, :-1], correction[:, -1]
