"""What a document says of itself, in both languages."""

from __future__ import annotations

import pytest

from pipeline.config import FactsSettings
from pipeline.records import Block, Parsed
from pipeline.stages.facts import dates_in, facts_of, genre_of, languages_of, participants_of, tens
from pipeline.text import language


def parsed(*lines: tuple[str, str]) -> Parsed:
    blocks = tuple(
        Block(
            id=f"b{i}",
            document="d",
            ordinal=i,
            kind=kind,
            lang=language(text),
            text=text,
            page=1,
            level=1 if kind == "heading" else 0,
        )
        for i, (kind, text) in enumerate(lines)
    )
    return Parsed(document="d", path="folder/some-file.pdf", pages=(), blocks=blocks)


DATES = [
    ("Done at Lucerna this 5th day of March 2031", ["2031-03-05"]),
    ("14 May 2031 and May 15, 2031", ["2031-05-14", "2031-05-15"]),
    ("2031年5月14日于卢塞纳", ["2031-05-14"]),
    ("二〇三一年十一月二十一日", ["2031-11-21"]),
    ("adopted 2031-05-14", ["2031-05-14"]),
    ("since 2031, in May, on the 14th", []),
    ("99 May 2031", []),
]


@pytest.mark.parametrize(("text", "dates"), DATES)
def test_dates(text, dates):
    assert dates_in(text) == dates


@pytest.mark.parametrize(("numeral", "value"), [("三", 3), ("十", 10), ("十四", 14), ("二十", 20), ("三十一", 31)])
def test_chinese_days(numeral, value):
    assert tens(numeral) == value


GENRES = [
    ("Convention on the Protection of Harbours", "", "The States Parties to this Convention", "treaty", "binding"),
    ("港口保护公约", "", "本公约缔约国应……批准书", "treaty", "binding"),
    ("关于《港口保护公约》履约问题的研究", "", "摘要 关键词 本文认为", "paper", "analysis"),
    ("Communiqué of the Harbour Summit", "", "We, the leaders, reaffirm. We will act.", "communique", "political"),
    ("港口峰会公报", "", "我们，各国领导人，我们重申", "communique", "political"),
    ("海港省政府工作报告", "", "各位代表，过去一年", "report", "political"),
    ("海港安全条例", "", "本条例自公布之日起施行", "law", "binding"),
    ("Work Plan of the Summit", "", "Participating States will", "plan", "political"),
    (
        "Protection of harbours",
        "A/RES/99/1",
        "The General Assembly, Requests the Secretary-General",
        "resolution",
        "political",
    ),
    (
        "Non-proliferation",
        "S/RES/9999 (2040)",
        "The Security Council, Acting under Chapter VII",
        "resolution",
        "binding",
    ),
]


@pytest.mark.parametrize(("title", "symbol", "text", "genre", "status"), GENRES)
def test_genre_and_legal_status(title, symbol, text, genre, status):
    assert genre_of(title, symbol, text) == (genre, status)


def test_the_facts_of_a_bilingual_communique():
    facts = facts_of(
        parsed(
            ("title", "港口峰会公报"),
            ("title", "Communiqué of the Harbour Summit"),
            ("paragraph", "Lucerna, 14 May 2031 HS/2031/1"),
            ("paragraph", "我们，各国领导人，于今日会晤并重申保护港口的决心，承诺采取一切必要措施。"),
            (
                "paragraph",
                "We, the leaders of the Harbour States, met today and reaffirm our resolve to protect harbours.",
            ),
        ),
        FactsSettings(),
    )
    assert (facts.title_zh, facts.title_en) == ("港口峰会公报", "Communiqué of the Harbour Summit")
    assert (facts.date, facts.symbol, facts.genre, facts.legal_status) == (
        "2031-05-14",
        "HS/2031/1",
        "communique",
        "political",
    )
    assert set(facts.languages) == {"en", "zh"}
    assert facts.participants[0] == "leaders of the Harbour States"


def test_a_numbered_resolution_has_its_own_title():
    facts = facts_of(
        parsed(
            ("title", "General Assembly"),
            ("paragraph", "A/RES/99/1"),
            ("paragraph", "99/1. Protection of harbours and of those who work there"),
            ("paragraph", "The General Assembly,"),
        ),
        FactsSettings(),
    )
    assert facts.title == "Protection of harbours and of those who work there"
    assert facts.issuer == "General Assembly"


def test_a_heading_with_a_list_mark_is_no_title():
    facts = facts_of(parsed(("paragraph", "摘要：本文梳理了港口安全。"), ("heading", "一、概念")), FactsSettings())
    assert facts.title == "some-file"


def test_a_salutation_is_no_issuer():
    assert facts_of(parsed(("title", "Report"), ("paragraph", "Fellow Deputies,")), FactsSettings()).issuer == ""


def test_the_status_can_be_set():
    assert facts_of(parsed(("title", "Report")), FactsSettings(legal_status="binding")).legal_status == "binding"


def test_an_empty_document_has_facts():
    facts = facts_of(parsed(), FactsSettings())
    assert (facts.title, facts.languages, facts.participants) == ("some-file", ("en",), ())
    assert languages_of([]) == ("en",)
    assert participants_of("") == ()
