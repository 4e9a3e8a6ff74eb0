"""Actors and instruments in both languages: exact spans, kinds, ids, and what is neither."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import LAYER_OF_KIND, Facts, Lang
from pipeline.stages.tag.entities import (
    context_of,
    find_actors,
    find_instruments,
    link_actor,
    link_instrument,
    read_defined,
)

# text, genre, the mentions with kind and id
ACTORS: list[tuple[Lang, str, str, list[tuple[str, str, str]]]] = [
    (
        "en",
        "Each State Party shall notify the Secretary-General of the United Nations.",
        "treaty",
        [
            ("State Party", "state_group", ""),
            ("Secretary-General of the United Nations", "international_organisation", "UNSG"),
        ],
    ),
    (
        "en",
        "No one shall be detained, and everyone has the right to counsel.",
        "treaty",
        [("No one", "non_state", ""), ("everyone", "non_state", "")],
    ),
    (
        "en",
        "The Committee and the States Parties may consult the competent authorities.",
        "treaty",
        [
            ("Committee", "international_organisation", ""),
            ("States Parties", "state_group", ""),
            ("competent authorities", "government_body", ""),
        ],
    ),
    (
        "en",
        "We urge operators and non-State actors to cooperate with the IAEA.",
        "communique",
        [
            ("We", "state_group", ""),
            ("operators", "non_state", ""),
            ("non-State actors", "non_state", ""),
            ("IAEA", "international_organisation", "IAEA"),
        ],
    ),
    (
        "en",
        "We will help rural and urban residents.",
        "report",
        [("We", "government_body", ""), ("rural and urban residents", "non_state", "")],
    ),
    (
        "en",
        "Prisoners of war may write to the Protecting Power.",
        "treaty",
        [("Prisoners of war", "non_state", ""), ("Protecting Power", "state_group", "")],
    ),
    (
        "en",
        "The U.S. and China’s enterprises met the African Union.",
        "communique",
        [
            ("U.S.", "state", "USA"),
            ("China", "state", "CHN"),
            ("enterprises", "non_state", ""),
            ("African Union", "regional_organisation", "AU"),
        ],
    ),
    (
        "en",
        "The Harbour Safety Council (HSC) shall report to the International Atomic Energy Agency (IAEA).",
        "treaty",
        [
            ("Harbour Safety Council (HSC)", "international_organisation", "HSC"),
            ("International Atomic Energy Agency (IAEA)", "international_organisation", "IAEA"),
        ],
    ),
    (
        "en",
        "Thereafter the Committeemay ask theUnited Nations.",
        "treaty",
        [("Committee", "international_organisation", ""), ("United Nations", "international_organisation", "UN")],
    ),
    (
        "en",
        "The heads of relevant agencies shall inform the Minister of Health.",
        "law",
        [("heads of relevant agencies", "government_body", ""), ("Minister of Health", "government_body", "")],
    ),
    (
        "en",
        "President Arrowsmith thanked Japan.",
        "communique",
        [("Arrowsmith", "person", ""), ("Japan", "state", "JPN")],
    ),
    (
        "en",
        "Each beekeeper shall register with the regional organizations.",
        "law",
        [("beekeeper", "non_state", ""), ("regional organizations", "regional_organisation", "")],
    ),
    (
        "zh",
        "各缔约国应将报告提交联合国秘书长。",
        "treaty",
        [("各缔约国", "state_group", ""), ("联合国秘书长", "international_organisation", "UNSG")],
    ),
    ("zh", "任何人不得妨碍主管机关。", "treaty", [("任何人", "non_state", ""), ("主管机关", "government_body", "")]),
    (
        "zh",
        "国际原子能机构（IAEA）将与各国合作。",
        "communique",
        [("国际原子能机构（IAEA）", "international_organisation", "IAEA"), ("各国", "state_group", "")],
    ),
    (
        "zh",
        "我们将扩大就业，支持中小企业。",
        "report",
        [("我们", "government_body", ""), ("中小企业", "non_state", "")],
    ),
    (
        "zh",
        "我们呼吁美方同东盟合作。",
        "communique",
        [("我们", "state_group", ""), ("美方", "state", "USA"), ("东盟", "regional_organisation", "ASEAN")],
    ),
    (
        "zh",
        "国务院有关部门和地方各级人民政府应当保护农村儿童。",
        "law",
        [
            ("国务院有关部门", "government_body", ""),
            ("地方各级人民政府", "government_body", ""),
            ("农村儿童", "non_state", ""),
        ],
    ),
    ("zh", "聯合國安全理事會通過了決議。", "communique", [("聯合國安全理事會", "international_organisation", "UNSC")]),
    (
        "zh",
        "出口经营者、进口商应当配合公安机关。",
        "law",
        [("出口经营者", "non_state", ""), ("进口商", "non_state", ""), ("公安机关", "government_body", "")],
    ),
    ("zh", "被请求缔约国应协助请求方。", "treaty", [("被请求缔约国", "state_group", "")]),
    ("zh", "习近平主席会见了法国总统。", "communique", [("习近平", "person", ""), ("法国总统", "government_body", "")]),
]


@pytest.mark.parametrize(("lang", "text", "genre", "expected"), ACTORS, ids=[row[1][:40] for row in ACTORS])
def test_actors(lang: Lang, text: str, genre: str, expected: list[tuple[str, str, str]]) -> None:
    found = find_actors(text, lang, genre=genre)
    assert [(a.text, a.kind, a.id) for a in found if a.text != "请求方"] == expected
    assert all(text[a.start : a.end] == a.text and a.layer == LAYER_OF_KIND[a.kind] for a in found)


NO_ACTORS: list[tuple[Lang, str]] = [
    ("en", "The present Convention shall enter into force."),
    ("en", "Child labour and the state of health were discussed who knows where."),
    ("en", "One-China policy; prices in China rose; the order, the paper and the water."),
    ("en", "Energy consumption fell by 19.1%."),
    ("zh", "本公约自批准之日起生效。"),
    ("zh", "加强农村基础设施建设，推进改革。"),
    ("zh", "前者优于后者，全国各部分都有干劲。"),
    ("zh", "以方便查询的方式公布。"),
    ("zh", "坚持一个中国原则。"),
]


@pytest.mark.parametrize(("lang", "text"), NO_ACTORS, ids=[row[1][:30] for row in NO_ACTORS])
def test_no_actors(lang: Lang, text: str) -> None:
    assert [a.text for a in find_actors(text, lang)] == []


@pytest.mark.parametrize(
    ("lang", "surface", "genre", "kind", "key"),
    [
        ("en", "the United States", "", "state", "USA"),
        ("en", "DPRK", "", "state", "PRK"),
        ("en", "Democratic People’s Republic of Korea (DPRK)", "", "state", "PRK"),
        ("en", "SecurityCouncil", "", "international_organisation", "UNSC"),
        ("en", "who", "", "non_state", ""),
        ("en", "us", "", "state_group", ""),
        ("en", "WHO", "", "international_organisation", "WHO"),
        ("en", "Council", "treaty", "international_organisation", ""),
        ("en", "Council", "law", "government_body", ""),
        ("en", "terrorist organizations", "", "non_state", ""),
        ("en", "requesting State Party", "treaty", "state_group", ""),
        ("en", "national regulatory body", "", "government_body", ""),
        ("en", "Republic of Lanhai", "", "state", ""),
        ("zh", "国家", "law", "state", ""),
        ("zh", "国家", "treaty", "state_group", ""),
        ("zh", "委员会", "treaty", "international_organisation", ""),
        ("zh", "委员会", "law", "government_body", ""),
        ("zh", "县级以上地方人民政府", "law", "government_body", ""),
        ("zh", "科研机构", "", "non_state", ""),
        ("zh", "安理会", "", "international_organisation", "UNSC"),
        ("zh", "俄方", "", "state", "RUS"),
        ("zh", "IAEA", "", "international_organisation", "IAEA"),
    ],
)
def test_a_surface_is_linked_by_itself(lang: Lang, surface: str, genre: str, kind: str, key: str) -> None:
    context = context_of("", lang, None, genre)
    assert link_actor(surface, lang, context) == (kind, LAYER_OF_KIND[kind], key)


def test_short_forms_that_a_document_defines_are_remembered() -> None:
    english = [
        "The World Health Organization (hereinafter referred to as the “Organization”) acts.",
        "The Harbour Guard Service (HGS) too.",
    ]
    defined = read_defined(english, "en")
    assert dict(defined) == {"HGS": "Harbour Guard Service", "Organization": "World Health Organization"}
    found = find_actors("The Organization shall reply.", "en", genre="treaty", defined=defined)
    assert [(a.text, a.id) for a in found] == [("Organization", "WHO")]
    chinese = read_defined(["国际原子能机构（以下简称“机构”）成立。", "蓝海共和国和本条例（试行）。"], "zh")
    assert dict(chinese) == {"机构": "国际原子能机构", "蓝海": "蓝海共和国"}
    assert [(a.text, a.id) for a in find_actors("机构应提交报告。", "zh", defined=chinese)] == [("机构", "IAEA")]


@pytest.mark.parametrize(
    ("lang", "texts", "short", "key"),
    [
        (
            "en",
            ["The IAEA met.", "The Agency reported that the International Atomic Energy Agency is ready."],
            "Agency",
            "IAEA",
        ),
        ("en", ["The Harbour Agency and the International Atomic Energy Agency met."], "Agency", ""),
        ("en", ["The Committee on the Rights of the Child meets."], "Committee", "CRC-COMMITTEE"),
        ("en", ["The Security Council and the Human Rights Council met."], "Council", ""),
        ("zh", ["国际原子能机构提交了报告。"], "机构", "IAEA"),
        ("zh", ["世界卫生组织提交了报告。"], "机构", ""),
    ],
)
def test_a_noun_alone_stands_for_the_one_body_that_is_named(lang: Lang, texts: list[str], short: str, key: str) -> None:
    context = context_of("", lang, None, "resolution", defined=read_defined(texts, lang))
    assert link_actor(short, lang, context)[2] == key


def test_we_are_those_who_take_part() -> None:
    facts = Facts(
        document="d", title="", title_en="", title_zh="", languages=("en",), issuer="", date="", symbol="",
        genre="joint_statement", legal_status="political", participants=("Japan", "Republic of Korea"),
    )  # fmt: skip
    assert [(a.text, a.id) for a in find_actors("We agree.", "en", facts)] == [("We", "JPN+KOR")]


# text, the mentions with their ids
INSTRUMENTS: list[tuple[Lang, str, list[tuple[str, str]]]] = [
    (
        "en",
        "Recalling the Treaty on the Non-Proliferation of Nuclear Weapons (NPT) and this Convention,",
        [("Treaty on the Non-Proliferation of Nuclear Weapons (NPT)", "NPT"), ("this Convention", "")],
    ),
    (
        "en",
        "in accordance with article 40 of the Covenant and paragraph 2 of this article",
        [("article 40 of the Covenant", ""), ("this article", "")],
    ),
    (
        "en",
        "under Security Council resolution 1540 (2004), UNSCR 1373 and resolution 72/4",
        [
            ("Security Council resolution 1540 (2004)", "UNSCR-1540"),
            ("UNSCR 1373", "UNSCR-1373"),
            ("resolution 72/4", "A-RES-72-4"),
        ],
    ),
    (
        "en",
        "the Harbour Protection Plan and the 2030 Agenda for Sustainable Development",
        [
            ("Harbour Protection Plan", "harbour-protection-plan"),
            ("2030 Agenda for Sustainable Development", "AGENDA-2030"),
        ],
    ),
    ("en", "Parties to the Charter may act inthis article.", [("Charter", ""), ("this article", "")]),
    (
        "zh",
        "根据《不扩散核武器条约》（NPT）和本公约第四条",
        [("《不扩散核武器条约》（NPT）", "NPT"), ("本公约第四条", "")],
    ),
    (
        "zh",
        "安理会第1540号决议、《港湾计划》和第四条",
        [("安理会第1540号决议", "UNSCR-1540"), ("《港湾计划》", "港湾计划"), ("第四条", "")],
    ),
    ("zh", "推进“一带一路”和全球发展倡议", [("一带一路", "BRI"), ("全球发展倡议", "GDI")]),
    (
        "zh",
        "依照《中华人民共和国核安全法》和本条例的规定",
        [("《中华人民共和国核安全法》", "PRC-NUCLEAR-SAFETY-LAW"), ("本条例", "")],
    ),
]


@pytest.mark.parametrize(("lang", "text", "expected"), INSTRUMENTS, ids=[row[1][:40] for row in INSTRUMENTS])
def test_instruments(lang: Lang, text: str, expected: list[tuple[str, str]]) -> None:
    found = find_instruments(text, lang)
    assert [(i.text, i.id) for i in found] == expected
    assert all(text[i.start : i.end] == i.text for i in found)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "as provided in paragraph 2, it contains articles not covered by its rules of procedure"),
        ("en", "Any Party to the conflict shall act; the State may plan."),
        ("zh", "该法庭应依法行事，前款规定除外。"),
        ("zh", "制定发展计划，签署合作协议。"),
        ("zh", "张三：《论港口》，载《港口研究》，2031年第2期。"),
        ("zh", "完善核安全法律和核安全法规。"),
    ],
)
def test_no_instruments(lang: Lang, text: str) -> None:
    assert [i.text for i in find_instruments(text, lang)] == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("en", "Convention on the Physical Protection of Nuclear Material"), ("zh", "《核材料实物保护公约》")),
        (("en", "PSI"), ("zh", "“防扩散安全倡议”")),
        (("en", "resolution 1373 (2001)"), ("zh", "安理会第1373号决议")),
        (("en", "Seoul Communique"), ("zh", "首尔公报")),
        (("en", "article VI of the NPT"), ("zh", "《不扩散核武器条约》第六条")),
    ],
)
def test_one_instrument_has_one_id_in_both_languages(first: tuple[Lang, str], second: tuple[Lang, str]) -> None:
    assert link_instrument(first[1], first[0]) == link_instrument(second[1], second[0]) != ""


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="States Parties of theUN国家委员会（IAEA）和各《公约》第1条0-,。 \n'’", max_size=60),
    st.sampled_from(["en", "zh"]),
)
def test_any_text_gives_spans_in_range_and_order(text: str, lang: Lang) -> None:
    for found in (find_actors(text, lang), find_instruments(text, lang)):
        assert all(text[m.start : m.end] == m.text for m in found)
        assert all(a.end <= b.start for a, b in pairwise(found))
    assert find_actors(text, lang) == find_actors(text, lang)


@pytest.mark.parametrize(
    "text",
    ["Harbour and of the " * 200, "1," * 1500, "第一、" * 600, "（“《" * 400, "自" * 900 + "起", "国家委员会" * 200],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_text_is_read_in_the_end(text: str, lang: Lang) -> None:
    for find in (find_actors, find_instruments):
        assert all(text[m.start : m.end] == m.text for m in find(text, lang))


GOLD = Path(__file__).resolve().parents[3] / "shared" / "gold"


@pytest.mark.skipif(
    not GOLD.is_dir(), reason="the labelled sentences of others (../shared/gold) are not on this machine"
)
@pytest.mark.parametrize(("lang", "actors", "instruments"), [("en", 0.80, 0.85), ("zh", 0.75, 0.85)])
def test_real_sentences(lang: Lang, actors: float, instruments: float) -> None:
    sys.path.insert(0, str(GOLD))
    try:
        from score import F1, match, overlap  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(GOLD))
    rows = [json.loads(line) for file in sorted(GOLD.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    exact, near = F1(), F1()
    for row in (row for row in rows if row["lang"] == lang):
        found = [(a.start, a.end) for a in find_actors(row["text"], lang, legal_status=row["legal_status"])]
        gold = [tuple(a[:2]) for a in row["actors"]]
        exact.add(len(match(gold, found, lambda x, y: x == y)), len(gold), len(found))
        named = [(i.start, i.end) for i in find_instruments(row["text"], lang)]
        near.add(len(match(row["instruments"], named, overlap)), len(row["instruments"]), len(named))
    assert float(exact) >= actors
    assert float(near) >= instruments
