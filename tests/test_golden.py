"""The sample works from PDF to commitments table, against rows that a person has read.

``tests/golden/commitments.csv`` is renewed by hand only (``pledgebook run corpus/samples``, then the columns below). Rows are
compared as a set: quantised models may differ in the last bits between processors, and a statement on the border of two
forces may fall to either side; more than a few such rows is a change of behaviour.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipeline.config import ROOT, load
from pipeline.run import run

GOLDEN = Path(__file__).parent / "golden" / "commitments.csv"
COLUMNS = ("title", "page", "lang", "force", "bearer", "quote")
SAME = 0.97


def rows(file: Path) -> list[tuple[str, ...]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [tuple(row[name] for name in COLUMNS) for row in csv.DictReader(stream)]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("golden")
    summary = run([ROOT / "corpus" / "samples"], folder, load(None))
    assert summary.failures == 0
    return folder


def test_the_samples_give_the_rows_that_were_read(outputs):
    known, made = rows(GOLDEN), rows(outputs / "commitments.csv")
    assert len(known) > 300
    shared = len(set(known) & set(made))
    assert shared >= SAME * max(len(set(known)), len(set(made))), sorted(set(made) - set(known))[:5]


def test_every_table_of_the_samples_has_rows(outputs):
    for name in (
        "documents",
        "actors",
        "instruments",
        "quantities",
        "definitions",
        "references",
        "alignments",
        "divergences",
        "themes",
        "coverage",
        "actors_coverage",
    ):
        with (outputs / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            assert sum(1 for _ in csv.DictReader(stream)) > 0, name


def test_every_quote_has_its_place(outputs):
    with (outputs / "commitments.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            x0, top, x1, bottom = map(float, row["bbox"].split(","))
            assert int(row["page"]) >= 1
            assert 0 <= x0 < x1 <= 600
            assert 0 <= top < bottom <= 850
