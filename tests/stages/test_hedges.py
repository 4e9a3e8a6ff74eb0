"""Hedges in both languages, beside look-alikes that take the edge off nothing."""

from __future__ import annotations

import pytest

from pipeline.encoder import SpanTag
from pipeline.stages.tag.hedges import find_hedges


@pytest.mark.parametrize(
    ("lang", "text", "hedges"),
    [
        (
            "en",
            "States shall, as appropriate, report on a voluntary basis.",
            ["as appropriate", "on a voluntary basis"],
        ),
        (
            "en",
            "Each Party shall, in accordance with its domestic law, search ships.",
            ["in accordance with its domestic law"],
        ),
        ("en", "They shall act wherever technically feasible.", ["wherever technically feasible"]),
        ("en", "The port shall open as soon as possible.", ["as soon as possible"]),
        ("en", "Crews shall be paid so far as its means allow.", ["so far as its means allow"]),
        ("en", "Parties shall endeavour to agree.", ["endeavour to"]),
        ("en", "Aid is given subject to the availability of funds.", ["subject to the availability of funds"]),
        ("en", "Measures shall be appropriate and possible effects noted.", []),
        ("en", "It shall act in accordance with this Convention.", []),
        ("zh", "缔约国应酌情提交报告。", ["酌情"]),
        ("zh", "各国应在自愿基础上尽可能提供援助。", ["在自愿基础上", "尽可能"]),
        ("zh", "缔约国应根据本国法律采取措施。", ["根据本国法律"]),
        ("zh", "应在可行的情况下进行检查。", ["在可行的情况下"]),
        ("zh", "各方应采取适当措施，评估可能的影响。", []),
        ("zh", "缔约国应按照本公约的规定行事。", []),
    ],
)
def test_find_hedges(lang, text, hedges):
    assert [text[tag.start : tag.end] for tag in find_hedges(text, lang)] == hedges


def test_a_mark_of_the_encoder_counts_where_no_pattern_stands_and_it_is_sure():
    text = "Owners shall, weather being kind, sail and, as appropriate, report."

    def tag(words: str, score: float) -> SpanTag:
        return SpanTag(text.index(words), text.index(words) + len(words), "hedge", score)

    marked = [tag("weather being kind", 0.9), tag("as appropriate, report", 0.9), tag("sail", 0.4)]
    assert [text[t.start : t.end] for t in find_hedges(text, "en", marked)] == ["weather being kind", "as appropriate"]
