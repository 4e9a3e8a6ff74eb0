"""``pledgebook evaluate --label-errors``: labels that two models doubt, in the corpus and in what people reviewed.

In order: a linear model over words and character strings says what it thinks of each passage, having learnt from all other
works and files (out of fold); the encoder in use says what it thinks, which of development and test works it has never seen,
and of a work that it was trained on it says only what it could not be made to believe; their opinions are multiplied. Then
confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels"): a
label is doubted where another one has at least the probability that passages so labelled have on average, and the doubted
ones are ranked by how far that other one is ahead. What is listed is to be read again, not to be changed unread: hard
sentences stand in it beside wrong labels.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import models
from pipeline.clauses import read_clauses
from pipeline.config import ROOT, Config
from pipeline.encoder import Encoder
from pipeline.evaluate.baselines import features
from pipeline.evaluate.corpus import split_lists
from pipeline.export.write import to_csv
from pipeline.records import FORCES, Record
from pipeline.store import atomic_write, make_folder
from pipeline.train.examples import Example, clause_examples, examples
from pipeline.train.reviews import reviewed
from pipeline.works import read_works

FILE = "label-errors.csv"
FOLDS = 5
SHOWN = 40
# How much the linear model's opinion weighs beside the encoder's: least log loss on the held-out works, in steps of 0.1.
LINEAR_WEIGHT = 0.3


class Doubt(Record, frozen=True):
    """A label to look at again: where it stands, what it is, what it may be, and by how much that is likelier (to 1)."""

    file: str
    line: int
    lang: str
    given: str
    suggested: str
    score: float
    text: str


@dataclass(frozen=True)
class Case:
    """A labelled passage, where it stands, and the set whose average confidence it is held against."""

    example: Example
    file: str
    line: int
    kind: str


def doubts(config: Config, output: Path, say: Callable[[str], None]) -> int:
    """Lists the doubted labels: the first of them as a table on standard error, all in ``label-errors.csv``.

    Args:
        config: where works, clauses, reviews and models are.
        output: the folder of the list.
        say: is told of each step.

    Returns:
        the exit status, 0.
    """
    cases = gather(config)
    say(f"{len(cases)} labelled passages; the encoder reads them …")
    encoder = Encoder(models.current(ROOT / config.tag.model, "encoder"), config.tag.threads)
    coded = encoder.encode([c.example.text for c in cases], [c.example.context for c in cases])
    say("a linear model learns them, fold by fold …")
    linear = out_of_fold([case.example for case in cases])
    found = suspects(cases, np.stack([code.force for code in coded]), linear)
    make_folder(output)
    atomic_write(output / FILE, to_csv(found, Doubt))
    show(found[:SHOWN])
    say(f"{len(found)} labels to look at again: {output / FILE}")
    return 0


def gather(config: Config) -> list[Case]:
    """Every labelled passage of the works, single clause and reviewed passage, with its place."""
    folder = ROOT / config.train.works
    works = read_works(folder)
    of, _ = split_lists(works, folder.parent / "splits.toml")
    made: list[Case] = []
    for work in works:
        lines = {passage.id: passage.line for passage in work.passages}
        kind = "train" if of[work.id] == "train" else "held out"
        # A list item stands once, behind its chapeau, as it is read in its document.
        made += [
            Case(e, f"works/{work.id}.txt", lines[e.id.removesuffix("+")], kind)
            for e in examples(work.passages)
            if e.weight == 1.0
        ]
    clauses = folder.parent / "clauses"
    places = _clause_lines(clauses)
    for clause, example in zip(read := read_clauses(clauses), clause_examples(read), strict=True):
        made.append(Case(example, f"clauses/{clause.source}.txt", places[clause.source, clause.text], "clauses"))
    for example in reviewed(ROOT / config.review.folder):
        made.append(Case(example, example.work, 0, "reviews"))
    return made


def _clause_lines(folder: Path) -> dict[tuple[str, str], int]:
    """The line of each clause, by the name of its file and its text without braces."""
    return {
        (file.stem, line.split("|", 1)[1].replace("{", "").replace("}", "").strip()): number
        for file in sorted(folder.glob("*.txt"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if "|" in line
    }


def out_of_fold(rows: Sequence[Example]) -> NDArray[np.float64]:
    """What a linear model says of each passage that has learnt from other works only: shape (passages, 8).

    A model for each language; a language with fewer works than folds gets equal probabilities.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    said = np.full((len(rows), len(FORCES)), 1.0 / len(FORCES))
    for lang in ("en", "zh"):
        mine = np.array([i for i, row in enumerate(rows) if row.lang == lang], dtype=np.int64)
        groups = [rows[i].work for i in mine]
        if len(set(groups)) < FOLDS:
            continue
        texts = np.array([f"status{rows[i].legal_status or 'unknown'} {rows[i].text}" for i in mine], dtype=object)
        labels = np.array([FORCES.index(rows[i].force[0]) for i in mine])
        for learnt, asked in GroupKFold(FOLDS).split(texts, labels, groups):
            words = features(lang)
            model = LogisticRegression(C=20.0, max_iter=150, tol=1e-3, class_weight="balanced")
            model.fit(words.fit_transform(texts[learnt]), labels[learnt])
            chances = np.full((len(asked), len(FORCES)), 1e-6)
            chances[:, model.classes_] = model.predict_proba(words.transform(texts[asked]))
            said[mine[asked]] = chances
    return said


def suspects(cases: Sequence[Case], encoder: NDArray[np.float32], linear: NDArray[np.float64]) -> list[Doubt]:
    """The doubted labels, the surest doubt first.

    Args:
        cases: the labelled passages.
        encoder: its log probabilities, shape (cases, 8).
        linear: probabilities out of fold, shape (cases, 8).
    """
    scores = (1 - LINEAR_WEIGHT) * encoder + LINEAR_WEIGHT * np.log(linear.clip(1e-6))
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances = raised / raised.sum(axis=1, keepdims=True)
    found: list[Doubt] = []
    for kind in sorted({case.kind for case in cases}):
        mine = np.array([i for i, case in enumerate(cases) if case.kind == kind])
        given = np.array([FORCES.index(cases[i].example.force[0]) for i in mine])
        for row, other, ahead in confident(chances[mine], given):
            case = cases[int(mine[row])]
            # A passage may have several forces: which of them comes first is no error to look for.
            if FORCES[other] not in case.example.force:
                found.append(
                    Doubt(
                        file=case.file,
                        line=case.line,
                        lang=case.example.lang,
                        given=", ".join(case.example.force),
                        suggested=FORCES[other],
                        score=round(ahead, 4),
                        text=case.example.text,
                    )
                )
    return sorted(found, key=lambda d: (-d.score, d.file, d.line, d.text))


def confident(chances: NDArray[np.float64], given: NDArray[np.int64]) -> list[tuple[int, int, float]]:
    """The off-diagonal cells of the confident joint: (row, likelier label, by how much it is likelier).

    Args:
        chances: probabilities that were not learnt from the labels asked about, shape (rows, labels).
        given: the label of each row.
    """
    labels = chances.shape[1]
    # The average probability of a label among the rows that have it; a label that none has is never suggested.
    bars = np.array([chances[given == k, k].mean() if (given == k).any() else np.inf for k in range(labels)])
    found = []
    for row in range(len(given)):
        above = np.where(chances[row] >= bars)[0]
        if len(above):
            best = int(above[chances[row, above].argmax()])
            ahead = float(chances[row, best] - chances[row, given[row]])
            if best != given[row] and ahead > 0:
                found.append((row, best, ahead))
    return found


def show(found: Sequence[Doubt]) -> None:
    """Prints doubted labels as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("file and line", "given", "perhaps", "ahead", "text", title="labels to look at again")
    for doubt in found:
        table.add_row(f"{doubt.file}:{doubt.line}", doubt.given, doubt.suggested, f"{doubt.score:.2f}", doubt.text)
    Console(file=sys.stderr).print(table)
