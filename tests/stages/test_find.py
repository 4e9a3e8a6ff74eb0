"""Definitions and references in both languages."""

from __future__ import annotations

import pytest

from pipeline.records import Block
from pipeline.stages.find import cite, define, sense_of

DEFINITIONS = [
    (
        "zh",
        "林鹏程认为，放射源治理是指对放射源全寿命周期的管理和控制。",
        ("放射源治理", "对放射源全寿命周期的管理和控制", "林鹏程"),
    ),
    ("zh", "本条例所称营运单位，是指取得许可证并对设施负责的单位。", ("营运单位", "取得许可证并对设施负责的单位", "")),
    ("zh", "“过境”系指货物经由第三国领土的运输。", ("过境", "货物经由第三国领土的运输", "")),
    ("zh", "从广义上说，港口安全是指港口免受一切威胁的状态。", ("港口安全", "港口免受一切威胁的状态", "")),
    (
        "en",
        "“Transit” means the carriage of goods through the territory of a third State.",
        ("Transit", "the carriage of goods through the territory of a third State", ""),
    ),
    (
        "en",
        "Port security is commonly defined as the absence of threats to harbours.",
        ("Port security", "the absence of threats to harbours", ""),
    ),
    ("zh", "这是指我们必须加强合作，共同应对挑战。", None),
    ("zh", "缔约国应指定主管部门并通知秘书处。", None),
    ("en", "By any means, the Parties shall cooperate.", None),
    ("en", "This means that the Parties failed to agree.", None),
]


@pytest.mark.parametrize(("lang", "text", "found"), DEFINITIONS)
def test_definitions(lang, text, found):
    assert define(text, lang) == found


def test_senses():
    assert sense_of("从狭义上看，港口安全特指设施安全。", "zh") == "narrow"
    assert sense_of("In the broad sense it covers ships.", "en") == "broad"
    assert sense_of("有广义和狭义两种。", "zh") == ""


def note(text: str, marker: str = "", lang: str = "zh") -> Block:
    return Block(id="b", document="d", ordinal=0, kind="footnote", lang=lang, text=text, page=3, marker=marker)


REFERENCES = [
    (note("① 林鹏程：《海港治理的困境》，载《海事研究》，2031年第4期。", "①"),
     {"author": "林鹏程", "title": "海港治理的困境", "venue": "海事研究", "year": "2031", "issue": "4", "marker": "①"}),
    (note("《海港安全公约》，2030年。"), {"author": "", "title": "海港安全公约", "year": "2030"}),
    (note("见 http://example.org/a/b.html."), {"url": "http://example.org/a/b.html", "title": ""}),
    (note('J. Marlow, "Harbours under Threat," Maritime Review, No. 3 (2029).', lang="en"),
     {"author": "J. Marlow", "title": "Harbours under Threat", "year": "2029", "issue": "3"}),
    (note("Ann Birch et al., The Quiet Port: A Strategy, Lucerna: Quay Press, 2028, p. 8.", lang="en"),
     {"author": "Ann Birch et al.", "title": "The Quiet Port: A Strategy", "venue": "Lucerna: Quay Press", "year": "2028"}),
]  # fmt: skip


@pytest.mark.parametrize(("block", "fields"), REFERENCES)
def test_references(block, fields):
    made = cite(block)
    assert {name: getattr(made, name) for name in fields} == fields
    assert made.text == block.text
    assert made.page == 3
