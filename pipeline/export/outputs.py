"""Writes the files of a run, all of them or none, and leaves alone what is up to date.

In order: what the files depend on is hashed; if that is what it was and the files stand as they were written, nothing
is done. Else every file is made in memory, and only when all are made each is put in its place. A workbook that
somebody has worked in since it was written is set aside first, never overwritten.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from pipeline.export import write
from pipeline.fingerprint import fingerprint, folder_hash
from pipeline.records import Record
from pipeline.store import OutputError, atomic_write, atomic_write_all, explain, sha256_of
from pipeline.tables import (
    ActorCoverageRow,
    AlignmentRow,
    CommitmentRow,
    CoverageRow,
    DefinitionRow,
    DivergenceRow,
    DocumentRow,
    EntityRow,
    FailureRow,
    InstrumentRow,
    LineageRow,
    QuantityRow,
    ReferenceRow,
    RunView,
    ThemeRow,
)

WRITTEN = "written.json"
WORKBOOK = "commitments.xlsx"
# The CSV files, with the field of the run's view that each holds and the record of a row.
TABLES: dict[str, tuple[str, type[Record]]] = {
    "commitments.csv": ("commitments", CommitmentRow),
    "documents.csv": ("documents", DocumentRow),
    "actors.csv": ("actors", EntityRow),
    "instruments.csv": ("instruments", InstrumentRow),
    "quantities.csv": ("quantities", QuantityRow),
    "definitions.csv": ("definitions", DefinitionRow),
    "references.csv": ("references", ReferenceRow),
    "alignments.csv": ("alignments", AlignmentRow),
    "divergences.csv": ("divergences", DivergenceRow),
    "lineage.csv": ("lineage", LineageRow),
    "themes.csv": ("themes", ThemeRow),
    "coverage.csv": ("coverage", CoverageRow),
    "actors_coverage.csv": ("actors_coverage", ActorCoverageRow),
    "failures.csv": ("failures", FailureRow),
}
OTHERS = (WORKBOOK, "commitments.parquet", "commitments.jsonl", "passages.jsonl", "report.html")
FILES = (*TABLES, *OTHERS)


class Written(msgspec.Struct, frozen=True):
    """What was written last: what it depended on, and the SHA-256 of each file."""

    basis: str
    files: dict[str, str]
    counts: dict[str, int]


def basis_of(parts: object, reviews: Path) -> str:
    """The hash of all that the files depend on: what the run came to, the code of the tables, people's decisions."""
    total = hashlib.sha256(msgspec.json.encode(parts))
    for module in ("pipeline.export.outputs", "pipeline.export.view", "pipeline.export.report"):
        total.update(fingerprint(module).encode())
    total.update(folder_hash(reviews).encode())
    return total.hexdigest()


def last_written(state: Path) -> Written | None:
    """What the last complete run wrote; None if there was none or its note is damaged."""
    try:
        return msgspec.json.decode((state / WRITTEN).read_bytes(), type=Written)
    except (FileNotFoundError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def up_to_date(output: Path, state: Path, basis: str) -> Written | None:
    """The note of what is written, if every file stands as it was written for this basis; else None.

    A workbook that was worked in counts as standing: it is the reader's now.
    """
    written = last_written(state)
    if written is None or written.basis != basis or set(written.files) != set(FILES):
        return None
    for name, digest in written.files.items():
        path = output / name
        if not path.is_file() or (name != WORKBOOK and sha256_of(path) != digest):
            return None
    return written


def warm_up() -> None:
    """Imports what ``make`` needs, so that it is there when the rows are: libraries that take a while to load."""
    import jinja2  # noqa: F401
    import polars  # noqa: F401
    import xlsxwriter  # noqa: F401


def make(view: RunView, port: int = 0) -> dict[str, bytes]:
    """Every file of a run, by name, in the order in which they are put in place; ``port`` is the review page's."""
    from pipeline.export.report import write_report

    # The workbook first: it is the one that another program may hold, and then nothing is changed at all.
    files = {WORKBOOK: write.to_xlsx(view.commitments, port)}
    files |= {name: write.to_csv(getattr(view, field), row) for name, (field, row) in TABLES.items()}
    files["commitments.jsonl"] = write.to_jsonl(view.commitments)
    files["commitments.parquet"] = write.to_parquet(view.commitments, CommitmentRow)
    files["passages.jsonl"] = write.to_jsonl(view.passages)
    files["report.html"] = write_report(view).encode("utf-8")
    return files


def put(
    output: Path, state: Path, basis: str, files: dict[str, bytes], view: RunView, say: Callable[[str], None]
) -> Written:
    """Puts the files of a run in place.

    Args:
        output: the run's folder; state: the folder in it where the run keeps what it needs.
        basis: what the files depend on.
        files: their contents by name.
        view: the rows they were made of, to be counted.
        say: is told if a workbook was set aside.

    Raises:
        OutputError: if a file cannot be written; those that are in place by then are whole.
    """
    before = last_written(state)
    _set_aside(output / WORKBOOK, before.files.get(WORKBOOK, "") if before else "", say)
    (state / WRITTEN).unlink(missing_ok=True)
    atomic_write_all(output, files)
    counts = {field: len(getattr(view, field)) for field in RunView.__struct_fields__}
    counts["pages"] = sum(row.pages for row in view.documents)
    written = Written(basis, {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}, counts)
    atomic_write(state / WRITTEN, msgspec.json.encode(written))
    return written


def _set_aside(workbook: Path, digest: str, say: Callable[[str], None]) -> None:
    """Renames a workbook that is not as it was written, to a name that is free."""
    if not digest or not workbook.is_file() or sha256_of(workbook) == digest:
        return
    number = 1
    while (kept := workbook.with_name(f"{workbook.stem}.edited-{number}.xlsx")).exists():
        number += 1
    try:
        os.replace(workbook, kept)
    except OSError as error:
        raise OutputError(explain(workbook, error)) from error
    say(f"{workbook.name} was edited since it was written; your copy is kept as {kept.name}")
