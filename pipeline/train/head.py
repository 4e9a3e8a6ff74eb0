"""Fits the force head: everyday training, minutes on two cores, no torch.

The head learns from passages that the encoder was *not* trained on (the development works) and from what people
corrected; on passages it has seen the encoder is surer than it should be. How much to trust the pooled vector and how
strongly to regularise are chosen by cross-validation over works, by log loss, which also rewards honest confidence.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from pipeline.encoder import Encoded
from pipeline.heads import ForceHead, features
from pipeline.records import FORCES

STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
VECTOR_WEIGHTS = (0.0, 1.0, 4.0)
FOLDS = 5


def fit_head(
    encoded: Sequence[Encoded], labels: Sequence[str], groups: Sequence[str], weights: Sequence[float]
) -> tuple[ForceHead, dict[str, float]]:
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
    best = (np.inf, 0.0, 0.0)
    for scale in VECTOR_WEIGHTS:
        matrix = features(encoded, scale)
        for strength in STRENGTHS:
            losses = []
            for train, test in folds.split(matrix, target, list(groups)):
                head = _fit(matrix[train], target[train], weight[train], strength, scale)
                chances = _chances(head, matrix[test])
                losses.append(-np.log(chances[np.arange(len(test)), target[test]].clip(1e-6)) * weight[test])
            loss = float(np.concatenate(losses).mean())
            best = min(best, (loss, strength, scale))
    loss, strength, scale = best
    head = _fit(features(encoded, scale), target, weight, strength, scale)
    return head, {"log_loss": round(loss, 4), "strength": strength, "vector_weight": scale}


def _fit(
    matrix: NDArray[np.float64], target: NDArray[np.int64], weight: NDArray[np.float64], strength: float, scale: float
) -> ForceHead:
    """A regularised fit around the encoder's own scores: a force that never occurs keeps the encoder's opinion."""
    model = LogisticRegression(C=strength, max_iter=2000)
    prior = np.zeros((len(FORCES), matrix.shape[1]))
    prior[:, : len(FORCES)] = np.eye(len(FORCES))
    model.fit(matrix, target, sample_weight=weight)
    weights = np.zeros_like(prior)
    bias = np.full(len(FORCES), -4.0)
    rows = model.classes_
    if len(rows) == 2:
        weights[rows[1]], bias[rows[1]] = model.coef_[0], model.intercept_[0]
        weights[rows[0]], bias[rows[0]] = 0.0, 0.0
    else:
        weights[rows], bias[rows] = model.coef_, model.intercept_
    return ForceHead(weights, bias, scale)


def _chances(head: ForceHead, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = matrix @ head.weights.T + head.bias
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
