"""``pledgebook import-review``: reads people's decisions back from a workbook that they worked in.

In order: the sheet with a ``statement_id`` column is found and its columns by their names, wherever they were moved to;
each row is found by its id, whatever the order and whatever rows are gone; a cell counts as changed if it differs from
the row as it stands now; what is entered is checked by the same rules as on the page. Rows that cannot be placed or do
not make sense are listed with the reason, and all others go to the log in one write. A formula is never computed or
stored: the cell is refused, and an apostrophe that was put before a text on the way out is taken off again.
"""

from __future__ import annotations

import datetime
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from pipeline.config import ROOT, Config
from pipeline.export.decisions import EDITABLE, Decision, ReviewError
from pipeline.export.write import unescape
from pipeline.review.app import utc_now
from pipeline.review.command import user_name
from pipeline.review.desk import Desk, Item
from pipeline.review.edits import DATES, LISTS, check, follow_force, seen
from pipeline.review.log import Log, check_name
from pipeline.tables import REVIEW_STATES, CommitmentRow

KEY = "statement_id"
HEADER_ROWS = 20
# What a workbook may unpack to; one of the project's own with a million rows stays below.
MOST_BYTES = 2_000_000_000
MOST_RATIO = 400
replace = msgspec.structs.replace


@dataclass(frozen=True)
class Refused:
    """A row that was not taken: its number in the sheet, its id, and why."""

    line: int
    statement: str
    reason: str


@dataclass
class Outcome:
    """What a workbook came to: decisions to be written, rows that say nothing new, rows that were refused."""

    decisions: list[Decision] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)


def import_workbook(file: Path, output: Path, reviewer: str, config: Config, now: Callable[[], str] = utc_now) -> int:
    """Takes the decisions in a workbook into the log.

    Args:
        file: the workbook.
        output: the folder of the run that it was exported from.
        reviewer: who decided; the name of who is logged in if empty.
        config: the configuration; ``review.folder`` counts.
        now: gives the time of the decisions.

    Returns:
        0 if every row was taken, 1 if some were refused (they are listed on standard error).

    Raises:
        ReviewError: if the file is no workbook of commitments; nothing is written then.
        InputError, OutputError: if there is no run, or the log cannot be written.
    """
    name = check_name(reviewer or user_name())
    desk = Desk(output, Log(ROOT / config.review.folder))
    desk.refresh()
    return take(compare(rows_of(file), desk, now()), desk, name, "row")


def take(outcome: Outcome, desk: Desk, name: str, unit: str) -> int:
    """Writes what was decided to the log in one go, and tells what changed and what was refused.

    Args:
        outcome: what a file came to; unit: what its lines are called.
        desk: its log is written; name: who decided.

    Returns:
        0 if all was taken, 1 if some was refused.
    """
    if outcome.decisions:
        desk.log.add(name, outcome.decisions)
    for decision in outcome.decisions:
        print(f"{decision.statement_id}: {_told(decision)}")
    for refused in outcome.refused:
        print(f"{unit} {refused.line} ({refused.statement or 'no id'}): refused: {refused.reason}", file=sys.stderr)
    print(
        f"{len(outcome.decisions)} decisions of {name} written, {outcome.unchanged} unchanged, "
        f"{len(outcome.refused)} refused"
    )
    return 1 if outcome.refused else 0


def _told(decision: Decision) -> str:
    parts: list[str] = [decision.state]
    for column, value in decision.changes.items():
        parts.append(f"{column}: {_plain(decision.seen.get(column, ''))!r} -> {_plain(value)!r}")
    return ", ".join(parts)


def _plain(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def rows_of(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a workbook below its header: number in the sheet, and cells by column name; formulas as ``Formula``.

    Raises:
        ReviewError: if it cannot be read, or no sheet has a column ``statement_id``.
    """
    import openpyxl

    _inspect(file)
    try:
        with warnings.catch_warnings():
            # openpyxl says what it does not keep (drop-downs); nothing is written back here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except Exception as error:
        # openpyxl lets through whatever its parsers raise: KeyError, ValueError, ParseError, BadZipFile.
        raise ReviewError(f"{file} cannot be read as a workbook ({type(error).__name__}: {error})") from None
    try:
        for sheet in book.worksheets:
            # Another program may have written a wrong size of the sheet; it is counted anew.
            sheet.reset_dimensions()
            lines = enumerate(sheet.iter_rows(), 1)
            for number, cells in lines:
                names = [str(cell.value).strip().lower() if cell.value is not None else "" for cell in cells]
                if KEY in names:
                    _check_header(names, file)
                    return iter([(n, _cells(names, line, book.epoch)) for n, line in lines])
                if number >= HEADER_ROWS:
                    break
    finally:
        book.close()
    raise ReviewError(f"{file} has no sheet with a column {KEY}; export one with: pledgebook export --to review.xlsx")


def _inspect(file: Path) -> None:
    """Refuses what is no workbook, and one that would unpack to more than any workbook of commitments."""
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = [(info.file_size, info.compress_size) for info in archive.infolist()]
    except FileNotFoundError:
        raise ReviewError(f"there is no {file}") from None
    except (OSError, zipfile.BadZipFile):
        raise ReviewError(f"{file} is no .xlsx workbook (save it as Excel Workbook, without a password)") from None
    total, packed = sum(size for size, _ in sizes), sum(size for _, size in sizes)
    if total > MOST_BYTES or (total > 50_000_000 and total > MOST_RATIO * max(packed, 1)):
        raise ReviewError(f"{file} would unpack to {total // 1_000_000} MB; that is no workbook of commitments")


def _check_header(names: list[str], file: Path) -> None:
    twice = sorted({name for name in names if name in (KEY, "review", *EDITABLE) and names.count(name) > 1})
    if twice:
        raise ReviewError(f"{file} has the column {twice[0]} twice; remove one")


class Formula(str):
    """A formula in a cell, as text; never computed."""

    __slots__ = ()


def _cells(names: list[str], cells: Any, epoch: Any) -> dict[str, Any]:
    return {
        name: _value(name, cell, epoch)
        for name, cell in zip(names, cells, strict=False)
        if name in CommitmentRow.__struct_fields__
    }


def _value(name: str, cell: Any, epoch: Any) -> Any:
    """A cell as text, but for formulas; numbers and dates as a person would write them."""
    from openpyxl.utils.datetime import from_excel

    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Formula(value)
    if isinstance(value, bool):
        return str(value).lower()
    if name in DATES and isinstance(value, int | float):
        try:
            value = from_excel(value, epoch)
        except (ValueError, OverflowError):
            return str(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return unescape(str(value).replace("_x000D_", "")).strip()


def compare(rows: Iterator[tuple[int, dict[str, Any]]], desk: Desk, time: str) -> Outcome:
    """What the rows of a workbook say that the log does not.

    Args:
        rows: from ``rows_of``.
        desk: the run, with the decisions so far.
        time: when.
    """
    outcome = Outcome()
    taken: dict[str, dict[str, Any]] = {}
    for line, cells in rows:
        statement = str(cells.get(KEY, "")).strip()
        if not any(str(value).strip() for value in cells.values()):
            continue
        try:
            item = _find(statement, cells, desk)
            if statement in taken:
                if taken[statement] != cells:
                    raise ReviewError("another row above has the same id and says something else")
                outcome.unchanged += 1
                continue
            taken[statement] = cells
            decision = decide_row(cells, item, desk, time)
        except ReviewError as error:
            outcome.refused.append(Refused(line, statement, str(error)))
            continue
        if decision is None:
            outcome.unchanged += 1
        else:
            outcome.decisions.append(decision)
    return outcome


def _find(statement: str, cells: dict[str, Any], desk: Desk) -> Item:
    if not statement:
        raise ReviewError(
            "it has no statement_id; statements are added on the review page, where their words are marked"
        )
    item = desk.items.get(statement)
    if item is None:
        raise ReviewError("no statement of this run has this id; was the workbook exported from another run?")
    quote = str(cells.get("quote", "")).strip()
    # A long quote was cut to fit its cell.
    if quote and _bare(quote.removesuffix("…")) not in _bare(item.predicted.quote):
        raise ReviewError("its id and its quote do not belong together; was one column sorted without the others?")
    return item


def _bare(text: str) -> str:
    return "".join(text.split())


def decide_row(
    cells: dict[str, Any],
    item: Item,
    desk: Desk,
    time: str,
    places: Mapping[str, tuple[int, int]] | None = None,
    extent: tuple[int, int] | None = None,
) -> Decision | None:
    """The decision that a row of a file makes; None if it says what stands already.

    Args:
        cells: by column; columns that are not there stay as they are. ``review`` is the state that is asked for.
        item: the statement; desk: the run it is of; time: when.
        places: where slots were marked, by column.
        extent: the stretch of the passage that the statement was marked on, where the file says so.

    Raises:
        ReviewError: if what it says cannot be.
    """
    formulas = sorted(
        name for name, value in cells.items() if isinstance(value, Formula) and name in (*EDITABLE, "review")
    )
    if formulas:
        raise ReviewError(f"the cell {formulas[0]} holds a formula; enter its value instead")
    shown, state = desk.row(item), desk.state(item.id)
    wanted = str(cells.get("review", "")).strip().lower() or "unreviewed"
    if wanted not in REVIEW_STATES:
        raise ReviewError(f"review is one of {', '.join(REVIEW_STATES)}, not {wanted!r}")
    changed = {c: cells[c] for c in EDITABLE if c in cells and not _same(c, cells[c], shown)}
    moved = extent is not None and extent != desk.stretch(item)
    if (
        (changed or moved)
        and state != "unreviewed"
        and all(_same(c, v, item.predicted) for c, v in changed.items())
        and (not moved or extent == (item.start, item.end))
        and (wanted == "unreviewed")
    ):
        # Exported before it was decided on: the workbook says what the models said, not that anybody was wrong.
        return None
    basis = replace(desk.basis(item), time=time, seen=seen(item.predicted))
    if moved:
        basis = replace(basis, extent=extent)
    if wanted == "rejected":
        if changed:
            raise ReviewError(f"it is rejected and {sorted(changed)[0]} is changed; which of the two?")
        return None if state == "rejected" else replace(basis, state="rejected")
    if not changed and not moved:
        return _agree(wanted, state, basis, item, shown)
    entered = {c: v for c, v in seen(shown).items() if v != basis.seen[c]} | changed
    changes, spans = check(entered, item.predicted, item.passage.text, places)
    about = desk.documents.get(item.passage.document)
    changes = follow_force(changes, item.predicted, item.predicted.quote, about.legal_status if about else "")
    if not changes and not basis.extent:
        return None if state == "accepted" else replace(basis, state="accepted")
    return replace(basis, state="added" if item.added else "corrected", changes=changes, spans=spans)


def _agree(wanted: str, state: str, basis: Decision, item: Item, shown: CommitmentRow) -> Decision | None:
    """A row in which nothing was changed: it accepts what it shows, or says nothing."""
    if wanted in (state, "unreviewed", "conflict"):
        return None
    changes = {c: v for c, v in seen(shown).items() if v != basis.seen[c]}
    if wanted == "corrected" and state == "unreviewed":
        raise ReviewError("it says corrected, but nothing in it is changed; say accepted if it is right as it stands")
    if wanted == "added" and not item.added:
        raise ReviewError("it says added, but the models found it; say accepted if it is right as it stands")
    if state == "rejected" or wanted == "accepted":
        return replace(
            basis,
            state="added" if item.added else ("corrected" if changes or basis.extent else "accepted"),
            changes=changes,
        )
    return None


def _same(column: str, value: Any, row: CommitmentRow) -> bool:
    """Whether a cell says what the row does: blanks, the joint of lists and the look of dates do not count."""
    stands = getattr(row, column)
    if column in LISTS:
        joined = ";".join(value) if isinstance(value, list) else str(value)
        parts = [_bare(part) for part in joined.replace("；", ";").split(";")]
        return [p for p in parts if p] == [_bare(part) for word in stands for part in word.split(";") if _bare(part)]
    text = str(value)
    if column in DATES:
        text = text.split("T")[0].split(" ")[0].replace("/", "-")
        parts = text.split("-")
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            text = "-".join([parts[0], *(part.zfill(2) for part in parts[1:])])
    return _bare(text) == _bare(str(stands))
