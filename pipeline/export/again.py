"""Writes the commitments of a finished run once more: a part of them, or in another format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline.export import write
from pipeline.records import OPERATIVE_FORCES
from pipeline.sources import InputError
from pipeline.store import atomic_write, make_folder
from pipeline.tables import REVIEW_STATES, CommitmentRow

FORMATS = ("xlsx", "csv", "parquet", "jsonl")


def read_commitments(output: Path) -> list[CommitmentRow]:
    """The commitments of a run's folder.

    Raises:
        InputError: if the folder holds none.
    """
    path = output / "commitments.jsonl"
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        raise InputError(f"{output} holds no run; make one with: pledgebook run FOLDER --output {output}") from None
    decoder = msgspec.json.Decoder(CommitmentRow)
    try:
        return [decoder.decode(line) for line in lines]
    except msgspec.DecodeError as error:
        raise InputError(f"{path} is not as a run wrote it ({error}); run pledgebook run again") from None


def export(output: Path, to: Path, kind: str, forces: tuple[str, ...], states: tuple[str, ...], port: int = 0) -> int:
    """Writes commitments to a file.

    Args:
        output: the run's folder.
        to: the file; its ending is the format unless ``kind`` says another.
        forces, states: only these; all if empty.
        port: the review page's, for the links of a workbook; 0: no links.

    Returns:
        how many were written.

    Raises:
        InputError: if the format, a force or a state is unknown, or there is no run.
    """
    form = kind or to.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InputError(f"{form!r} is no format; allowed: {', '.join(FORMATS)}")
    rows = select(read_commitments(output), forces, states)
    make_folder(to.absolute().parent)
    if form == "xlsx":
        data = write.to_xlsx(rows, port)
    elif form == "csv":
        data = write.to_csv(rows, CommitmentRow)
    elif form == "parquet":
        data = write.to_parquet(rows, CommitmentRow)
    else:
        data = write.to_jsonl(rows)
    atomic_write(to, data)
    return len(rows)


def select(rows: Iterable[CommitmentRow], forces: tuple[str, ...], states: tuple[str, ...]) -> list[CommitmentRow]:
    """The rows of some forces and in some review states; all if empty.

    Raises:
        InputError: if a force or a state is unknown.
    """
    for what, asked, allowed in (
        ("force", forces, tuple(sorted(OPERATIVE_FORCES))),
        ("review state", states, REVIEW_STATES),
    ):
        for value in asked:
            if value not in allowed:
                raise InputError(f"{value!r} is no {what}; allowed: {', '.join(allowed)}")
    return [row for row in rows if (not forces or row.force in forces) and (not states or row.review in states)]
