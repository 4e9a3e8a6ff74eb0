"""Quantities in both languages: what is read, with its bounds, and what only looks like one."""

from __future__ import annotations

import pytest

from pipeline.records import Lang
from pipeline.stages.tag.quantities import find_quantities

# text, span, value, low, high, unit
READ: list[tuple[Lang, str, str, float, float | None, float | None, str]] = [
    ("en", "The world holds 1600±300 tonnes of it.", "1600±300 tonnes", 1600, 1300, 1900, "tonnes"),
    ("en", "The world holds 1600+300 tonnes of it.", "1600+300 tonnes", 1600, 1300, 1900, "tonnes"),
    ("en", "They recorded 2331 incidents.", "2331 incidents", 2331, 2331, 2331, "incidents"),
    ("en", "Some 56 per cent of the cases were solved.", "Some 56 per cent", 56, 56, 56, "%"),
    ("en", "Each shall name at least 12 ports.", "at least 12 ports", 12, 12, None, "ports"),
    ("en", "a fine not exceeding 5 million yuan", "not exceeding 5 million yuan", 5e6, None, 5e6, "yuan"),
    (
        "en",
        "between two hundred thousand and one million dollars",
        "between two hundred thousand and one million dollars",
        6e5,
        2e5,
        1e6,
        "dollars",
    ),
    ("en", "We will raise it to 4.5 to 5 percent.", "4.5 to 5 percent", 4.75, 4.5, 5, "%"),
    ("en", "three to five experts sit on it", "three to five experts", 4, 3, 5, "experts"),
    ("en", "two thirds of its members", "two thirds", 2 / 3, 2 / 3, 2 / 3, ""),
    ("en", "mobilizing $100 billion a year", "$100 billion", 1e11, 1e11, 1e11, "dollars"),
    ("en", "over 300 million rural residents", "over 300 million rural residents", 3e8, 3e8, None, "residents"),
    ("en", "kept for forty-five working days", "forty-five working days", 45, 45, 45, "working days"),
    ("en", "a cut of 3.6 percent or more", "3.6 percent or more", 3.6, 3.6, None, "%"),
    ("zh", "全球共有1600±300吨。", "1600±300吨", 1600, 1300, 1900, "吨"),
    ("zh", "全球共有1600+300吨。", "1600+300吨", 1600, 1300, 1900, "吨"),
    ("zh", "共249座反应堆在运行。", "249座", 249, 249, 249, "座"),
    ("zh", "通过了十三项措施", "十三项", 13, 13, 13, "项"),
    ("zh", "培训1.6万人", "1.6万人", 16000, 16000, 16000, "人"),
    ("zh", "覆盖20亿人口", "20亿人口", 2e9, 2e9, 2e9, "人口"),
    ("zh", "占百分之五十六。", "百分之五十六", 56, 56, 56, "%"),
    ("zh", "占56%。", "56%", 56, 56, 56, "%"),
    ("zh", "减少两成。", "两成", 20, 20, 20, "%"),
    ("zh", "须经三分之二以上同意", "三分之二以上", 2 / 3, 2 / 3, None, ""),
    ("zh", "处50万元以上500万元以下罚款", "50万元以上500万元以下", 2.75e6, 5e5, 5e6, "元"),
    ("zh", "配备不少于12名警卫", "不少于12名", 12, 12, None, "名"),
    ("zh", "由三人至五人组成", "三人至五人", 4, 3, 5, "人"),
    ("zh", "保存不得少于四十五个工作日", "不得少于四十五个工作日", 45, 45, None, "工作日"),
    ("zh", "增长4.5%—5%", "4.5%—5%", 4.75, 4.5, 5, "%"),
    ("zh", "护航6600多艘船舶", "6600多艘", 6600, 6600, None, "艘"),
    ("zh", "解决3860万农村人口的饮水问题", "3860万农村人口", 38.6e6, 38.6e6, 38.6e6, "农村人口"),
]


@pytest.mark.parametrize(("lang", "text", "span", "value", "low", "high", "unit"), READ, ids=[row[2] for row in READ])
def test_is_read(
    lang: Lang, text: str, span: str, value: float, low: float | None, high: float | None, unit: str
) -> None:
    found = find_quantities(text, lang)
    assert [(q.text, q.unit) for q in found] == [(span, unit)]
    assert found[0].value == pytest.approx(value)
    assert (found[0].low, found[0].high) == (pytest.approx(low) if low else low, pytest.approx(high) if high else high)
    assert text[found[0].start : found[0].end] == span


NOT_READ: list[tuple[Lang, str]] = [
    ("en", "Article 4 and Articles 10, 15 and 52 apply."),
    ("en", "resolution 1540 (2004) of the Council"),
    ("en", "done on 9 December 1948"),
    ("en", "by the end of 2030"),
    ("en", "No one may leave; one of them stayed."),
    ("en", "document A/RES/73/6"),
    ("en", "5. Deepening reform"),
    ("en", "COVID-19 cost much in 2022."),
    ("zh", "第十条和第1540号决议"),
    ("zh", "到2030年和二〇三五年"),
    ("zh", "5月3日"),
    ("zh", "一方面，另一方面"),
    ("zh", "“三股势力”和“一带一路”"),
    ("zh", "一是加强管理，二是改善服务"),
    ("zh", "两国人民"),
    ("zh", "“十四五”规划"),
]


@pytest.mark.parametrize(("lang", "text"), NOT_READ, ids=[row[1] for row in NOT_READ])
def test_is_a_name_or_a_date_and_not_read(lang: Lang, text: str) -> None:
    assert find_quantities(text, lang) == ()


@pytest.mark.parametrize(
    ("lang", "text", "of"),
    [
        ("en", "12 kilograms of plutonium were moved.", "plutonium"),
        ("en", "56% of all samples passed.", "samples"),
        ("zh", "共249座反应堆在运行。", "反应堆"),
        ("zh", "2331起事件，均已确认。", "事件"),
        ("zh", "全世界有249座正在运行的研究反应堆。", "研究反应堆"),
        ("zh", "据统计，高浓铀库存约有1600+300吨。", "高浓铀库存"),
        ("zh", "56%的受访者对此表示怀疑。", "受访者"),
        ("zh", "配备12名警卫的费用。", "警卫"),
        ("zh", "全球高浓铀约1600±300吨。", "全球高浓铀"),
    ],
)
def test_says_what_is_counted(lang: Lang, text: str, of: str) -> None:
    assert [q.of for q in find_quantities(text, lang)] == [of]


def test_a_sum_of_two_large_numbers_is_no_tolerance() -> None:
    assert all(q.low is None or q.low > 0 for q in find_quantities("300+1600 tonnes", "en"))
