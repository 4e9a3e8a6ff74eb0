"""Fits the force head: everyday training, minutes on two cores, no torch.

The head is anchored at the encoder: its scores are the encoder's log probabilities times one temperature (Guo et al. 2017,
"On Calibration of Modern Neural Networks"), plus a linear correction over everything that the encoder says. The correction is
pulled towards zero, so little data changes little and what people correct moves it. It learns from passages that the encoder was
*not* trained on (the development works) and from reviews. How hard it is pulled is chosen by cross-validation over works, by
log loss, which also rewards honest confidence; "no correction at all" is one of the choices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from sklearn.model_selection import GroupKFold

from pipeline.encoder import Encoded
from pipeline.heads import ForceHead, features
from pipeline.records import FORCES

# Weights of the penalty on the correction, in passages; infinity leaves the temperature alone.
PENALTIES = (10.0, 30.0, 100.0, 300.0, float("inf"))
VECTOR_WEIGHT = 2.0
FOLDS = 5


def fit_head(
    encoded: Sequence[Encoded], labels: Sequence[str], groups: Sequence[str], weights: Sequence[float]
) -> tuple[ForceHead, dict[str, float | str]]:
    """Fits the head.

    Args:
        encoded: passages as the encoder sees them.
        labels: the primary force of each.
        groups: the work of each; folds never cut through a work.
        weights: how much each counts.

    Returns:
        the head, and the settings that were chosen with their cross-validated log loss.

    Raises:
        ValueError: if there are fewer than two works or two forces to learn from.
    """
    if len(set(groups)) < 2 or len(set(labels)) < 2:
        raise ValueError(
            f"a head is fitted on at least two works with two forces, not {len(set(groups))} works with {len(set(labels))}"
        )
    target = np.array([FORCES.index(label) for label in labels])
    weight = np.array(weights, dtype=np.float64)
    folds = GroupKFold(min(FOLDS, len(set(groups))))
    matrix = features(encoded, VECTOR_WEIGHT)
    losses = {}
    for penalty in PENALTIES:
        parts = []
        for train, test in folds.split(matrix, target, list(groups)):
            chances = _chances(_fit(matrix[train], target[train], weight[train], penalty), matrix[test])
            parts.append(-np.log(chances[np.arange(len(test)), target[test]].clip(1e-6)) * weight[test])
        losses[penalty] = float(np.concatenate(parts).mean())
    penalty = min(PENALTIES, key=lambda p: (losses[p], -p))
    chosen = {
        "log_loss": round(losses[penalty], 4),
        "penalty": "none but temperature" if np.isinf(penalty) else penalty,
    }
    return _fit(matrix, target, weight, penalty), chosen


def fit_with(
    encoded: Sequence[Encoded], labels: Sequence[str], weights: Sequence[float], penalty: float = PENALTIES[1]
) -> ForceHead:
    """Fits the head with a given penalty on the correction, as measurements over many fits do."""
    target = np.array([FORCES.index(label) for label in labels])
    return _fit(features(encoded, VECTOR_WEIGHT), target, np.array(weights, dtype=np.float64), penalty)


def _fit(
    matrix: NDArray[np.float64], target: NDArray[np.int64], weight: NDArray[np.float64], penalty: float
) -> ForceHead:
    """Temperature and correction by L-BFGS on the penalised log loss."""
    forces, columns = len(FORCES), matrix.shape[1]
    truth = np.zeros((len(target), forces))
    truth[np.arange(len(target)), target] = 1.0
    scores = matrix[:, :forces]
    free = not np.isinf(penalty)

    def parts(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        correction = values[1 : 1 + forces * columns].reshape(forces, columns) if free else np.zeros((forces, columns))
        bias = values[1 + forces * columns :] if free else np.zeros(forces)
        return correction, bias, values[0] * scores + matrix @ correction.T + bias

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        correction, bias, logits = parts(values)
        logits = logits - logits.max(axis=1, keepdims=True)
        log_chances = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        slope = (np.exp(log_chances) - truth) * weight[:, None]
        value = -float((weight * (log_chances * truth).sum(axis=1)).sum())
        grad = [np.array([(slope * scores).sum()])]
        if free:
            value += 0.5 * penalty * float((correction**2).sum() + (bias**2).sum())
            grad += [(slope.T @ matrix + penalty * correction).ravel(), slope.sum(axis=0) + penalty * bias]
        return value, np.concatenate(grad)

    start = np.zeros(1 + (forces * columns + forces if free else 0))
    start[0] = 1.0
    values = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    correction, bias, _ = parts(values)
    weights = correction.copy()
    weights[:, :forces] += values[0] * np.eye(forces)
    return ForceHead(weights, bias, VECTOR_WEIGHT)


def _chances(head: ForceHead, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = matrix @ head.weights.T + head.bias
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
