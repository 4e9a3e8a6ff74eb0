"""Where what people made stands: an added, split or merged statement has the page and box of its own words in the next run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.review import decide
from pipeline.review.desk import Desk
from pipeline.review.log import Log
from pipeline.run import Summary

Go = Callable[..., Summary]
# The page of the little flow: characters 10 points wide from 50 on, 20 a line, lines 20 points apart from 50 on.
LINES = {
    "en": "Ports report when asked, and the Board shall inspect every quay; the Board may close it.",
    "zh": "各港口经要求应提交报告，理事会应每年检查全部码头并公布结果，理事会可以关闭任何码头。",
}


def box(text: str, words: str) -> str:
    """The union of the boxes of words, as the little flow lays them out."""
    places = range(text.index(words), text.index(words) + len(words))
    lefts, lines = [50.0 + 10 * (at % 20) for at in places], [50.0 + at // 20 * 20 for at in places]
    return f"{min(lefts):.1f},{min(lines):.1f},{max(lefts) + 10:.1f},{max(lines) + 12:.1f}"


def rows(folder: Path) -> dict[str, dict[str, str]]:
    text = (folder / "commitments.csv").read_text("utf-8-sig")
    return {row["statement_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


@pytest.fixture(params=["en", "zh"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(tmp_path: Path, go: Go, lang: str) -> Desk:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "port.txt").write_text(f"Port\n{LINES[lang]}\n", "utf-8")
    go(tmp_path / "in", tmp_path / "out")
    made = Desk(tmp_path / "out", Log(tmp_path / "reviews"))
    made.refresh()
    return made


def again(desk: Desk, tmp_path: Path, go: Go) -> dict[str, dict[str, str]]:
    """The rows of the next run; the desk reads it."""
    go(tmp_path / "in", tmp_path / "out")
    desk.refresh()
    return rows(tmp_path / "out")


def test_an_added_statement_has_the_box_of_its_words(desk: Desk, tmp_path: Path, go: Go, lang: str) -> None:
    words = {"en": "the Board may close it", "zh": "理事会可以关闭任何码头"}[lang]
    text, passage = LINES[lang], desk.passages[0]
    start = text.index(words)
    added = decide.add(desk, passage.id, start, start + len(words), {"force": "permission"}, {}, "", "")
    desk.log.add("ann", [added])
    row = again(desk, tmp_path, go)[added.statement_id]
    assert (row["quote"], row["page"], row["bbox"], row["review"]) == (words, "1", box(text, words), "added")
    assert row["bbox"] != box(text, text)
    assert desk.row(desk.items[added.statement_id]).bbox == row["bbox"]


def test_split_and_merged_statements_have_the_boxes_of_their_parts(
    desk: Desk, tmp_path: Path, go: Go, lang: str
) -> None:
    text = LINES[lang]
    (item,) = desk.items.values()
    cut = text.index({"en": "the Board may", "zh": "理事会可以"}[lang])
    first, second = decide.split(desk, item, cut, "", "ann")
    desk.log.add("ann", [first, second])
    desk.noted({first.statement_id, second.statement_id})
    after = again(desk, tmp_path, go)
    parts = [text[:cut].rstrip(" ;，"), text[cut:]]
    for decision, words in zip((first, second), parts, strict=True):
        row = after[decision.statement_id]
        assert (row["quote"], row["bbox"]) == (words, box(text, words))
    halves = list(desk.items.values())
    assert [desk.row(half).quote for half in halves] == parts
    desk.log.add("ann", decide.merge(desk, *halves, "", "ann"))
    merged = again(desk, tmp_path, go)
    assert (merged[item.id]["quote"], merged[item.id]["bbox"]) == (text, box(text, text))
    assert second.statement_id not in merged


def test_what_is_undone_has_its_old_place(desk: Desk, tmp_path: Path, go: Go, lang: str) -> None:
    (item,) = desk.items.values()
    before = rows(tmp_path / "out")[item.id]
    desk.log.add("ann", decide.split(desk, item, 30, "", "ann"))
    assert again(desk, tmp_path, go)[item.id]["bbox"] != before["bbox"]
    desk.log.undo("ann", "")
    assert again(desk, tmp_path, go) == {item.id: before}


def test_a_split_is_cut_again_in_its_own_part(desk: Desk, lang: str) -> None:
    (item,) = desk.items.values()
    made = desk.log.add("ann", decide.split(desk, item, 30, "", "ann"))
    desk.noted({line.statement_id for line in made})
    assert desk.stretch(desk.items[item.id])[1] <= 30
    with pytest.raises(decide.ReviewError, match="inside"):
        decide.split(desk, desk.items[item.id], 40, "", "ann")
