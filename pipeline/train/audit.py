"""Fits the reader that weighs the evidence of the audit: minutes on two cores, no torch.

It learns from the works as they stand and from the same works with the changes that people planted in them: a bead differs if
a difference was planted in it, and says the same if nothing was, or only its words were changed; beads that are labelled as
different are left out, and so are those on which a rule speaks, for the reader is asked only about the others. How much must
speak for a difference is settled on works that were left out of the fit in turn: of beads that say the same, four in a
thousand may be told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.encoder import Encoder
from pipeline.evaluate.divergences import bead_pairs, differs, plant, read_changes
from pipeline.records import DIVERGENCES
from pipeline.stages import audit
from pipeline.stages.audit import reader
from pipeline.stages.audit.sides import Found, Pair
from pipeline.stages.tag import Tagger
from pipeline.works import Work

# The share of beads that say the same, and on which no rule speaks, of which the reader may tell a difference.
ALARMS = 0.004
# Inverse of the penalty; from 0.001 to 0.01 nothing changes much.
STRENGTH = 0.003
FOLDS = 8
LEFT_OUT = "differs"


@dataclass(frozen=True)
class Text:
    """A work, as it stands or with changes planted in it.

    Attributes:
        pairs: its beads with words on both sides.
        labels: of each, the kind of the planted difference; ``REWORDED``, ``LEFT_OUT`` or nothing for the others.
        told: what the rules say of each.
        stands: whether it is the work as it stands.
    """

    work: str
    pairs: list[Pair]
    labels: list[str]
    told: list[list[Found]]
    stands: bool


def texts(works: Sequence[Work], planted: Path, tagger: Tagger, held: Collection[str] = ()) -> list[Text]:
    """The works as they stand and as they were changed.

    Args:
        works: labelled works; those without planted changes are read as they stand.
        planted: changes, in files ``WORK.txt`` or ``WORK.HAND.txt``.
        tagger: the tags come from it.
        held: works that are read only as they stand; what was planted in them measures.
    """
    found = []
    for work in works:
        found.append(_text(work, work, {}, tagger))
        files = () if work.id in held else (*planted.glob(f"{work.id}.txt"), *planted.glob(f"{work.id}.*.txt"))
        for file in sorted(files):
            changes = read_changes(file)
            other, beads = plant(work, changes)
            kinds = {id(bead): change.kind for change, bead in zip(changes, beads, strict=True)}
            found.append(_text(work, other, kinds, tagger))
    return found


def _text(work: Work, other: Work, kinds: dict[int, str], tagger: Tagger) -> Text:
    beads = bead_pairs(other, tagger)
    labels = [kinds.get(id(bead)) or (LEFT_OUT if differs(other, bead) else "") for bead, _ in beads]
    pairs = [pair for _, pair in beads]
    return Text(work.id, pairs, labels, [audit.compare(pair) for pair in pairs], other is work)


def fit(encoder: Encoder, read: Sequence[Text]) -> reader.Reader:
    """Fits the reader.

    Args:
        encoder: the encoder that it stands on.
        read: see ``texts``.

    Returns:
        the reader; the same texts and encoder give the same one.

    Raises:
        ValueError: if no differences were planted in the texts.
    """
    if not any(label in DIVERGENCES for text in read for label in text.labels):
        raise ValueError(
            "the reader of the audit is fitted on planted differences, but there are none in corpus/planted"
        )
    usual = reader.Usual()
    for text in read:
        same = [pair for pair, label in zip(text.pairs, text.labels, strict=True) if not label]
        if text.stands and same:
            usual.add(reader.read(encoder, same))
    expected = usual.weights()
    found = [reader.evidence(text.pairs, reader.read(encoder, text.pairs), expected) for text in read]
    centres = [reader.centre(one.loose) for one, text in zip(found, read, strict=True) if text.stands]
    middle, spread = (np.median([c[i] for c in centres], axis=0) for i in range(2))
    measures = np.vstack([reader.together(one, one, middle, spread) for one in found])
    labels = np.array([label for text in read for label in text.labels])
    used = (labels != LEFT_OUT) & np.array([not rows for text in read for rows in text.told])
    mean, scale = measures[used].mean(axis=0), measures[used].std(axis=0) + 1e-9
    measures = reader.standard(measures, mean, scale)
    differ = used & np.isin(labels, DIVERGENCES)
    works = np.array([text.work for text in read for _ in text.labels])
    stands = np.array([text.stands for text in read for _ in text.labels])
    odds = _left_out_odds(measures, differ, used, works)
    return reader.Reader(
        expected=expected, middle=middle, spread=spread, mean=mean, scale=scale,
        weights=_logistic(measures[used], differ[used])[0],
        kinds=_logistic(measures[differ], labels[differ], DIVERGENCES),
        threshold=np.quantile(odds[used & stands & (labels == "")], 1 - ALARMS),
    )  # fmt: skip


def _left_out_odds(
    measures: NDArray[np.float64], differ: NDArray[np.bool_], used: NDArray[np.bool_], works: NDArray[np.str_]
) -> NDArray[np.float64]:
    """The log odds of each bead by a fit without its work."""
    fold = {work: i % FOLDS for i, work in enumerate(sorted(set(works), key=_shuffled))}
    of = np.array([fold[work] for work in works])
    odds = np.zeros(len(measures))
    for k in range(FOLDS):
        here = of == k
        if here.any():
            weights = _logistic(measures[used & ~here], differ[used & ~here])[0]
            odds[here] = measures[here] @ weights[:-1] + weights[-1]
    return odds


def _shuffled(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _logistic(
    measures: NDArray[np.float64], labels: NDArray[np.generic], classes: Sequence[str] = ()
) -> NDArray[np.float64]:
    """A penalised logistic regression: rows of weights with the intercept last, one for each of ``classes`` if there are any."""
    from sklearn.linear_model import LogisticRegression

    known = sorted(set(labels.tolist()))
    rows = np.zeros((1, measures.shape[1] + 1))
    if len(known) > 1:
        model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(measures, labels)
        rows = np.hstack([model.coef_, model.intercept_[:, None]])
    if len(known) == 2:
        rows = np.vstack([-rows, rows]) if classes else rows
    never = np.array([0.0] * measures.shape[1] + [-1e3])
    return np.array([rows[known.index(name)] if name in known else never for name in classes]) if classes else rows


def fingerprint(read: Sequence[Text]) -> str:
    """SHA-256 over everything that is learnt from."""
    digest = hashlib.sha256()
    for text in read:
        for pair, label in zip(text.pairs, text.labels, strict=True):
            digest.update(repr((text.work, pair.zh.text, pair.en.text, label)).encode())
    return digest.hexdigest()
