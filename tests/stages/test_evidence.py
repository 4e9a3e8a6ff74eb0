"""Where a statement stands on the page, to the character, and what its row says."""

from __future__ import annotations

import pytest

from pipeline.records import (
    Anchor,
    Block,
    Box,
    Definition,
    Facts,
    Findings,
    Line,
    PageSize,
    Parsed,
    Passage,
    Passages,
    Span,
    Statement,
    Tagged,
    TaggedDocument,
    stable_id,
)
from pipeline.stages.evidence import place, rows_of


def line(start: int, end: int, page: int, x0: float, top: float) -> Line:
    """A printed line whose characters are 10 points wide."""
    box = Box(page=page, x0=x0, top=top, x1=x0 + 10 * (end - start), bottom=top + 12)
    return Line(start=start, end=end, box=box, edges=tuple(x0 + 10 * i for i in range(end - start + 1)))


def block(name: str, text: str, lines: tuple[Line, ...], page: int = 1) -> Block:
    return Block(id=name, document="d-1", ordinal=0, kind="paragraph", lang="en", text=text, page=page, lines=lines)


def passage(text: str, anchors: tuple[Anchor, ...], item_start: int = 0) -> Passage:
    return Passage(
        id="p-1", document="d-1", ordinal=0, lang="en", text=text, anchors=anchors, boxes=(), item_start=item_start,
        section=("Part I", "Article 2"),
    )  # fmt: skip


TEXT = "Each Party shall report to the Board."
TWO_LINES = block("b", TEXT, (line(0, 17, 1, 50, 100), line(17, 37, 1, 50, 120)))
TWO_PAGES = block("b", TEXT, (line(0, 17, 1, 50, 700), line(17, 37, 2, 50, 60)))
WHOLE = passage(TEXT, (Anchor(start=0, end=37, block="b", block_start=0),))


@pytest.mark.parametrize(
    ("made", "words", "page", "bbox"),
    [
        (TWO_LINES, "Each Party", 1, "50.0,100.0,150.0,112.0"),
        (TWO_LINES, "Board", 1, "190.0,120.0,240.0,132.0"),
        (TWO_LINES, "shall report", 1, "50.0,100.0,220.0,132.0"),
        (TWO_PAGES, "Board", 2, "190.0,60.0,240.0,72.0"),
        (TWO_PAGES, "shall report", 1, "160.0,700.0,220.0,712.0"),
        (block("b", TEXT, ()), "Board", 1, ""),
    ],
)
def test_the_place_of_some_words(made: Block, words: str, page: int, bbox: str) -> None:
    start = TEXT.index(words)
    assert place(WHOLE, {"b": made}, start, start + len(words)) == (page, bbox)


def test_a_list_item_has_its_own_place_and_its_chapeau_another() -> None:
    head = block("h", "Parties shall:", (line(0, 14, 1, 50, 100),))
    item = block("i", "(a) report", (line(0, 10, 2, 70, 60),), page=2)
    made = passage(
        "Parties shall: (a) report",
        (Anchor(start=0, end=14, block="h", block_start=0), Anchor(start=15, end=25, block="i", block_start=0)),
        item_start=15,
    )
    blocks = {"h": head, "i": item}
    assert place(made, blocks, 0, 7) == (1, "50.0,100.0,120.0,112.0")
    assert place(made, blocks, 19, 25) == (2, "110.0,60.0,170.0,72.0")


def test_a_passage_in_the_middle_of_a_block() -> None:
    made = passage("report to the Board.", (Anchor(start=0, end=20, block="b", block_start=17),))
    assert place(made, {"b": TWO_LINES}, 14, 19) == (1, "190.0,120.0,240.0,132.0")


FACTS = Facts(
    document="d-1", title="Treaty", title_en="Treaty", title_zh="条约", languages=("en",), issuer="", date="2031-05-14",
    symbol="", genre="treaty", legal_status="binding",
)  # fmt: skip


def rows(statements: tuple[Statement, ...]) -> list[tuple[str, str]]:
    tags = Tagged(
        id="p-1",
        lang="en",
        force=("obligation",),
        confidence=0.8,
        probabilities={"obligation": 0.8},
        statements=statements,
    )
    parsed = Parsed(document="d-1", path="a.pdf", pages=(PageSize(page=1, width=600, height=800),), blocks=(TWO_LINES,))
    found = Findings(document="d-1", definitions=(Definition(passage="p-1", term="Board", definition="x", holder=""),))
    made = rows_of(
        parsed,
        FACTS,
        Passages(document="d-1", passages=(WHOLE,)),
        TaggedDocument(document="d-1", tagged=(tags,)),
        found,
    )
    assert made.definitions[0].quote == TEXT
    assert made.about.statements == len(statements)
    assert all(row.row.quote == TEXT[row.start : row.end] for row in made.statements)
    assert all(row.row.section == "Part I / Article 2" for row in made.statements)
    return [(row.row.statement_id, row.row.quote) for row in made.statements]


def statement(force: str, start: int, end: int, action: Span | None = None) -> Statement:
    return Statement(
        start=start,
        end=end,
        force=force,
        strength=5,
        binding="legally_binding",
        action=action,
        confidence=0.7,  # type: ignore[arg-type]
    )


def test_operative_statements_are_rows_and_others_are_not() -> None:
    found = rows((statement("declaration", 0, 10), statement("obligation", 11, 37), statement("constitutive", 0, 5)))
    assert found == [(stable_id("s", "p-1", 1), TEXT[11:37])]


def test_a_quote_holds_every_slot_of_its_statement() -> None:
    action = Span(start=17, end=36, text=TEXT[17:36])
    assert rows((statement("obligation", 0, 20, action),))[0][1] == TEXT[:36]


def test_ids_do_not_depend_on_what_was_predicted_about_the_statement() -> None:
    assert rows((statement("obligation", 0, 37),))[0][0] == rows((statement("permission", 5, 30),))[0][0]
