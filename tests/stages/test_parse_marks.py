"""The lexicon of marks, by tables of cases: what should match beside what should not."""

from __future__ import annotations

import pytest

from pipeline.stages.parse.blocks import Vocabulary
from pipeline.stages.parse.characters import usual_text, wide
from pipeline.stages.parse.english import is_english
from pipeline.stages.parse.marks import heading_mark, is_contents_line, is_folio, is_over, list_mark, note_mark, opening
from pipeline.stages.parse.written import text_row


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("第一编 总则", "part"),
        ("第三章　监督", "chapter"),
        ("CHAPTER IV Transport", "chapter"),
        ("第二节 职责", "section"),
        ("第十二条　运营者应当报告。", "article"),
        ("第一百零三条之一 本条", "article"),
        ("Article 12", "article"),
        ("Article IV bis", "article"),
        ("附件一：名单", "annex"),
        ("ANNEX II", "annex"),
        ("一、总体要求", "han"),
        ("（二）基本原则", "han_bracket"),
        ("III. Findings", "roman"),
        ("3. Findings", "arabic"),
        ("3.2 Findings", "arabic_2"),
        ("3.2.1 Findings", "arabic_3"),
        ("第三条规定的措施", ""),
        ("第三条和第四条", ""),
        ("第一，加强合作", ""),
        ("Articles 3 and 4 apply", ""),
        ("3.5 per cent of all", ""),
        ("3.5% of all", ""),
        ("2031年通过", ""),
        ("12 May 2031", ""),
        ("12 月", ""),
        ("I agree", ""),
        ("附件中的名单", ""),
        ("一是加强领导", ""),
    ],
)
def test_heading_marks(text: str, kind: str) -> None:
    assert heading_mark(text)[0] == kind


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("(a) submit a report", "(a)"),
        ("(iv) inspect", "(iv)"),
        ("（三）保存记录", "（三）"),
        ("1) first", "1)"),
        ("①加强合作", "①"),
        ("• a bullet", "•"),
        ("– a dash", "–"),
        ("1. Each Party", "1."),
        ("3.2 Each Party", "3.2"),
        ("第三条 运营者应当", "第三条"),
        ("a report is submitted", ""),
        ("—2031年", ""),
        ("(as amended)", ""),
        ("1.5 million tonnes", ""),
        ("i.e. the Parties", ""),
        ("-5 degrees", ""),
    ],
)
def test_list_marks(text: str, mark: str) -> None:
    assert list_mark(text)[1] == mark


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("① 王某", "①"),
        ("[12] Roe", "[12]"),
        ("［3］ 李某", "［3］"),
        ("* Author", "*"),
        ("＊ 本文系", "＊"),
        ("¹² See", "¹²"),
        ("† Dead", "†"),
        ("王某①", ""),
        ("(1) first", ""),
        ("See 12", ""),
    ],
)
def test_note_marks(text: str, mark: str) -> None:
    assert note_mark(text)[1] == mark


@pytest.mark.parametrize(
    "text", ["12", "- 12 -", "— 3 —", "2/5", "Page 3 of 9", "第 3 页", "第3页 共9页", "xii", "·24·"]
)
def test_folios(text: str) -> None:
    assert is_folio(text)


@pytest.mark.parametrize("text", ["12.", "2031年", "A/RES/73/6", "Page three", "第三条", "12 tonnes", "1,200", "mix"])
def test_not_folios(text: str) -> None:
    assert not is_folio(text)


@pytest.mark.parametrize(
    ("text", "is_line"),
    [
        ("第一章 总则……………3", True),
        ("Introduction ........ 12", True),
        ("I. Scope . . . . . . iv", True),
        ("He paused... and 12 came", False),
        ("第一章 总则", False),
        ("见第12页", False),
    ],
)
def test_lines_of_contents(text: str, is_line: bool) -> None:
    assert is_contents_line(text) is is_line


@pytest.mark.parametrize(
    "text", ["完毕。", "It is so.", "“结束。”", "follows:", "如下：", "a report;", "(see above).", "何时？"]
)
def test_ends(text: str) -> None:
    assert is_over(text)


@pytest.mark.parametrize("text", ["总体要求", "and the", "，", "加强合作、", "Article 3", "（二）"])
def test_no_ends(text: str) -> None:
    assert not is_over(text)


@pytest.mark.parametrize(
    ("text", "kind"), [("图1　港口", "figure"), ("表 2-1 数量", "figure"), ("Table 3. Ports", "figure_en")]
)
def test_captions(text: str, kind: str) -> None:
    assert opening("captions", text)[0] == kind


@pytest.mark.parametrize("text", ["图像识别", "表明各国", "Tables are set", "Figures show"])
def test_no_captions(text: str) -> None:
    assert opening("captions", text)[0] == ""


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("non", "proliferation", True),
        ("long", "term", True),
        ("world", "class", True),
        ("follow", "up", True),
        ("in", "depth", True),
        ("UN", "led", True),
        ("mea", "sures", False),
        ("govern", "ment", False),
        ("inter", "national", False),
        ("ex", "perts", False),
        ("re", "porting", False),
        ("implement", "ation", False),
        ("short", "age", False),
    ],
)
def test_hyphens_at_line_ends(first: str, second: str, kept: bool) -> None:
    assert Vocabulary([]).keeps_hyphen(first, second) is kept


def test_the_document_decides_about_hyphens() -> None:
    """What the document writes within its lines comes before any dictionary."""
    assert not Vocabulary([text_row("the nonproliferation regime")]).keeps_hyphen("non", "proliferation")
    assert Vocabulary([text_row("the inter-national regime")]).keeps_hyphen("inter", "national")


@pytest.mark.parametrize("word", ["report", "reports", "parties", "reported", "taking", "measures", "openly"])
def test_english_words(word: str) -> None:
    assert is_english(word)


@pytest.mark.parametrize("word", ["mea", "tion", "newenergy", "worldclass"])
def test_no_english_words(word: str) -> None:
    assert not is_english(word)


@pytest.mark.parametrize(
    ("printed", "usual"),
    [
        ("ﬁrst", "first"),
        ("⼯作", "工作"),
        ("\uf9d8", "律"),
        ("１２Ａ", "12A"),
        ("\u00adsoft", "soft"),
        ("，（）", "，（）"),
        ("①²Ⅳ", "①²Ⅳ"),
    ],
)
def test_usual_characters(printed: str, usual: str) -> None:
    assert usual_text(printed) == usual


def test_wide_characters() -> None:
    assert [wide(char) for char in "国，A1é“"] == [True, True, False, False, False, False]
