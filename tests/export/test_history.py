"""The history on a line of time: a column a document, one mark a statement, a line what became of it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import msgspec
import pytest

from pipeline.export.history import MOST_LINES, MOST_PICTURES, STEP, histories
from pipeline.export.report import write_report
from pipeline.tables import LineageRow
from tests.export.test_report import row, view

DOCUMENTS = {"a": ("First 2010", "2010-04-13"), "b": ("Second 2012", "2012-03-27"), "c": ("第三份 2020", "2020-03")}


def link(change: str, earlier: str = "", later: str = "", detail: str = "") -> LineageRow:
    """A row between statements called by their document and a number, as in ``a1``."""
    sides = {}
    for side, name in (("earlier", earlier), ("later", later)):
        title, date = DOCUMENTS[name[0]] if name else ("", "")
        sides |= {
            side: name, f"{side}_document": name[:1], f"{side}_title": title, f"{side}_date": date,
            f"{side}_page": int(bool(name)), f"{side}_quote": f"words of {name}" if name else "",
        }  # fmt: skip
    return LineageRow(series="l", change=change, detail=detail or f"detail of {change}", score=0.5, **sides)


CHAIN = (
    link("repeated", "a1", "b1"),
    link("strengthened", "b1", "c1"),
    link("weakened", "a2", "b2"),
    link("new", later="b3"),
    link("dropped", "a4"),
)


def test_columns_stand_by_date_and_as_far_apart_as_their_dates() -> None:
    (picture,) = histories(CHAIN, {})
    assert [(c.date, c.title) for c in picture.columns] == [(date, title) for title, date in DOCUMENTS.values()]
    x = [column.x for column in picture.columns]
    assert 0 < x[1] - x[0] < x[2] - x[1] <= 3 * (x[1] - x[0])
    assert picture.width > x[2]
    assert picture.title == "第三份 2020"


def test_a_chain_is_one_line_and_the_gravest_comes_first() -> None:
    (picture,) = histories(CHAIN, {})
    heights = {mark.row: mark.y for mark in picture.marks}
    assert (
        heights["a1"] == heights["b1"] == heights["c1"] < heights["a2"] == heights["b2"] < heights["b3"] < heights["a4"]
    )
    assert len(picture.marks) == 7
    assert [label.detail for label in picture.labels] == ["detail of strengthened", "detail of weakened", "", ""]
    assert picture.counts == (("strengthened", 1), ("weakened", 1), ("repeated", 1), ("new", 1), ("dropped", 1))


def test_a_mark_tells_what_led_to_it() -> None:
    (picture,) = histories(CHAIN, {})
    marks = {mark.row: (mark.change, mark.first) for mark in picture.marks}
    assert marks["a1"] == ("repeated", True)
    assert marks["b1"] == ("repeated", False)
    assert marks["c1"] == ("strengthened", False)
    assert marks["a4"] == ("dropped", True)


@pytest.mark.parametrize(("change", "earlier", "later"), [("new", "", "b1"), ("dropped", "a1", "")])
def test_what_has_no_like_has_a_stub(change: str, earlier: str, later: str) -> None:
    (picture,) = histories([link("repeated", "a9", "b9"), link(change, earlier, later)], {})
    stub = next(stroke for stroke in picture.strokes if stroke.change == change)
    x = [column.x for column in picture.columns]
    assert x[0] <= stub.x1 < stub.x2 <= x[1]
    assert stub.x2 - stub.x1 < (x[1] - x[0]) / 2


def test_two_statements_that_come_from_one_do_not_overlap() -> None:
    (picture,) = histories([link("repeated", "a1", "b1"), link("weakened", "a1", "b2"), link("new", later="b3")], {})
    places = [(mark.x, mark.y) for mark in picture.marks]
    assert len(set(places)) == len(places) == 4
    assert picture.height == max(y for _, y in places) + STEP


def test_the_languages_of_a_work_share_a_column() -> None:
    rows = [link("repeated", "a1", "c1"), link("repeated", "b1", "c2")]
    assert len(histories(rows, {"a": "w", "b": "w", "c": "v"})[0].columns) == 2
    assert len(histories(rows, {})[0].columns) == 3


def test_what_is_not_drawn_is_counted() -> None:
    rows = [link("new", later=f"b{number}") for number in range(MOST_LINES + 7)]
    (picture,) = histories(rows, {})
    assert len(picture.labels) == MOST_LINES
    assert picture.left_out == 7


def test_series_that_are_not_drawn_are_told_of() -> None:
    rows = tuple(
        msgspec.structs.replace(link("repeated", "a1", "b1"), series=f"l{n}") for n in range(MOST_PICTURES + 2)
    )
    page = write_report(msgspec.structs.replace(view(row(1)), lineage=rows))
    assert page.count("aria-labelledby") == MOST_PICTURES
    assert f"The first {MOST_PICTURES} of {MOST_PICTURES + 2} series" in page


def test_no_history_no_picture() -> None:
    assert histories([], {}) == ()


def test_the_picture_is_well_formed_named_and_escaped() -> None:
    rows = (*CHAIN, link("mixed", "a5", "b5", "<b>&"), link("extended", "a6", "b6"))
    page = write_report(msgspec.structs.replace(view(row(1)), lineage=rows))
    start = page.rindex("<svg", 0, page.index("aria-labelledby"))
    picture = ElementTree.fromstring(page[start : page.index("</svg>", start) + len("</svg>")])
    names = picture.attrib["aria-labelledby"].split()
    named = {part.attrib["id"]: part.text for part in picture if "id" in part.attrib}
    assert list(named) == names
    assert "2010-04-13 First 2010" in (named[names[1]] or "")
    assert len(picture.findall("a")) == len(rows) + 11
    assert all(anchor.find("title") is not None for anchor in picture.findall("a"))
    assert "<b>&" not in page
