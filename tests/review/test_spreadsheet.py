"""The round trip through a workbook: whatever a person does to it in between, nothing is lost, guessed or computed."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.export.again import export
from pipeline.export.decisions import Decision, ReviewError, decisions
from pipeline.review import decide
from pipeline.review.spreadsheet import import_workbook
from tests.review.desks import Made, clock, make_run

Sheet = Any


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_run(tmp_path)


def names(sheet: Sheet) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[1]}


def put(sheet: Sheet, action: str, **cells: Any) -> None:
    """Writes cells into the row with this action."""
    columns = names(sheet)
    for line in range(2, sheet.max_row + 1):
        if sheet.cell(line, columns["action"]).value == action:
            for name, value in cells.items():
                sheet.cell(line, columns[name]).value = value
            return
    raise AssertionError(action)


def round_trip(made: Made, change: Callable[[Sheet], None], reviewer: str = "ann") -> int:
    """Exports, changes the sheet, saves, and imports."""
    file = made.output.parent / "work.xlsx"
    export(made.output, file, "", (), ())
    book = openpyxl.load_workbook(file)
    change(book.worksheets[0])
    book.save(file)
    return import_workbook(file, made.output, reviewer, made.config, clock())


def log(made: Made) -> dict[str, Decision]:
    return decisions(made.reviews)


def test_a_workbook_with_links_comes_back(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    file = made.output.parent / "work.xlsx"
    export(made.output, file, "", (), (), port=8765)
    book = openpyxl.load_workbook(file)
    put(book.worksheets[0], "保存渡轮登记册", review="accepted")
    book.save(file)
    assert import_workbook(file, made.output, "ann", made.config, clock()) == 0
    assert "1 decisions of ann written, 7 unchanged, 0 refused" in capsys.readouterr().out


def test_a_workbook_that_nobody_touched_says_nothing(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    assert round_trip(made, lambda sheet: None) == 0
    assert "0 decisions of ann written, 8 unchanged, 0 refused" in capsys.readouterr().out
    assert not made.reviews.exists()


@pytest.mark.parametrize(
    ("action", "cells", "state", "changes"),
    [
        ("keep a register of ferries", {"review": "accepted"}, "accepted", {}),
        ("保存渡轮登记册", {"review": "rejected"}, "rejected", {}),
        ("保存渡轮登记册", {"review": "Accepted "}, "accepted", {}),
        ("保存渡轮登记册", {"bearer": "缔约方"}, "corrected", {"bearer": "缔约方"}),
        ("open two new piers", {"hedge": "where possible", "review": "accepted"}, "corrected",
         {"hedge": ["where possible"], "binding": "politically_binding"}),
        ("report every loss", {"deadline": "by 31 May 2031", "deadline_to": datetime.datetime(2031, 5, 31)}, "corrected",
         {"deadline": "by 31 May 2031", "deadline_to": "2031-05-31"}),
        ("report every loss", {"deadline_to": 47999}, "corrected", {"deadline_to": "2031-05-31"}),
        ("报告每起损失", {"deadline_to": "2031/5/31"}, "corrected", {"deadline_to": "2031-05-31"}),
        ("keep a register of ferries", {"bearer": None}, "corrected", {"bearer": ""}),
        ("keep a register of ferries", {"strength": 4.0}, "corrected", {"strength": 4}),
    ],
)  # fmt: skip
def test_what_a_person_enters_is_taken(
    made: Made, action: str, cells: dict[str, Any], state: str, changes: dict[str, Any]
) -> None:
    statement = made.at(action)
    assert round_trip(made, lambda sheet: put(sheet, action, **cells)) == 0
    (decision,) = log(made).values()
    assert (decision.statement_id, decision.state, decision.changes) == (statement, state, changes)
    assert decision.passage is not None
    assert decision.reviewer == "ann"
    assert decision.quote in decision.passage.text


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"review": "fine"}, "review is one of"),
        ({"review": "corrected"}, "nothing in it is changed"),
        ({"review": "rejected", "bearer": "Party"}, "which of the two"),
        ({"review": "added"}, "the models found it"),
        ({"force": "duty"}, "force is one of"),
        ({"bearer": "Nobody at all"}, "does not stand in it"),
        ({"bearer": "=1+1"}, "formula"),
        ({"bearer": '=HYPERLINK("http://x","y")'}, "formula"),
        ({"deadline_to": "31/05/2031"}, "YYYY-MM-DD"),
        ({"statement_id": "s-000000000000"}, "no statement of this run"),
        ({"statement_id": "../../x"}, "no statement of this run"),
        ({"statement_id": None}, "no statement_id"),
        ({"quote": "We will open two new piers"}, "do not belong together"),
    ],
)
def test_what_cannot_be_placed_is_refused_with_its_row_and_the_others_are_taken(
    made: Made, cells: dict[str, Any], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(sheet: Sheet) -> None:
        put(sheet, "open two new piers", review="accepted")
        put(sheet, "keep a register of ferries", **cells)

    assert round_trip(made, change) == 1
    told = capsys.readouterr().err
    assert "row 2 (" in told
    assert reason in told
    assert [(d.state, d.statement_id) for d in log(made).values()] == [("accepted", made.at("open two new piers"))]


def test_ids_that_were_sorted_away_from_their_rows_are_noticed(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    def change(sheet: Sheet) -> None:
        column = names(sheet)["statement_id"]
        ids = [sheet.cell(line, column).value for line in range(2, sheet.max_row + 1)]
        for line, value in enumerate(sorted(ids[1:] + ids[:1]), 2):
            sheet.cell(line, column).value = value
            sheet.cell(line, names(sheet)["review"]).value = "accepted"

    assert round_trip(made, change) == 1
    assert "do not belong together" in capsys.readouterr().err


def test_the_same_row_twice(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    def change(sheet: Sheet) -> None:
        put(sheet, "keep a register of ferries", review="accepted")
        sheet.append([cell.value for cell in sheet[2]])
        sheet.append([cell.value for cell in sheet[2]])
        sheet.cell(sheet.max_row, names(sheet)["review"]).value = "rejected"

    assert round_trip(made, change) == 1
    assert "another row above has the same id" in capsys.readouterr().err
    assert [d.state for d in log(made).values()] == ["accepted"]


def test_importing_twice_writes_once(made: Made) -> None:
    def change(sheet: Sheet) -> None:
        put(sheet, "keep a register of ferries", bearer="Party")

    round_trip(made, change)
    before = (made.reviews / "ann.jsonl").read_bytes()
    import_workbook(made.output.parent / "work.xlsx", made.output, "ann", made.config, clock())
    assert (made.reviews / "ann.jsonl").read_bytes() == before


def test_a_workbook_from_before_a_decision_does_not_take_it_back(made: Made) -> None:
    file = made.output.parent / "old.xlsx"
    export(made.output, file, "", (), ())
    desk = made.desk()
    item = desk.items[made.at("keep a register of ferries")]
    desk.log.add("ben", [decide.judge(desk, item, "correct", {"bearer": "Party"}, {}, "", "", "ben")])
    assert import_workbook(file, made.output, "ann", made.config, clock()) == 0
    assert log(made)[item.id].changes == {"bearer": "Party"}
    assert not (made.reviews / "ann.jsonl").exists()


def test_a_workbook_that_disagrees_with_another_reviewer_makes_a_conflict(made: Made) -> None:
    desk = made.desk()
    item = desk.items[made.at("keep a register of ferries")]
    desk.log.add("ben", [decide.judge(desk, item, "reject", {}, {}, "", "", "ben")])
    round_trip(made, lambda sheet: put(sheet, "keep a register of ferries", bearer="Party"))
    assert log(made)[item.id].state == "conflict"


@pytest.mark.parametrize("bad", [b"", b"no workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_told_so(made: Made, bad: bytes) -> None:
    file = made.output.parent / "bad.xlsx"
    file.write_bytes(bad)
    with pytest.raises(ReviewError, match=r"no \.xlsx workbook"):
        import_workbook(file, made.output, "ann", made.config, clock())
    with pytest.raises(ReviewError, match="there is no"):
        import_workbook(file.with_name("none.xlsx"), made.output, "ann", made.config, clock())


def test_a_workbook_without_ids_or_with_a_column_twice_is_refused_whole(made: Made) -> None:
    def without(sheet: Sheet) -> None:
        sheet.delete_cols(names(sheet)["statement_id"])

    with pytest.raises(ReviewError, match="no sheet with a column statement_id"):
        round_trip(made, without)

    def twice(sheet: Sheet) -> None:
        sheet.cell(1, sheet.max_column + 1).value = "force"

    with pytest.raises(ReviewError, match="column force twice"):
        round_trip(made, twice)
    assert not made.reviews.exists()


@pytest.mark.parametrize("lead", ["=", "+", "-", "@"])
def test_a_text_that_begins_like_a_formula_goes_out_as_text_and_comes_back_as_it_was(tmp_path: Path, lead: str) -> None:
    action = f"{lead}cmd|' /C calc'!A0"
    said = [(f"Each Party shall {action} now.", [("obligation", "Each Party", action)])]
    made = make_run(tmp_path, sentences={"en": said, "zh": said})
    seen: list[Any] = []

    def change(sheet: Sheet) -> None:
        cell = sheet.cell(2, names(sheet)["action"])
        seen.append((cell.data_type, cell.value))
        sheet.cell(2, names(sheet)["bearer"]).value = "Party"

    assert round_trip(made, change) == 0
    assert seen == [("s", f"'{action}")]
    (decision,) = log(made).values()
    assert decision.changes == {"bearer": "Party"}


def test_five_thousand_rows_come_back_whole_after_a_day_in_excel(tmp_path: Path) -> None:
    """Sorted, filtered, with rows deleted, columns moved and added, a title row above, dates as dates."""
    made = make_run(tmp_path, copies=625)
    wanted: dict[str, tuple[str, dict[str, Any]]] = {}
    pick = random.Random(5)

    def change(sheet: Sheet) -> None:
        lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
        head, rows = lines[0], lines[1:]
        assert len(rows) == 5000
        at = {name: head.index(name) for name in head}
        pick.shuffle(rows)
        del rows[4500:]
        for number, row in enumerate(rows):
            if number % 5 == 0:
                row[at["review"]] = "accepted"
                wanted[row[0]] = ("accepted", {})
            elif number % 5 == 1:
                row[at["deadline_to"]] = datetime.date(2031, 5, 31)
                wanted[row[0]] = ("corrected", {"deadline_to": "2031-05-31"})
            elif number % 5 == 2:
                row[at["force"]], row[at["strength"]], row[at["binding"]] = "permission", 5, "legally_binding"
                changes: dict[str, Any] = {"force": "permission", "strength": 5, "binding": "legally_binding"}
                wanted[row[0]] = ("corrected", changes)
        order = [*range(5, len(head)), *range(5)]
        sheet.delete_rows(1, sheet.max_row)
        sheet.append(["Our review"])
        sheet.append(["my own column", *(head[i] for i in order)])
        for number, row in enumerate(rows):
            sheet.append([f"remark {number}", *(row[i] for i in order)])
            if number % 700 == 0:
                sheet.append([])
        sheet.auto_filter.ref = f"A2:Z{sheet.max_row}"
        sheet.row_dimensions[7].hidden = True

    assert round_trip(made, change) == 0
    known = {key: (d.state, d.changes) for key, d in log(made).items()}
    assert known == wanted
