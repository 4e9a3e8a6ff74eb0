"""The files of a run: columns, escapes, formats, joins over documents."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars
import pytest

from pipeline.export.outputs import FILES, TABLES
from pipeline.export.write import CELL_CHARACTERS, cell, columns, escape, to_csv, to_parquet, to_xlsx, unescape
from pipeline.run import Summary
from pipeline.tables import REVIEW_STATES, CommitmentRow, FailureRow
from tests.conftest import files_of

Go = Callable[..., Summary]

COLUMNS = [
    "statement_id", "work_id", "document", "title", "page", "bbox", "section", "lang", "force", "strength",
    "binding", "bearer", "bearer_id", "bearer_kind", "layer", "counterparty", "action", "condition", "hedge",
    "deadline", "deadline_from", "deadline_to", "instruments", "quantities", "theme", "theme_label", "quote",
    "quote_other_language", "divergence", "confidence", "review",
]  # fmt: skip


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_text("utf-8-sig"), newline="")))


@pytest.fixture
def made(corpus: Path, tmp_path: Path, go: Go) -> Path:
    (corpus / "formula.txt").write_text("Formula treaty\n=SUM(A1) shall pay 5 euros.\n", "utf-8")
    go(corpus, tmp_path / "out")
    return tmp_path / "out"


def test_a_run_writes_every_file(made: Path) -> None:
    assert sorted(files_of(made)) == sorted(FILES)


def test_the_columns_of_the_commitments() -> None:
    assert list(columns(CommitmentRow)) == COLUMNS


def test_every_csv_has_a_mark_a_header_and_even_rows(made: Path) -> None:
    for name, (_, row) in TABLES.items():
        data = (made / name).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf"), name
        table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert table[0] == list(columns(row)), name
        assert {len(line) for line in table} == {len(table[0])}, name


def test_a_row_of_the_commitments(made: Path) -> None:
    row = next(row for row in rows(made, "commitments.csv") if row["bearer"] == "各缔约国" and row["quantities"])
    assert row["title"] == "港口条约"
    assert row["page"] == "1"
    assert row["bbox"] == "50.0,50.0,250.0,62.0"
    assert row["force"] == "obligation"
    assert row["instruments"] == "《港湾计划》"
    assert row["quote"] == "各缔约国应根据《港湾计划》报告3个港口。"
    assert row["quote_other_language"] == "Each Party shall report 3 ports under the Harbour Plan."
    assert row["divergence"] == "force"
    assert row["theme_label"] == "harbours / 港口"
    assert row["review"] == "unreviewed"


def test_both_languages_are_one_work_and_one_instrument(made: Path) -> None:
    works = {row["title"]: row["work_id"] for row in rows(made, "commitments.csv")}
    assert works["港口条约"] == works["Harbour treaty"] != works["Canal treaty"]
    plan = next(row for row in rows(made, "instruments.csv") if row["id"] == "harbour-plan")
    assert (plan["name_en"], plan["name_zh"], plan["count"], plan["documents"]) == (
        "Harbour Plan",
        "《港湾计划》",
        "2",
        "2",
    )
    assert plan["forms"] == "Harbour Plan; 《港湾计划》"


def test_the_formats_agree(made: Path) -> None:
    table = rows(made, "commitments.csv")
    lines = [json.loads(line) for line in (made / "commitments.jsonl").read_text("utf-8").splitlines()]
    frame = polars.read_parquet(made / "commitments.parquet")
    assert frame.columns == COLUMNS
    assert (
        [row["statement_id"] for row in table]
        == [line["statement_id"] for line in lines]
        == frame["statement_id"].to_list()
    )
    assert frame["page"].dtype == polars.Int64
    assert frame["confidence"].dtype == polars.Float64
    assert frame["instruments"].to_list() == [line["instruments"] for line in lines]
    assert {line["bearer"] for line in lines} >= {"=SUM(A1)"}
    assert {row["bearer"] for row in table} >= {"'=SUM(A1)"}


def test_passages_carry_every_tag_and_spans_measure_their_text(made: Path) -> None:
    lines = [json.loads(line) for line in (made / "passages.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == 8
    for line in lines:
        for span in (*line["actors"], *line["instruments"], *line["quantities"]):
            assert line["text"][span["start"] : span["end"]] == span["text"]
        assert line["theme"] == "t-1"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", '=HYPERLINK("http://x")'])
def test_a_formula_is_escaped_and_comes_back(text: str) -> None:
    assert escape(text) == "'" + text
    assert unescape(escape(text)) == text


@pytest.mark.parametrize("text", ["1=1", "x", "", "'quoted'", "各国", "a-b", "'"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert escape(text) == text
    assert unescape(text) == text


def test_a_list_that_begins_like_a_formula_is_escaped() -> None:
    assert cell(("-5 %", "3")) == "'-5 %; 3"
    assert cell(-5.0) == -5.0


def test_line_ends_and_quotes_survive_csv() -> None:
    row = FailureRow(path='a "b", c', page=1, stage="x\ny", reason="原因；一")
    table = list(csv.reader(io.StringIO(to_csv([row], FailureRow).decode("utf-8-sig"), newline="")))
    assert table[1] == ['a "b", c', "1", "x\ny", "原因；一"]


def test_empty_tables_have_their_columns() -> None:
    assert polars.read_parquet(io.BytesIO(to_parquet([], CommitmentRow))).columns == COLUMNS
    assert to_csv([], FailureRow).decode("utf-8-sig") == "path,page,stage,reason\r\n"
    assert zipfile.ZipFile(io.BytesIO(to_xlsx([]))).testzip() is None


def sheet(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode("utf-8")


def test_the_workbook_is_one_to_work_in(made: Path) -> None:
    text = sheet((made / "commitments.xlsx").read_bytes())
    assert 'state="frozen"' in text
    assert "<autoFilter" in text
    assert ",".join(REVIEW_STATES) in text
    assert "obligation,prohibition,permission,commitment,recommendation" in text
    assert "<f>" not in text


def test_each_row_of_the_workbook_links_to_the_desk_without_its_token(made: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(made / "commitments.xlsx")
    found = {cell.value: cell.hyperlink.target for (cell,) in book["commitments"].iter_rows(min_row=2, max_col=1)}
    ids = [row["statement_id"] for row in rows(made, "commitments.csv")]
    assert found == {key: f"http://127.0.0.1:8765/open/{key}" for key in ids}
    assert b"hyperlink" not in zipfile.ZipFile(io.BytesIO(to_xlsx([]))).read("xl/worksheets/sheet1.xml")


def test_a_cell_too_long_for_excel_ends_in_an_ellipsis(made: Path) -> None:
    import msgspec

    line = (made / "commitments.jsonl").read_bytes().splitlines()[0]
    row = msgspec.structs.replace(msgspec.json.decode(line, type=CommitmentRow), quote="长" * (CELL_CHARACTERS + 9))
    strings = zipfile.ZipFile(io.BytesIO(to_xlsx([row]))).read("xl/sharedStrings.xml").decode("utf-8")
    assert "长" * (CELL_CHARACTERS - 1) + "…" in strings
    assert "长" * CELL_CHARACTERS not in strings


def test_a_workbook_that_was_worked_in_is_set_aside(corpus: Path, tmp_path: Path, go: Go) -> None:
    go(corpus, tmp_path / "out")
    (tmp_path / "out" / "commitments.xlsx").write_bytes(b"my edits")
    assert go(corpus, tmp_path / "out").unchanged
    assert (tmp_path / "out" / "commitments.xlsx").read_bytes() == b"my edits"
    (corpus / "canal.txt").unlink()
    go(corpus, tmp_path / "out")
    assert (tmp_path / "out" / "commitments.edited-1.xlsx").read_bytes() == b"my edits"
    assert (tmp_path / "out" / "commitments.xlsx").read_bytes() != b"my edits"


def test_a_file_that_was_deleted_or_changed_comes_back(corpus: Path, tmp_path: Path, go: Go) -> None:
    go(corpus, tmp_path / "out")
    before = files_of(tmp_path / "out")
    (tmp_path / "out" / "actors.csv").unlink()
    (tmp_path / "out" / "commitments.csv").write_bytes(b"changed")
    assert not go(corpus, tmp_path / "out").unchanged
    assert files_of(tmp_path / "out") == before


def test_decisions_are_laid_over_the_rows(corpus: Path, tmp_path: Path, go: Go) -> None:
    go(corpus, tmp_path / "out")
    row = rows(tmp_path / "out", "commitments.csv")[0]
    (tmp_path / "reviews").mkdir()
    decision = {
        "statement_id": row["statement_id"],
        "state": "corrected",
        "changes": {"bearer": "Board"},
        "reviewer": "x",
    }
    (tmp_path / "reviews" / "a.jsonl").write_text(json.dumps(decision) + "\n", "utf-8")
    assert not go(corpus, tmp_path / "out").unchanged
    after = rows(tmp_path / "out", "commitments.csv")
    assert (after[0]["bearer"], after[0]["review"]) == ("Board", "corrected")
    assert {r["review"] for r in after[1:]} == {"unreviewed"}
