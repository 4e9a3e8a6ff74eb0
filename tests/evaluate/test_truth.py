"""Parsed blocks against what was printed: exact, cut, merged, moved and lost paragraphs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pipeline.evaluate.documents import pair
from pipeline.evaluate.truth import match, normal, order, paragraphs, printed
from pipeline.records import Block, BlockKind, Note
from pipeline.works import read_work

A = "TheCouncilshallmeeteveryyearandreporttotheAssembly."
B = "缔约国应每年向委员会提交报告，说明为执行本公约所采取的措施。"
C = "EachPartymayproposeamendmentstothisAgreement."


@pytest.mark.parametrize(
    ("truth", "blocks", "places", "exact"),
    [
        ([A, B, C], [A, B, C], [0, 1, 2], 3),
        ([A, B, C], ["x", A, B, "page 2", C], [1, 2, 4], 3),
        ([A, B, C], [C, A, B], [1, 2, 0], 3),  # moved
        ([A, B], [A], [0, None], 1),  # lost
        ([A, B], [A[:30], A[30:], B], [0, 2], 1),  # cut: the longer part is the paragraph
        ([A, A], [A, A], [0, 1], 2),  # the same text twice
    ],
)
def test_match(truth: list[str], blocks: list[str], places: list[int | None], exact: int) -> None:
    found = match(truth, blocks)
    assert [f.block for f in found] == places
    assert sum(f.similarity == 1.0 for f in found) == exact


def test_a_paragraph_that_was_cut_is_less_alike() -> None:
    (found,) = match([A], [A[:30], A[30:]])
    assert 0.5 < found.similarity < 0.9


@pytest.mark.parametrize(
    ("places", "length"), [([0, 1, 2], 3), ([2, 0, 1], 2), ([3, 2, 1], 1), ([], 0), ([5, 1, 6, 2, 7], 3)]
)
def test_order(places: list[int], length: int) -> None:
    assert order(places) == length


WORK = """
    %% work
    genre: paper
    field: climate
    legal_status: analysis
    date: 2031-05-14
    layout: separate
    theme: reading
    brief: one of each element

    %% actors

    %% instruments

    %% text
    # en On Rain
    # zh 论雨
    ## en I. Falling
    ## zh 一、下落
    P 1. / 1．
    en Rain falls.[^1] It falls on everyone.
    > declaration
    zh 雨落下来。[^1]落在每个人身上。
    > declaration
    N 1 / 1
    en See above.
    zh 见上文。
"""


def block(
    ordinal: int, kind: BlockKind, text: str, notes: tuple[Note, ...] = (), marker: str = "", level: int = 0
) -> Block:
    return Block(
        id=f"b{ordinal}", document="d", ordinal=ordinal, kind=kind, lang="en", text=text, page=1, notes=notes, marker=marker,
        level=level,
    )  # fmt: skip


def blocks(**changes: Block) -> list[Block]:
    made = {
        "head": block(0, "header", "Fictional"),
        "title": block(1, "title", "On Rain"),
        "heading": block(2, "heading", "I. Falling", level=1),
        "body": block(3, "paragraph", "1. Rain falls. It falls on everyone.", (Note(offset=14, marker="1"),)),
        "note": block(4, "footnote", "1 See above.", marker="1"),
    }
    return list((made | changes).values())


PERFECT = {
    "character similarity of paragraphs": [1.0, 1],
    "paragraphs that are exactly one block": [1, 1],
    "reading order": [3, 3],
    "headings F1": [2, 2, 2],
    "footnotes F1": [1, 1, 1],
    "note marks F1": [1, 1, 1],
}


@pytest.mark.parametrize(
    ("changes", "worse"),
    [
        ({}, {}),
        ({"heading": block(2, "paragraph", "I. Falling")}, {"headings F1": [1, 2, 1]}),
        ({"note": block(4, "paragraph", "1 See above.")}, {"footnotes F1": [0, 1, 0]}),
        ({"body": block(3, "paragraph", "1. Rain falls. It falls on everyone.")}, {"note marks F1": [0, 1, 0]}),
        (
            {"body": block(3, "paragraph", "1. Rain falls. It falls on everyone.", (Note(offset=3, marker="1"),))},
            {"note marks F1": [0, 1, 1]},
        ),
        (
            {"body": block(3, "header", "1. Rain falls. It falls on everyone.")},
            {
                "character similarity of paragraphs": [0.0, 1],
                "paragraphs that are exactly one block": [0, 1],
                "reading order": [2, 3],
                "note marks F1": [0, 1, 0],
            },
        ),
    ],
)
def test_paragraphs(tmp_path: Path, changes: dict[str, Block], worse: dict[str, list[float]]) -> None:
    source = tmp_path / "on-rain.txt"
    source.write_text(dedent(WORK).lstrip(), "utf-8")
    counts = paragraphs(printed(read_work(source), "en"), blocks(**changes))
    assert counts == PERFECT | worse


def test_what_is_printed_has_marks_and_no_note_marks(tmp_path: Path) -> None:
    source = tmp_path / "on-rain.txt"
    source.write_text(dedent(WORK).lstrip(), "utf-8")
    made = printed(read_work(source), "zh")
    assert [p.text for p in made] == ["论雨", "一、下落", "1．雨落下来。落在每个人身上。", "见上文。"]
    assert made[2].notes == (len("1．雨落下来。"),)


@pytest.mark.parametrize(
    ("truth", "said", "pairs"),
    [
        ([("1.a", "a"), ("b", "b")], ["a", "b"], {0: 0, 1: 1}),
        ([("1.a", "a"), ("b", "b")], ["1.a", "b"], {0: 0, 1: 1}),
        ([("a", "a"), ("a", "a")], ["a"], {0: 0}),
        ([("a", "a")], ["ab"], {}),
    ],
)
def test_pair(truth: list[tuple[str, str]], said: list[str], pairs: dict[int, int]) -> None:
    assert pair(truth, said) == pairs


def test_normal() -> None:
    assert normal(" 缔约 国\n应 shall　do\u00a0") == "缔约国应shalldo"
