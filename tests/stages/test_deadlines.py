"""Deadlines in both languages: what is one, which dates it has, and what is none."""

from __future__ import annotations

import pytest

from pipeline.records import Lang, Span
from pipeline.stages.tag.deadlines import find_deadlines, resolve

DATE = "2031-05-14"
# text, span, from, to
FOUND: list[tuple[Lang, str, str, str | None, str | None]] = [
    ("en", "We will do so by the end of 2033.", "by the end of 2033", None, "2033-12-31"),
    ("en", "Each shall report no later than 31 March 2032.", "no later than 31 March 2032", None, "2032-03-31"),
    ("en", "It must be secured within four years.", "within four years", None, "2035-05-14"),
    ("en", "We will meet before 2035.", "before 2035", None, "2034-12-31"),
    ("en", "We will finish it this year.", "this year", "2031-01-01", "2031-12-31"),
    ("en", "We will double it over the next five years.", "over the next five years", "2031-05-14", "2036-05-14"),
    (
        "en",
        "They shall reply within thirty days of receipt of the notice.",
        "within thirty days of receipt of the notice",
        None,
        None,
    ),
    ("en", "They shall report by October 2032.", "by October 2032", None, "2032-10-31"),
    ("en", "They shall report by October 20, 2032.", "by October 20, 2032", None, "2032-10-20"),
    ("en", "Each shall publish it by 2038.", "by 2038", None, "2038-12-31"),
    ("en", "to report to the Assembly at its ninety-first session;", "at its ninety-first session", None, None),
    ("en", "The Minister shall act by the end of September.", "by the end of September", None, "2031-09-30"),
    ("zh", "到2035年，建成网络。", "到2035年", None, "2035-12-31"),
    ("zh", "应于2033年6月底前完成。", "于2033年6月底前", None, "2033-06-30"),
    ("zh", "今年新建十所学校。", "今年", "2031-01-01", "2031-12-31"),
    ("zh", "二〇三二年年底前实现全覆盖。", "二〇三二年年底前", None, "2032-12-31"),
    ("zh", "不迟于2032年3月31日提交报告。", "不迟于2032年3月31日", None, "2032-03-31"),
    ("zh", "应当自收到申请之日起六十日内作出决定。", "自收到申请之日起六十日内", None, None),
    ("zh", "缔约国应在四年内提交报告。", "在四年内", None, "2035-05-14"),
    ("zh", "未来五年将培训教师。", "未来五年", "2031-05-14", "2036-05-14"),
    ("zh", "至明年完成修订。", "至明年", None, "2032-12-31"),
    ("zh", "上半年开工建设铁路。", "上半年", "2031-01-01", "2031-06-30"),
]


@pytest.mark.parametrize(("lang", "text", "span", "first", "last"), FOUND, ids=[row[2] for row in FOUND])
def test_is_found_with_its_dates(lang: Lang, text: str, span: str, first: str | None, last: str | None) -> None:
    found = find_deadlines(text, lang, DATE)
    assert [(d.text, d.from_, d.to) for d in found] == [(span, first, last)]
    assert text[found[0].start : found[0].end] == span


NONE: list[tuple[Lang, str]] = [
    ("en", "The parties shall inform each other promptly."),
    ("en", "This Convention shall enter into force three months after the tenth ratification."),
    ("en", "The Committee meets every two years."),
    ("en", "The licence is valid for five years."),
    ("en", "The treaty was signed in 1997."),
    ("en", "Military facilities are governed by separate provisions."),
    ("en", "If no settlement is reached within 60 days, it may be referred to the Court."),
    ("zh", "缔约国应立即通知。"),
    ("zh", "本办法自2032年1月1日起施行。"),
    ("zh", "委员会每两年举行一次会议。"),
    ("zh", "许可证有效期为5年。"),
    ("zh", "目前形势依然严峻。"),
    ("zh", "条约于1997年签署。"),
    ("zh", "吊销许可的，三年内不得再次申请。"),
]


@pytest.mark.parametrize(("lang", "text"), NONE, ids=[row[1] for row in NONE])
def test_is_no_deadline(lang: Lang, text: str) -> None:
    assert find_deadlines(text, lang, DATE) == ()


@pytest.mark.parametrize(
    ("lang", "words", "date", "first", "last"),
    [
        ("en", "this year", None, None, None),
        ("en", "this year", "2031", "2031-01-01", "2031-12-31"),
        ("en", "this year", "nonsense", None, None),
        ("en", "within 180 days of the date of this order", DATE, None, "2031-11-10"),
        ("en", "by the next Summit", DATE, None, None),
        ("en", "Within two years of the coming into force of this Agreement", DATE, None, None),
        ("en", "by 31 February 2032", DATE, None, None),
        ("zh", "自本意见印发之日起十八个月内", DATE, None, "2032-11-14"),
        ("zh", "规则生效后一年内", DATE, None, None),
        ("zh", "“十四五”时期", DATE, "2021-01-01", "2025-12-31"),
        ("zh", "到本世纪中叶", DATE, None, "2050-12-31"),
        ("zh", "2040年前", DATE, None, "2039-12-31"),
        ("zh", "于每年9月30日前", DATE, None, None),
    ],
)
def test_dates_of_words_by_themselves(
    lang: Lang, words: str, date: str | None, first: str | None, last: str | None
) -> None:
    found = resolve(Span(start=0, end=len(words), text=words), lang, date)
    assert (found.from_, found.to) == (first, last)
