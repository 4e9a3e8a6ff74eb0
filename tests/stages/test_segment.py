"""Sentences, words and passages in both languages."""

from __future__ import annotations

import pytest

from pipeline.config import SegmentSettings
from pipeline.records import Block, Box, Line, Parsed
from pipeline.stages.segment import STAGE, passages, segment_text, sentences

CASES = [
    # language, text, sentences
    ("en", "The Council adopted resolution No. 1540 (2004). It asked all States to report.", 2),
    ("en", "Parties shall refrain, e.g. from aid, and the U.S. Government agreed to this.", 1),
    ("en", "This concerns the U.S. The United Kingdom joined later.", 2),
    ("en", "Growth was 6.5 percent. Prices rose by 2.1 percent.", 2),
    ("en", "1. Each State shall report. 2. Each State shall cooperate.", 2),
    ("en", "He said: “We will act.” The meeting ended.", 2),
    ("en", "See art. 4, para. 2, and Dr. J. Smith et al. on this point.", 1),
    ("en", "It failed (see above. The cause is unknown) and was repeated.", 1),
    ("en", "Will it hold? Nobody knows!", 2),
    ("zh", "各国应加强合作。会议呼吁所有国家提交报告。", 2),
    ("zh", "缔约国应采取措施；必要时可请求协助；费用由请求国负担。", 1),
    ("zh", "“我们必须行动。”他说。会议随后结束。", 2),
    ("zh", "会议强调“合作共赢。”各方表示赞同。", 2),
    ("zh", "该办法（见附件。另行公布）自公布之日起施行。", 1),
    ("zh", "增长率为6.1%。价格上涨2.1%。", 2),
    ("zh", "怎么办？必须合作！", 2),
]


@pytest.mark.parametrize(("lang", "text", "count"), CASES)
def test_sentences(lang, text, count):
    found = sentences(text, lang)
    assert len(found) == count, [text[a:b] for a, b in found]
    assert "".join(text[a:b] for a, b in found).replace(" ", "") == text.replace(" ", "")


def test_words_stand_whole():
    lang, _, words = segment_text("各缔约国应向国际原子能机构提交核材料清单。")
    text = "各缔约国应向国际原子能机构提交核材料清单。"
    cut = [text[a:b] for a, b in words]
    assert lang == "zh"
    assert "缔约国" in cut
    assert "核材料" in cut
    assert "".join(cut) == text


def test_a_text_in_both_languages_keeps_the_rules_of_each():
    text = "The Parties agreed. They signed No. 5 today.\n\n各方同意。各方今日签署。"
    _, found, _ = segment_text(text)
    assert [text[a:b] for a, b in found] == [
        "The Parties agreed.",
        "They signed No. 5 today.",
        "各方同意。",
        "各方今日签署。",
    ]


def document(*blocks: tuple[str, str, str], lang: str = "en") -> Parsed:
    made = []
    for ordinal, (kind, marker, text) in enumerate(blocks):
        box = Box(page=1, x0=72, top=72 + 14 * ordinal, x1=72 + 5 * len(text), bottom=84 + 14 * ordinal)
        edges = tuple(72 + 5.0 * i for i in range(len(text) + 1))
        line = Line(start=0, end=len(text), box=box, edges=edges)
        level = 1 if kind == "heading" else 0
        made.append(
            Block(id=f"b{ordinal}", document="d", ordinal=ordinal, kind=kind, lang=lang, text=text, page=1,
                  level=level, marker=marker, lines=(line,))
        )  # fmt: skip
    return Parsed(document="d", path="d.pdf", pages=(), blocks=tuple(made))


def test_items_stand_with_their_chapeau():
    parsed = document(
        ("heading", "", "Article 3"),
        ("paragraph", "", "This article applies to ports. Each State Party shall:"),
        ("list_item", "(a)", "(a) submit a report;"),
        ("list_item", "(b)", "(b) adopt measures, namely:"),
        ("list_item", "(i)", "(i) inspect ships;"),
        ("list_item", "(ii)", "(ii) train guards. Training lasts a week."),
        ("list_item", "(c)", "(c) inform the Council."),
        ("paragraph", "", "Nothing else is asked."),
    )
    found = list(passages(parsed, SegmentSettings()))
    assert [p.text for p in found] == [
        "This article applies to ports.",
        "Each State Party shall: (a) submit a report;",
        "Each State Party shall: (b) adopt measures, namely: (i) inspect ships;",
        "Each State Party shall: (b) adopt measures, namely: (ii) train guards.",
        "Training lasts a week.",
        "Each State Party shall: (c) inform the Council.",
        "Nothing else is asked.",
    ]
    assert all(p.section == ("Article 3",) for p in found)
    blocks = {block.id: block for block in parsed.blocks}
    for p in found:
        for a in p.anchors:
            assert blocks[a.block].text[a.block_start : a.block_start + a.end - a.start] == p.text[a.start : a.end]
    narrow = found[0].boxes[0]
    assert narrow.x1 == pytest.approx(72 + 5 * len("This article applies to ports."))


def test_numbered_paragraphs_without_a_chapeau_stand_alone():
    parsed = document(
        ("paragraph", "", "The Assembly,"),
        ("list_item", "1.", "1. Requests the Secretary-General to report;"),
        ("list_item", "2.", "2. Decides to meet again."),
    )
    assert [p.text for p in passages(parsed, SegmentSettings())][-1] == "2. Decides to meet again."


def test_chinese_items_have_no_blank_after_the_chapeau():
    parsed = document(
        ("paragraph", "", "缔约国应："),
        ("list_item", "（一）", "（一）提交报告；"),
        ("list_item", "（二）", "（二）采取措施。"),
        lang="zh",
    )
    assert [p.text for p in passages(parsed, SegmentSettings())] == [
        "缔约国应：（一）提交报告；",
        "缔约国应：（二）采取措施。",
    ]


def test_ids_do_not_depend_on_the_run():
    parsed = document(("paragraph", "", "Each State Party shall report."))
    first, second = (STAGE.build(SegmentSettings())(parsed) for _ in range(2))
    assert first == second
    assert first.passages[0].id.startswith("p-")
