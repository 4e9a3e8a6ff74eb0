"""``pledgebook corpus stats``: counts, duplicates and agreement, printed, and written into ``CORPUS.md`` if asked."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.clauses import read_clauses
from pipeline.config import ROOT
from pipeline.evaluate.agreement import Agreement, agreement
from pipeline.evaluate.corpus import clause_table, split_lists, tables, twins
from pipeline.store import atomic_write
from pipeline.works import Work, WorkError, read_works

BEGIN, END = "<!-- stats:begin (written by `pledgebook corpus stats --write`) -->", "<!-- stats:end -->"

Table = Sequence[tuple[str, ...]]


def stats(write: bool, disagreements: bool = False, root: Path = ROOT) -> int:
    """Prints what the corpus holds.

    Args:
        write: whether the generated part of ``CORPUS.md`` is written anew.
        disagreements: whether every sentence on which two labellers differ is listed.
        root: the project's folder.

    Returns:
        the exit status, 0.

    Raises:
        WorkError: if a work cannot be read, or ``CORPUS.md`` has no place for the counts.
    """
    works = read_works(root / "corpus" / "works")
    of, _ = split_lists(works, root / "corpus" / "splits.toml")
    second = read_works(root / "corpus" / "second")
    both = agreement(works, second) if second else None
    counted = tables(works, of) | {"Single clauses": clause_table(read_clauses(root / "corpus" / "clauses"))}
    repeats = duplicate_tables(works)
    _print({**counted, **repeats, **(agreement_tables(both) if both else {})})
    if both is None:
        print("no second labelling in corpus/second", file=sys.stderr)
    if both and disagreements:
        for d in both.disagreements:
            print(f"{d.work}.txt:{d.line} [{d.lang}] {'+'.join(d.first)} | {'+'.join(d.second)}: {d.text}")
    if write:
        write_part(root / "CORPUS.md", part({**counted, **repeats}, both))
    return 0


def duplicate_tables(works: Sequence[Work]) -> dict[str, Table]:
    """How many passages have a near-duplicate in another work, as a table."""
    rows: list[tuple[str, ...]] = [("language", "passages", "with a near-duplicate", "share")]
    for lang, side in (("English", [p for w in works for p in w.en]), ("Chinese", [p for w in works for p in w.zh])):
        _, touched = twins(side)
        rows.append((lang, str(len(side)), str(touched), f"{touched / max(1, len(side)):.2%}"))
    return {"Near-duplicates between works": rows}


def agreement_tables(both: Agreement) -> dict[str, Table]:
    """Agreement as tables."""
    return {
        "Agreement on forces": [
            ("force", "Cohen's kappa", "equal", "first", "second"),
            *((k.label, f"{k.kappa:.3f}", f"{k.equal:.3f}", str(k.first), str(k.second)) for k in both.forces),
        ],
        "Agreement on spans": [("span", "F1"), *((name, f"{value:.3f}") for name, value in both.spans.items())],
    }


def part(counted: Mapping[str, Table], both: Agreement | None) -> str:
    """The generated part of ``CORPUS.md``."""
    lines = [BEGIN, ""]
    for title, rows in counted.items():
        lines += [f"### {title}", "", *_markdown(rows), ""]
    if both:
        lines += [
            "### Agreement of two labellings",
            "",
            f"{both.passages} passages of {both.works} works; primary forces differ in {len(both.disagreements)}.",
            "",
        ]
        for rows in agreement_tables(both).values():
            lines += [*_markdown(rows), ""]
    return "\n".join([*lines, END])


def _markdown(rows: Table) -> list[str]:
    head, *body = rows
    return [
        "| " + " | ".join(head) + " |",
        "|" + " --- |" * len(head),
        *("| " + " | ".join(row) + " |" for row in body),
    ]


def write_part(file: Path, text: str) -> None:
    """Puts the generated part between its marks."""
    whole = file.read_text("utf-8") if file.is_file() else ""
    start, end = whole.find(BEGIN), whole.find(END)
    if start < 0 or end < start:
        raise WorkError(f"{file} lacks the marks {BEGIN!r} and {END!r} between which the counts are written")
    atomic_write(file, (whole[:start] + text + whole[end + len(END) :]).encode())


def _print(named: Mapping[str, Table]) -> None:
    from rich.console import Console
    from rich.table import Table as Grid

    console = Console()
    for title, rows in named.items():
        grid = Grid(*rows[0], title=title, title_justify="left")
        for row in rows[1:]:
            grid.add_row(*row)
        console.print(grid)
