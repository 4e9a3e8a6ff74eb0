"""Layouts of printed pages: what is set on paper comes out as the same paragraphs, in order, of the right kind."""

from __future__ import annotations

import difflib

import pytest

from pipeline.config import ParseSettings
from pipeline.records import Block
from pipeline.stages.parse.pdf import read_pdf
from tests.stages.sheets import EN, ZH, Sheet, Style, chinese, english

TWO = [(60.0, 225.0), (310.0, 225.0)]
THREE = [(45.0, 155.0), (220.0, 155.0), (395.0, 155.0)]
ONE = [(70.0, 455.0)]
OFF = ParseSettings(ocr="off")


def blocks(data: bytes) -> tuple[Block, ...]:
    return read_pdf("d", data, OFF).blocks


def running(data: bytes) -> list[str]:
    return [block.text for block in blocks(data) if block.kind not in ("header", "footer")]


def same(expected: list[str], found: list[str]) -> None:
    assert found == expected, "\n".join(difflib.unified_diff(expected, found, "set", "parsed", lineterm="", n=0))


def of_kind(found: tuple[Block, ...], kind: str) -> list[Block]:
    return [block for block in found if block.kind == kind]


@pytest.mark.parametrize(
    ("columns", "paragraphs", "style", "foot"),
    [
        (ONE, english(20), Style(after=8, hyphen=True), "#"),
        (ONE, english(20), Style(first=24, hyphen=True), "- # -"),
        (ONE, english(20), Style(after=7, justify=False), "Page # of 3"),
        (TWO, english(20), Style(after=8, hyphen=True), "#"),
        (TWO, english(40), Style(first=14, hyphen=True), "#/9"),
        (THREE, english(40), Style(first=12, hyphen=True, size=9, leading=12), "#"),
        (ONE, chinese(30), Style(first=21), "— # —"),
        (ONE, chinese(30), Style(after=8), "#"),
        (TWO, chinese(60), Style(first=21), "第 # 页"),
        (THREE, chinese(60), Style(first=18, size=9, leading=13), "#"),
    ],
    ids=["en-block", "en-indent", "en-ragged", "en-2", "en-2-indent", "en-3", "zh-indent", "zh-block", "zh-2", "zh-3"],
)
def test_paragraphs_are_whole_over_lines_columns_and_pages(
    columns: list[tuple[float, float]], paragraphs: list[str], style: Style, foot: str
) -> None:
    sheet = Sheet(columns=columns, foot=foot)
    for paragraph in paragraphs:
        sheet.paragraph(paragraph, style)
    assert sheet.page > 1 or len(columns) > 1
    found = blocks(sheet.data())
    same(paragraphs, [block.text for block in found if block.kind != "footer"])
    assert len(of_kind(found, "footer")) == sheet.page


@pytest.mark.parametrize("first", [0.0, 21.0], ids=["block", "indent"])
def test_two_languages_paragraph_by_paragraph(first: float) -> None:
    sheet = Sheet(foot="#")
    expected = []
    for en, zh in zip(english(12), chinese(12), strict=True):
        sheet.paragraph(en, Style(first=first, after=8))
        sheet.paragraph(zh, Style(first=first, after=8))
        expected += [en, zh]
    data = sheet.data()
    same(expected, running(data))
    assert [b.lang for b in blocks(data) if b.kind != "footer"] == ["en", "zh"] * 12


def test_two_languages_side_by_side_go_on_past_each_other() -> None:
    """The left column of a page goes on in the left column of the next, whatever stands to the right of it."""
    zh, en = chinese(14), english(14)
    pages: dict[int, list[tuple[int, str, list[str], Style]]] = {}
    sheet = Sheet(columns=TWO, foot="#")
    lines = {0: [], 1: []}
    for column, texts in ((0, zh), (1, en)):
        for text in texts:
            style = Style(first=21 if column == 0 else 0, hyphen=column == 1)
            broken = sheet.broken(text, TWO[column][1], style, style.first)
            lines[column] += [
                (line, style.first if n == 0 else 0.0, n == len(broken) - 1) for n, line in enumerate(broken)
            ]
            lines[column].append(("", 0.0, True))
    del pages
    while lines[0] or lines[1]:
        for column in (0, 1):
            left, width = TWO[column]
            y = sheet.top
            while lines[column] and y > sheet.bottom:
                line, indent, last = lines[column].pop(0)
                stretch = 0.0 if last else width - indent - sheet.width(line, 10.5)
                sheet.line(left + indent, y, line, 10.5, stretch=max(0.0, stretch))
                y -= 14.0 if line else 7.0
        if lines[0] or lines[1]:
            sheet.next_page()
    found = [b for b in blocks(sheet.data()) if b.kind != "footer"]
    same(zh, [b.text for b in found if b.lang == "zh"])
    same(en, [b.text for b in found if b.lang == "en"])


def test_columns_change_on_a_page() -> None:
    sheet = Sheet(foot="#")
    sheet.paragraph(
        "Harbour Security and the Meridian Group", Style(size=16, leading=20, bold=True, centre=True, after=6)
    )
    abstract, body, end = english(1)[0], english(9)[1:7], english(9)[7:]
    sheet.paragraph(abstract, Style(after=14))
    sheet.columns, sheet.top, sheet.bottom = TWO, sheet.y - 8, 470.0
    sheet.y = sheet.top
    for paragraph in body:
        sheet.paragraph(paragraph, Style(first=14, hyphen=True))
    assert (sheet.page, sheet.column) == (1, 1)
    sheet.columns, sheet.column, sheet.y, sheet.bottom = ONE, 0, 420.0, 90.0
    for paragraph in end:
        sheet.paragraph(paragraph, Style(after=8))
    same(["Harbour Security and the Meridian Group", abstract, *body, *end], running(sheet.data()))


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotated_pages(rotation: int) -> None:
    """reportlab gives a page turned by 90 degrees the sides the other way round, so the sheet is as wide as it looks."""
    sheet = Sheet(rotate=rotation, size=(595.0, 842.0), top=500.0, columns=[(70.0, 420.0)])
    for paragraph in (*EN[:2], *ZH[:2]):
        sheet.paragraph(paragraph, Style(after=8))
    data = sheet.data()
    same([*EN[:2], *ZH[:2]], running(data))
    for block in blocks(data):
        for line in block.lines:
            assert line.box.x0 < line.box.x1
            assert line.box.top < line.box.bottom


def test_text_turned_on_its_page() -> None:
    """A landscape text on a portrait page: lines run upwards, their boxes are tall."""
    sheet = Sheet(columns=[(70.0, 700.0)], top=520.0)
    sheet.canvas.translate(595, 0)
    sheet.canvas.rotate(90)
    for paragraph in EN[:3]:
        sheet.paragraph(paragraph, Style(after=8))
    found = blocks(sheet.data())
    same(EN[:3], [block.text for block in found])
    box = found[1].lines[0].box
    assert box.bottom - box.top > 300 > 20 > box.x1 - box.x0


def test_hidden_white_and_doubled_text() -> None:
    sheet = Sheet()
    for paragraph in EN[:2]:
        sheet.paragraph(paragraph, Style(after=8))
    hidden = sheet.canvas.beginText(70, 770)
    hidden.setTextRenderMode(3)
    hidden.setFont("Times-Roman", 10)
    hidden.textLine("a layer that nobody sees")
    hidden.setTextRenderMode(0)
    sheet.canvas.drawText(hidden)
    sheet.canvas.setFillColorRGB(1, 1, 1)
    sheet.line(70, 500, "white words that nobody sees", 10)
    sheet.canvas.setFillColorRGB(0.1, 0.1, 0.5)
    sheet.canvas.rect(60, 440, 300, 30, fill=1)
    sheet.canvas.setFillColorRGB(1, 1, 1)
    sheet.line(70, 450, "White on a dark field", 12)
    sheet.canvas.setFillColorRGB(0, 0, 0)
    for paragraph in ZH[:2]:
        y = sheet.y
        sheet.paragraph(paragraph, Style(after=8))
        sheet.y = y
        sheet.paragraph(paragraph, Style(after=8))
    same([*EN[:2], *ZH[:2], "White on a dark field"], running(sheet.data()))


def test_headings_of_a_law() -> None:
    sheet = Sheet(foot="— # —")
    sheet.paragraph("目　　录", Style(size=16, centre=True, leading=30))
    for title, page in (("第一章　总则", 1), ("第二章　义务", 3)):
        dots = "…" * int((430 - sheet.width(title, 10.5)) / 10.5)
        sheet.paragraph(f"{title}{dots}{page}", Style(justify=False))
    sheet.next_page()
    sheet.paragraph("港湾核材料运输条例", Style(size=18, leading=34, bold=True, centre=True))
    sheet.paragraph("（2031年5月14日子午集团理事会通过）", Style(centre=True, leading=24))
    sheet.paragraph("第一章　总　则", Style(size=14, leading=26, bold=True, centre=True))
    sheet.paragraph(f"第一条　{ZH[0]}", Style(first=21))
    sheet.paragraph("第二条　运营者应当：", Style(first=21))
    for mark, item in zip("一二", ("每年培训警卫；", "根据第三条的规定报告事件。"), strict=True):
        sheet.paragraph(f"（{mark}）{item}", Style(first=21))
    sheet.paragraph("第二章　义　务", Style(size=14, leading=26, bold=True, centre=True))
    sheet.paragraph("第一节　运营者", Style(size=12, leading=24, bold=True, centre=True))
    sheet.paragraph(f"第三条　{ZH[3]}", Style(first=21))
    sheet.columns = [(350, 180)]
    sheet.paragraph("子午集团理事会", Style(centre=True))
    sheet.paragraph("二〇三一年五月十四日", Style(centre=True))
    found = [(b.kind, b.level, b.marker, b.text) for b in blocks(sheet.data()) if b.kind != "footer"]
    assert found == [
        ("table", 0, "", "目录\n第一章 总则\t1\n第二章 义务\t3"),
        ("title", 0, "", "港湾核材料运输条例"),
        ("paragraph", 0, "", "（2031年5月14日子午集团理事会通过）"),
        ("heading", 1, "", "第一章 总则"),
        ("paragraph", 0, "第一条", f"第一条 {ZH[0]}"),
        ("paragraph", 0, "第二条", "第二条 运营者应当："),
        ("list_item", 0, "（一）", "（一）每年培训警卫；"),
        ("list_item", 0, "（二）", "（二）根据第三条的规定报告事件。"),
        ("heading", 1, "", "第二章 义务"),
        ("heading", 2, "", "第一节 运营者"),
        ("paragraph", 0, "第三条", f"第三条 {ZH[3]}"),
        ("paragraph", 0, "", "子午集团理事会"),
        ("paragraph", 0, "", "二〇三一年五月十四日"),
    ]


def test_headings_and_lists_of_a_treaty() -> None:
    sheet = Sheet(foot="#")
    sheet.paragraph("CONVENTION ON PORTS", Style(size=14, centre=True, leading=28, bold=True))
    for text in (
        "The States Parties to the present Convention,",
        "Recalling the Harbour Plan,",
        "Have agreed as follows:",
    ):
        sheet.paragraph(text, Style(first=24, after=6))
    sheet.paragraph("Article 1", Style(centre=True, leading=16))
    sheet.paragraph("Use of terms", Style(centre=True, leading=20, bold=True))
    sheet.paragraph("For the purposes of the present Convention:", Style(after=4))
    items = [
        "(a) “Port” means any place in which ships may be loaded or unloaded, including places at which ships lie at anchor;",
        "(b) “Operator” means a person who runs a port;",
        "(c) “Guard” means:",
    ]
    deep = ["(i) a member of the armed forces;", "(ii) any other person who is charged with the protection of a port."]
    for text in items:
        sheet.paragraph(text, Style(first=24, hang=42, after=4, hyphen=True))
    for text in deep:
        sheet.paragraph(text, Style(first=48, hang=66, after=4))
    sheet.paragraph("Article 2", Style(centre=True, leading=16))
    numbered = [f"{n}. {text}" for n, text in enumerate(EN[:3], start=1)]
    for text in numbered:
        sheet.paragraph(text, Style(after=6))
    found = [b for b in blocks(sheet.data()) if b.kind != "footer"]
    same(
        [
            "CONVENTION ON PORTS",
            "The States Parties to the present Convention,",
            "Recalling the Harbour Plan,",
            "Have agreed as follows:",
            "Article 1",
            "Use of terms",
            "For the purposes of the present Convention:",
            *items,
            *deep,
            "Article 2",
            *numbered,
        ],
        [b.text for b in found],
    )
    assert [(b.text, b.level) for b in found if b.kind == "heading"] == [
        ("Article 1", 1),
        ("Use of terms", 2),
        ("Article 2", 1),
    ]
    assert [b.marker for b in found if b.kind == "list_item"] == ["(a)", "(b)", "(c)", "(i)", "(ii)"]
    assert [b.marker for b in found if b.marker][-3:] == ["1.", "2.", "3."]


def test_chinese_notes_by_page_and_over_pages() -> None:
    sheet, note = Sheet(foot="#"), Style(size=8, leading=11)
    sheet.paragraph("港湾安全研究", Style(size=16, leading=26, centre=True, bold=True))
    sheet.paragraph("一、问题的提出", Style(size=12, leading=22, bold=True))
    sheet.paragraph(
        "各方于2031年通过《港湾计划》。^①^该计划奠定了合作的基础，^②^此后的会议重申了这一点。", Style(first=21)
    )
    sheet.rule(70, 200, 140)
    sheet.y = 185
    sheet.paragraph(
        "① 王某：《港湾安全概论》，载《港口研究》，2030年第2期，第15页；另见李某：《海上核运输》，2029年版。", note
    )
    sheet.paragraph(
        "② 《港湾计划》第三部分，该部分规定了各参加国应当采取的措施，并要求各参加国每两年向秘书处提交一次", note
    )
    sheet.next_page()
    sheet.paragraph("（一）现有机制的不足", Style(leading=18))
    sheet.paragraph(ZH[2] + "^③^", Style(first=21))
    sheet.rule(70, 200, 140)
    sheet.y = 185
    sheet.paragraph("报告，说明遇到的困难。", note)
    sheet.paragraph("③ 子午集团秘书处：《年度报告》，2032年。", note)
    found = blocks(sheet.data())
    assert [(b.marker, b.text) for b in of_kind(found, "footnote")] == [
        ("①", "王某：《港湾安全概论》，载《港口研究》，2030年第2期，第15页；另见李某：《海上核运输》，2029年版。"),
        (
            "②",
            "《港湾计划》第三部分，该部分规定了各参加国应当采取的措施，并要求各参加国每两年向秘书处提交一次报告，说明遇到的困难。",
        ),
        ("③", "子午集团秘书处：《年度报告》，2032年。"),
    ]
    first, second = of_kind(found, "paragraph")
    assert first.text == "各方于2031年通过《港湾计划》。该计划奠定了合作的基础，此后的会议重申了这一点。"
    assert [(first.text[: note.offset][-3:], note.marker) for note in first.notes] == [("划》。", "①"), ("基础，", "②")]
    assert [(note.offset, note.marker) for note in second.notes] == [(len(second.text), "③")]
    assert [(b.text, b.level) for b in of_kind(found, "heading")] == [
        ("一、问题的提出", 1),
        ("（一）现有机制的不足", 2),
    ]


def test_english_notes_raised_figures_and_references() -> None:
    sheet, note = Sheet(foot="#"), Style(size=8, leading=11)
    sheet.paragraph("Port Security in Practice", Style(size=16, leading=26, centre=True, bold=True))
    sheet.paragraph("Jane Doe* and John Roe†", Style(centre=True, leading=22))
    sheet.paragraph("1 Introduction", Style(size=13, leading=20, bold=True))
    text = (
        "The plan was adopted in 2031.^1^ It covers 10^5^ m^2^ of port area,^2,3^ as others found.^4^ "
        "In the 19^th^ session it was reviewed [12]."
    )
    sheet.paragraph(text, Style(first=18))
    sheet.rule(70, 200, 140)
    sheet.y = 188
    for written in (
        "* Corresponding author.",
        "† University of Harbour.",
        "^1^ Harbour Plan, part 2.",
        "^2^ 2031 Report, p. 12.",
    ):
        sheet.paragraph(written, note)
    for written in ("^3^ Ibid.", "^4^ See the report of the Secretariat on the implementation of the plan."):
        sheet.paragraph(written, note)
    sheet.next_page()
    sheet.paragraph(EN[1], Style(first=18))
    sheet.paragraph("References", Style(bold=True, size=13, leading=20))
    for number in (11, 12):
        sheet.paragraph(
            f"[{number}] Roe, J. A study of harbour {number}. Journal of Ports, vol. 12, 2030, pp. 1-20, and more.",
            Style(hang=20),
        )
    found = blocks(sheet.data())
    body = next(b for b in found if b.text.startswith("The plan"))
    assert (
        body.text
        == "The plan was adopted in 2031. It covers 105 m2 of port area, as others found. In the 19th session it was reviewed."
    )
    assert [note.marker for note in body.notes] == ["1", "2", "3", "4", "[12]"]
    assert [b.marker for b in of_kind(found, "footnote")] == ["*", "†", "1", "2", "3", "4", "[11]", "[12]"]
    byline = next(b for b in found if b.text.startswith("Jane"))
    assert (byline.kind, byline.text, [n.marker for n in byline.notes]) == (
        "paragraph",
        "Jane Doe and John Roe",
        ["*", "†"],
    )


def test_enumeration_by_circled_numbers_is_text() -> None:
    sheet = Sheet()
    text = "各国应：①指定主管机关；②通知秘书处；③每两年报告一次。"
    sheet.paragraph(text, Style(first=21))
    sheet.paragraph(ZH[1], Style(first=21))
    found = blocks(sheet.data())
    assert found[0].text == text
    assert not found[0].notes


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("摘　　要：本文研究港湾安全。", "摘要：本文研究港湾安全。"),
        ("关键词：港湾　安全　运输", "关键词：港湾 安全 运输"),
        ("C O N T E N T S", "CONTENTS"),
        ("自1968年起，NPT对各国开放。", "自1968年起，NPT对各国开放。"),
        ("第三章　监 督", "第三章 监督"),
        ("The ﬁrst oﬃce of the Secretariat", "The first office of the Secretariat"),
        ("共１２个港口（Ａ类）", "共12个港口（A类）"),
    ],
)
def test_characters_and_blanks(printed: str, read: str) -> None:
    sheet = Sheet()
    sheet.columns = [(70, 480)]
    sheet.paragraph(printed, Style(justify=False))
    sheet.y -= 30
    sheet.paragraph(EN[0], Style())
    assert running(sheet.data())[0] == read


def ruled(sheet: Sheet, rows: list[tuple[str, ...]], *, down: bool) -> None:
    edges = [100.0, 200.0, 300.0, 400.0]
    top = sheet.y
    for number in range(len(rows) + 1):
        if down or number in (0, 1, len(rows)):
            sheet.rule(100, top - number * 18 + 4, 300)
    for x in edges if down else ():
        sheet.canvas.line(x, top + 4, x, top - len(rows) * 18 + 4)
    for number, cells in enumerate(rows):
        for x, cell in zip(edges, cells, strict=False):
            sheet.line(x + 6, top - number * 18 - 9, cell, 10)
    sheet.y = top - len(rows) * 18 - 24


TABLE = [("年份", "Ports", "占比（%）"), ("2030", "118", "12.5"), ("2031", "149", "15.2")]


@pytest.mark.parametrize("down", [True, False], ids=["grid", "three-lines"])
def test_tables_are_rows_with_their_caption(down: bool) -> None:
    sheet = Sheet(foot="#")
    sheet.paragraph(ZH[1], Style(first=21, after=10))
    sheet.paragraph("表1　各年港口数量", Style(centre=True, leading=18))
    ruled(sheet, TABLE, down=down)
    sheet.paragraph(ZH[4], Style(first=21))
    found = [b for b in blocks(sheet.data()) if b.kind != "footer"]
    assert [b.kind for b in found] == ["paragraph", "caption", "table", "paragraph"]
    assert found[2].rows == tuple(TABLE)
    assert found[2].text == "\n".join("\t".join(row) for row in TABLE)
    same([ZH[1], ZH[4]], [b.text for b in found if b.kind == "paragraph"])


def test_table_over_two_pages_is_one() -> None:
    sheet = Sheet(foot="#")
    sheet.paragraph(ZH[0], Style(first=21, after=12))
    sheet.y = 200
    ruled(sheet, TABLE, down=True)
    sheet.next_page()
    ruled(sheet, [TABLE[0], ("2032", "150", "16.0")], down=True)
    sheet.paragraph(ZH[1], Style(first=21))
    tables = of_kind(blocks(sheet.data()), "table")
    assert [table.rows for table in tables] == [(*TABLE, ("2032", "150", "16.0"))]


def test_a_frame_is_no_table() -> None:
    sheet = Sheet()
    sheet.canvas.rect(60, 690, 475, 100)
    sheet.paragraph("Box 1. What a port is", Style(bold=True))
    sheet.paragraph(EN[1], Style(after=60))
    sheet.paragraph(EN[2], Style())
    found = blocks(sheet.data())
    assert not of_kind(found, "table")
    assert [b.kind for b in found] == ["caption", "paragraph", "paragraph"]


def test_running_heads_that_name_the_chapter() -> None:
    """Another head on every page is furniture all the same; a first line of text at the same height is not."""
    sheet = Sheet(top=760.0, foot="")
    expected = english(60)
    heads = ["The Harbour Plan", "Duties of Operators", "Inspections", "Reports and Reviews"]
    done = 0
    for text in expected:
        if sheet.page > done:
            sheet.line(230, 800, heads[done], 10)
            done = sheet.page
        sheet.paragraph(text, Style(first=20, hyphen=True))
        if sheet.page > done:
            sheet.line(230, 800, heads[done], 10)
            done = sheet.page
    assert done >= 3
    data = sheet.data()
    same(expected, running(data))
    assert [block.text for block in blocks(data) if block.kind == "header"] == heads[:done]


def test_numbers_in_the_margin_open_paragraphs() -> None:
    sheet = Sheet(foot="#")
    expected = []
    for number, text in enumerate(english(20), start=1):
        if sheet.y < sheet.bottom + 60:
            sheet.next_page()
        sheet.line(40, sheet.y, str(number), 10.5)
        sheet.paragraph(text, Style(after=8))
        expected.append(f"{number} {text}")
    data = sheet.data()
    same(expected, running(data))
    assert [b.marker for b in blocks(data) if b.kind == "paragraph"] == [str(n) for n in range(1, 21)]


def test_every_character_has_its_place() -> None:
    """``text[start:end]`` of a line can be marked on the page to the character."""
    sheet = Sheet(columns=TWO)
    for text in (*EN, *ZH):
        sheet.paragraph(text, Style(first=12, hyphen=True))
    for block in blocks(sheet.data()):
        at = 0
        for line in block.lines:
            assert block.text[at : line.start].strip() == ""
            assert line.end > line.start
            at = line.end
            assert len(line.edges) == line.end - line.start + 1
            assert list(line.edges) == sorted(line.edges)
            assert line.box.x0 == pytest.approx(line.edges[0], abs=0.02)
            assert line.box.x1 == pytest.approx(line.edges[-1], abs=0.02)
        assert at == len(block.text)


def test_the_same_bytes_give_the_same_blocks() -> None:
    def make() -> bytes:
        sheet = Sheet(columns=TWO, foot="#")
        for text in english(12):
            sheet.paragraph(text, Style(first=12, hyphen=True))
        return sheet.data()

    first = blocks(make())
    assert first == blocks(make())
    assert len({block.id for block in first}) == len(first)
    assert [block.ordinal for block in first] == list(range(len(first)))


def test_notes_at_the_foot_of_each_column() -> None:
    sheet, note = Sheet(columns=TWO, foot="#", bottom=200.0), Style(size=8, leading=11)
    body = Style(first=14, hyphen=True)
    left, right = [f"{EN[0]}^1^", EN[1], f"{EN[2]}^2^"], [f"{EN[4]}^3^", EN[3]]
    notes = [
        ["^1^ Harbour Plan, part 2, which sets out the duties of operators in detail.", "^2^ Ibid."],
        ["^3^ See above."],
    ]
    for column, texts in enumerate((left, right)):
        sheet.column, sheet.y, sheet.bottom = column, sheet.top, 200.0
        for text in texts:
            sheet.paragraph(text, body)
        sheet.y, sheet.bottom = 170.0, 60.0
        sheet.rule(TWO[column][0], 185, 60)
        for text in notes[column]:
            sheet.paragraph(text, note)
    found = blocks(sheet.data())
    same([EN[0], EN[1], EN[2], EN[4], EN[3]], [b.text for b in of_kind(found, "paragraph")])
    assert [(b.marker, b.text[:8]) for b in of_kind(found, "footnote")] == [
        ("1", "Harbour "),
        ("2", "Ibid."),
        ("3", "See abov"),
    ]
    assert [n.marker for b in of_kind(found, "paragraph") for n in b.notes] == ["1", "2", "3"]


def test_references_at_the_end_of_a_chinese_paper() -> None:
    sheet = Sheet(foot="#")
    sheet.paragraph("一、引言", Style(size=12, leading=22, bold=True))
    sheet.paragraph("各方通过了《港湾计划》^[1]^。学者认为其作用有限^[2,3]^。", Style(first=21))
    sheet.paragraph(ZH[1], Style(first=21))
    sheet.paragraph("参考文献", Style(size=12, leading=22, bold=True))
    works = [
        "王某. 港湾安全概论[J]. 港口研究, 2030(2): 15-20.",
        "李某. 海上核运输[M]. 2029.",
        "Roe J. Ports[J]. Ports, 2031, 12(3): 1-20.",
    ]
    for number, text in enumerate(works, start=1):
        sheet.paragraph(f"[{number}] {text}", Style(size=9, leading=13, hang=18))
    found = blocks(sheet.data())
    assert [b.text for b in of_kind(found, "heading")] == ["一、引言", "参考文献"]
    assert [(b.marker, b.text) for b in of_kind(found, "footnote")] == list(
        zip(["[1]", "[2]", "[3]"], works, strict=True)
    )
    first = of_kind(found, "paragraph")[0]
    assert first.text == "各方通过了《港湾计划》。学者认为其作用有限。"
    assert [(note.offset, note.marker) for note in first.notes] == [(11, "[1]"), (21, "2"), (21, "3")]


def test_numbered_clauses_that_hang_in_ragged_text() -> None:
    sheet = Sheet(foot="#")
    clauses = [f"1.{number} {text}" for number, text in enumerate(EN, start=1)]
    sheet.paragraph("1. SCOPE", Style(bold=True, after=6))
    for text in clauses:
        sheet.paragraph(text, Style(hang=24, justify=False, after=5))
    found = [b for b in blocks(sheet.data()) if b.kind != "footer"]
    same(["1. SCOPE", *clauses], [b.text for b in found])
    assert [(b.kind, b.marker) for b in found] == [("heading", ""), *(("paragraph", f"1.{n}") for n in range(1, 6))]
