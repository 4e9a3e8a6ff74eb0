"""Rows to files: CSV for everyone, XLSX to work in, Parquet and JSON Lines for scripts.

The columns are the fields of the row records. In CSV and XLSX, lists are joined with ``; `` and a text that a
spreadsheet would take for a formula gets an apostrophe in front; Parquet and JSON Lines keep lists and texts as they
are.
"""

from __future__ import annotations

import csv
import datetime
import io
import types
import typing
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import msgspec

from pipeline.records import FORCES, OPERATIVE_FORCES, Record
from pipeline.tables import BINDINGS, LAYERS, REVIEW_STATES, CommitmentRow

FORMULA = ("=", "+", "-", "@", "\t", "\r")
JOINT = "; "
# Excel's own limits (Microsoft, "Excel specifications and limits").
CELL_CHARACTERS = 32_767
SHEET_ROWS = 1_048_576
SHEET_LINKS = 65_530
# A row on the review page; the page asks whoever is not logged in to open the address that the desk printed.
DESK = "http://127.0.0.1:{port}/open/{statement}"
# A workbook that says when it was made would differ at every run.
MADE = datetime.datetime(2000, 1, 1)
WIDE = ("quote", "quote_other_language", "action", "section")
WIDTHS = {
    "quote": 60,
    "quote_other_language": 60,
    "action": 45,
    "section": 30,
    "title": 30,
    "condition": 30,
    "bearer": 24,
    "counterparty": 24,
    "instruments": 30,
    "quantities": 20,
    "theme_label": 26,
    "force": 16,
    "binding": 18,
    "review": 13,
    "bbox": 22,
}
ROW_HEIGHT = 48


def escape(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe in front of one that begins like one."""
    return f"'{text}" if text.startswith(FORMULA) else text


def unescape(text: str) -> str:
    """What ``escape`` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def cell(value: Any) -> str | int | float | bool:
    """A value as it stands in a cell of a CSV file or a sheet."""
    if isinstance(value, tuple | list):
        value = JOINT.join(map(str, value))
    if isinstance(value, str):
        return escape(value.replace("\r\n", "\n").replace("\r", "\n"))
    if value is None:
        return ""
    return value  # type: ignore[no-any-return]


def columns(row: type[Record]) -> tuple[str, ...]:
    """The columns of a table."""
    return row.__struct_fields__


def to_csv(rows: Sequence[Record], row: type[Record]) -> bytes:
    """A table as CSV: UTF-8 with a byte-order mark, so that Excel shows Chinese; a header always."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    names = columns(row)
    writer.writerow(names)
    for record in rows:
        writer.writerow([_plain(cell(getattr(record, name))) for name in names])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", errors="replace")


def _plain(value: str | int | float | bool) -> str | int | float:
    return str(value).lower() if isinstance(value, bool) else value


def to_jsonl(rows: Sequence[Record]) -> bytes:
    """A table as JSON Lines, in UTF-8."""
    encoder = msgspec.json.Encoder()
    return b"".join(encoder.encode(record) + b"\n" for record in rows)


def to_parquet(rows: Sequence[Record], row: type[Record]) -> bytes:
    """A table as Parquet, with a column type for each field whether there are rows or not."""
    import polars

    kinds = _kinds(row)
    dtypes: dict[str, Any] = {
        "int": polars.Int64,
        "float": polars.Float64,
        "bool": polars.Boolean,
        "str": polars.String,
    }
    schema = {name: polars.List(polars.String) if kind == "list" else dtypes[kind] for name, kind in kinds.items()}
    data = {
        name: [list(v) if isinstance(v := getattr(record, name), tuple) else v for record in rows] for name in schema
    }
    file = io.BytesIO()
    polars.DataFrame(data, schema=schema).write_parquet(file, compression="zstd", statistics=True)
    return file.getvalue()


@cache
def _kinds(row: type[Record]) -> dict[str, str]:
    """``int``, ``float``, ``bool``, ``str`` or ``list`` for each field of a row."""
    return {name: _kind(hint) for name, hint in typing.get_type_hints(row).items()}


def _kind(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin is tuple:
        return "list"
    if origin is Literal:
        return "str"
    if origin in (typing.Union, types.UnionType):
        return _kind(next(part for part in typing.get_args(hint) if part is not type(None)))
    return str(hint.__name__)


def to_xlsx(rows: Sequence[CommitmentRow], port: int = 0) -> bytes:
    """The commitments as a workbook to work in: frozen header, filters, drop-downs, widths, wrapped texts.

    Args:
        rows: the rows.
        port: of the review page on this machine, to which each row's id leads; 0: no links. The address holds no token.
    """
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": "Commitments", "created": MADE})
    sheet = book.add_worksheet("commitments")
    names = columns(CommitmentRow)
    head = book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "vcenter"})
    flat = book.add_format({"valign": "top"})
    wrapped = book.add_format({"valign": "top", "text_wrap": True})
    linked = book.add_format({"valign": "top", "font_color": "#0563C1", "underline": 1})
    for at, name in enumerate(names):
        sheet.set_column(at, at, WIDTHS.get(name, 14), wrapped if name in WIDE else flat)
        sheet.write_string(0, at, name, head)
    sheet.set_default_row(ROW_HEIGHT)
    sheet.set_row(0, 22)
    for line, record in enumerate(rows[: SHEET_ROWS - 1], 1):
        for at, name in enumerate(names):
            value = cell(getattr(record, name))
            if value == "":
                continue
            if name == "statement_id" and port and line <= SHEET_LINKS:
                sheet.write_url(line, at, DESK.format(port=port, statement=value), linked, str(value))
            elif isinstance(value, str):
                sheet.write_string(line, at, _fit(value))
            else:
                sheet.write_number(line, at, value)
    last = max(1, min(len(rows), SHEET_ROWS - 1))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(names) - 1)
    for name, allowed in _choices().items():
        at = names.index(name)
        sheet.data_validation(
            1,
            at,
            last,
            at,
            {
                "validate": "list",
                "source": list(allowed),
                "ignore_blank": True,
                "error_title": f"Not a {name}",
                "error_message": f"Choose one of: {', '.join(allowed)}"[:255],
            },
        )
    book.close()
    return file.getvalue()


def _choices() -> dict[str, tuple[str, ...]]:
    return {
        "force": tuple(force for force in FORCES if force in OPERATIVE_FORCES),
        "binding": BINDINGS,
        "layer": LAYERS,
        "review": REVIEW_STATES,
    }


def _fit(text: str) -> str:
    """A text that fits a cell of Excel; a longer one ends in an ellipsis there and is whole in every other file."""
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"
