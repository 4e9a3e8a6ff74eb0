"""Sentence alignment: beads of several shapes, unmatched sentences, list marks, and every sentence in exactly one bead."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.align import sentences
from pipeline.stages.align.sentences import LIST_MARK, align, anchors

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


def beads(source, target):
    return [(match.source, match.target) for match in align(source, target)]


EN = [
    "The Council shall meet twice a year.",
    "Each member has one vote.",
    "The lighthouse fund pays for the journeys of delegates from small islands.",
    "Delegates stay in the old customs house, and they eat together in the evening.",
    "The accounts for 2031 showed a surplus of 4,200 crowns.",
]
ZH = [
    "理事会每年举行两次会议。",
    "每一成员有一票表决权。",
    "灯塔基金支付小岛屿代表的旅费。",
    "代表们住在旧海关大楼里，晚上一起用餐。",
    "2031年决算结余4200克朗。",
]


def test_one_to_one():
    assert beads(EN, ZH) == [((i,), (i,)) for i in range(5)]


def test_a_sentence_that_was_split_in_the_other_language():
    zh = [*ZH[:3], "代表们住在旧海关大楼里。", "他们晚上一起用餐。", ZH[4]]
    assert beads(EN, zh)[3] == ((3,), (3, 4))


def test_a_sentence_that_is_missing():
    assert ((2,), ()) in beads(EN, [*ZH[:2], *ZH[3:]])
    assert ((), (2,)) in beads([*EN[:2], *EN[3:]], ZH)


def test_a_list_mark_goes_with_what_it_marks():
    en = [EN[0], "2.", EN[1], "III.", EN[2]]
    zh = [ZH[0], "二、" + ZH[1], "三、" + ZH[2]]
    assert beads(en, zh) == [((0,), (0,)), ((1, 2), (1,)), ((3, 4), (2,))]


@pytest.mark.parametrize("mark", ["2.", "(iv)", "（三）", "IX.", "b)", "十二、"])
def test_list_marks(mark):
    assert LIST_MARK.fullmatch(mark)


@pytest.mark.parametrize("text", ["2031", "No.", "是。", "VAT rises", "1. Scope"])
def test_what_is_no_list_mark(text):
    assert not LIST_MARK.fullmatch(text)


def test_anchors_are_numbers_and_acronyms():
    assert anchors("In 2031 the IAEA counted 4,200 of 9 sources.") == {"2031", "IAEA", "4200"}


def test_a_long_text_is_aligned_alike(monkeypatch):
    zh = [*ZH[:3], "代表们住在旧海关大楼里。", "他们晚上一起用餐。", "账目已经审计。", ZH[4]]
    en = [*EN[:3], EN[3] + " The accounts have been audited.", EN[4]]
    monkeypatch.setattr(sentences, "LONG", 2)
    assert beads(en, zh) == [((0,), (0,)), ((1,), (1,)), ((2,), (2,)), ((3,), (3, 4, 5)), ((4,), (6,))]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([*EN, "1.", ""]), max_size=6), st.lists(st.sampled_from([*ZH, "一、", ""]), max_size=6))
def test_every_sentence_stands_in_one_bead_in_order(source, target):
    found = beads(source, target)
    assert [i for left, _ in found for i in left] == list(range(len(source)))
    assert [j for _, right in found for j in right] == list(range(len(target)))


def report_2008():
    """The sentences and beads of the government report of 2008, flattened; a segment of several sentences is one bead."""
    import re

    sides: dict[str, list[str]] = {"zh": [], "en": []}
    gold = []
    for unit in ElementTree.parse(SHARED / "data" / "align" / "GR2008.tmx").getroot().iter("tu"):
        bead = {}
        for side in unit.iter("tuv"):
            lang = next(value for key, value in side.attrib.items() if key.endswith("lang"))[:2]
            text = "".join(side.find("seg").itertext()).strip()
            cut = (
                re.findall(r"[^。！？；]*[。！？；]+[”’」』）]*|[^。！？；]+$", text)
                if lang == "zh"
                else re.split(r"(?<=[.!?;])[\"”’)]*\s+(?=[A-Z\"“(\d])", text)
            )
            bead[lang] = [part.strip() for part in cut if part.strip()]
        if any(bead.values()):
            place = {lang: range(len(sides[lang]), len(sides[lang]) + len(bead.get(lang, []))) for lang in sides}
            gold.append((tuple(place["zh"]), tuple(place["en"])))
            for lang, sentences in sides.items():
                sentences += bead.get(lang, [])
    return sides["zh"], sides["en"], gold


@pytest.mark.skipif(not (SHARED / "data" / "align").is_dir(), reason="../shared is not there to compare with")
def test_a_government_report_is_aligned():
    zh, en, gold = report_2008()
    wanted = {bead for bead in gold if all(bead)}
    found = {bead for bead in beads(zh, en) if all(bead)}
    assert 2 * len(wanted & found) / (len(wanted) + len(found)) >= 0.985
