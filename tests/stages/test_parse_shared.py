"""Real documents of ``../shared/real``: the figures that parsing must reach on them. Skipped where they are not there."""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path

import pytest

from pipeline.config import ParseSettings
from pipeline.records import Block, Parsed, Source
from pipeline.stages.parse import parse

REAL = Path(__file__).resolve().parents[3] / "shared" / "real"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real documents are not there: {REAL}")


def read(name: str, ocr: str = "off") -> Parsed:
    file = REAL / name
    settings = ParseSettings(ocr=ocr)  # type: ignore[arg-type]
    return parse(Source(document="d", path=name, file=str(file), sha256=""), settings)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def likeness(truth: str, blocks: list[str]) -> tuple[float, int]:
    """The best character similarity of a paragraph with any block, and which block that is."""
    best = (0.0, -1)
    for index, block in enumerate(blocks):
        matcher = difflib.SequenceMatcher(None, truth, block, autojunk=False)
        if matcher.real_quick_ratio() > best[0] and matcher.quick_ratio() > best[0]:
            best = max(best, (matcher.ratio(), index))
    return best


CASES = [
    (work, layout, lang)
    for work in ("cat", "vcdr")
    for layout, langs in (("columns", "zh en"), ("twocol", "en"), ("zh", "zh"))
    for lang in langs.split()
]


def compare(work: str, blocks: tuple[Block, ...], lang: str) -> tuple[float, float, list[int]]:
    """Mean similarity, share of paragraphs that are exactly one block, and the order of the blocks."""
    truth = [bare(text) for text in json.loads((REAL / "typeset" / f"{work}.truth.json").read_text("utf-8"))[lang]]
    texts = [bare(block.text) for block in blocks if block.kind not in ("header", "footer") and block.lang == lang]
    found = [(1.0, texts.index(text)) if text in texts else likeness(text, texts) for text in truth]
    exact = sum(text in texts for text in truth) / len(truth)
    return sum(score for score, _ in found) / len(found), exact, [index for _, index in found]


@pytest.mark.parametrize(("work", "layout", "lang"), CASES)
def test_typeset_treaties(work: str, layout: str, lang: str) -> None:
    parsed = read(f"typeset/{work}.{layout}.pdf")
    similarity, exact, order = compare(work, parsed.blocks, lang)
    assert similarity >= 0.995
    assert exact >= 0.95
    assert order == sorted(order)
    assert not parsed.failures
    if layout != "columns":
        assert {block.lang for block in parsed.blocks if block.kind not in ("header", "footer")} == {lang}


@pytest.mark.parametrize("work", ["cat", "vcdr"])
def test_scanned_treaties(work: str) -> None:
    parsed = read(f"typeset/{work}.scan.pdf", "auto")
    similarity, exact, order = compare(work, parsed.blocks, "zh")
    assert similarity >= 0.97
    assert exact >= 0.85
    assert order == sorted(order)
    assert all(page.ocr for page in parsed.pages)


def test_scans_are_failures_without_recognition() -> None:
    parsed = read("typeset/cat.scan.pdf")
    assert not parsed.blocks
    assert [failure.page for failure in parsed.failures] == [1, 2]


def test_the_nuclear_security_paper() -> None:
    parsed = read("nuclear-security-governance_zh-en.pdf")
    notes = [block for block in parsed.blocks if block.kind == "footnote"]
    assert len(notes) == 35
    assert sum(bool(re.fullmatch("[①-⑥]", note.marker)) for note in notes) == 34
    assert [note.marker for note in notes if note.marker not in "①②③④⑤⑥"] == ["＊"]
    body = [block for block in parsed.blocks if block.kind in ("paragraph", "heading", "list_item", "title")]
    assert sum(len(block.notes) for block in body) == 34
    assert not any(re.search("[①-⑩]", block.text) for block in body)
    assert [block.text for block in parsed.blocks if block.kind == "footer"] == [str(n) for n in range(41, 51)]
    assert [(block.level, block.text[:2]) for block in body if block.kind == "heading"] == [
        (1, "一、"),
        (1, "二、"),
        (1, "三、"),
        (1, "四、"),
    ]
    for block in body:
        if block.kind == "paragraph":
            assert block.text[-1] in "。.：", block.text[-20:]
            assert not re.search(r"[\u4e00-\u9fff，。] [\u4e00-\u9fff]", block.text)
    assert [block.lang for block in body][-1] == "en"
    assert {block.lang for block in body[:-1]} == {"zh"}


@pytest.mark.parametrize(
    ("name", "numbered", "title"), [("A_RES_73_6-EN.pdf", 14, "73/6."), ("A_RES_73_8-EN.pdf", 5, "73/8.")]
)
def test_resolutions(name: str, numbered: int, title: str) -> None:
    blocks = read(name).blocks
    body = [block for block in blocks if block.kind in ("paragraph", "list_item")]
    assert [block.marker for block in body if block.marker] == [f"{n}." for n in range(1, numbered + 1)]
    assert any(block.kind == "title" and block.text.startswith(title) for block in blocks)
    assert not any(re.search(r"18-1[78]\d{3}|Distr\.|\d/[25]$", block.text) for block in body)
    preamble = [block.text for block in body if not block.marker and block.text.endswith(",")]
    assert len(preamble) > 6
    assert all(text[0].isupper() and text.count(",\n") == 0 for text in preamble)


def test_the_quarterly_report_has_its_tables() -> None:
    blocks = read("zh_q1_report.pdf").blocks
    tables = [block for block in blocks if block.kind == "table"]
    assert len(tables) >= 12
    assert ("营业收入（元）", "4,755,785.11", "5,699,227.63", "-16.55%") in tables[0].rows
    balance = max(tables, key=lambda table: len(table.rows))
    assert len(balance.rows) > 80
    assert {len(row) for row in balance.rows} == {3}
    assert sum(block.kind == "header" for block in blocks) == 22
    assert [block.text for block in blocks if block.kind == "footer"] == [str(n) for n in range(1, 23)]


def test_the_academic_page() -> None:
    blocks = read("zh_academic_page.pdf").blocks
    assert [block.kind for block in blocks if block.text.startswith("数字拟人品：数字技术")] == ["header", "title"]
    assert any(block.text == "罗兴武 孙萌 刘洋 陈帅" and block.kind == "paragraph" for block in blocks)
    assert [block.marker for block in blocks if block.kind == "footnote"] == ["", "*"]
    assert [len(block.notes) for block in blocks if block.text.startswith("《中华人民共和国")] == [2]


def test_the_plain_text_of_the_paper_gives_the_same_paragraphs() -> None:
    """Taken out of a PDF line by line, with a blank line after each: the paragraphs are those of the printed paper."""
    written = [
        bare(b.text) for b in read("nuclear-security-governance_zh-en.txt").blocks if b.kind in ("paragraph", "heading")
    ]
    printed = [
        bare(b.text) for b in read("nuclear-security-governance_zh-en.pdf").blocks if b.kind in ("paragraph", "heading")
    ]
    scores = [likeness(text, written)[0] for text in printed]
    assert sum(scores) / len(scores) > 0.9
