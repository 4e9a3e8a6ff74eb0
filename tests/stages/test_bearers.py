"""Bearers become whole noun phrases and whole coordinations, and nothing else changes."""

from __future__ import annotations

import pytest

from pipeline.encoder import SpanTag
from pipeline.records import Actor
from pipeline.stages.tag.bearers import whole_bearers


def spans(text: str, marked: list[str]) -> list[SpanTag]:
    return sorted(
        (SpanTag(text.index(m), text.index(m) + len(m), "bearer", 0.9) for m in marked), key=lambda tag: tag.start
    )


@pytest.mark.parametrize(
    ("lang", "text", "marked", "known", "bearers"),
    [
        # an end inside a word moves to the end of the word
        ("zh", "派遣国委派代表团兼驻另一国。", ["派遣国委"], [], ["派遣国"]),
        ("zh", "军需官应保管账册。", ["军"], [], ["军需官"]),
        # a known actor is taken whole
        ("zh", "世界核安全研究所将举办讲习班。", ["世界核安全研究"], ["世界核安全研究所"], ["世界核安全研究所"]),
        # modals, adverbs and prepositions are none of it
        ("zh", "我们将作出安排。", ["我们将"], [], ["我们"]),
        ("zh", "请国家核安全局制定规则。", ["请国家核安全局"], [], ["国家核安全局"]),
        # coordinated actors are one bearer, and no conjunction is left at an end
        ("zh", "馆长或外交职员得兼任代表。", ["馆长或", "外交职员"], [], ["馆长或外交职员"]),
        ("zh", "缔约国与有关组织应当合作。", ["缔约国与"], [], ["缔约国"]),
        ("en", "The Minister and the Agency shall report.", ["Minister", "Agency"], [], ["Minister and the Agency"]),
        ("en", "The operators and shall report.", ["operators and"], [], ["operators"]),
        # nor is an article
        ("en", "The Assembly shall vote.", ["The Assembly"], [], ["Assembly"]),
        # nor is a relative clause
        ("en", "States which have joined shall report.", ["States which have joined"], [], ["States"]),
        # what stands apart stays apart
        ("en", "The Party shall report and the Council may reply.", ["Party", "Council"], [], ["Party", "Council"]),
        ("zh", "缔约国应报告，委员会得答复。", ["缔约国", "委员会"], [], ["缔约国", "委员会"]),
        ("en", "The operator, the police shall report.", ["operator", "police"], [], ["operator", "police"]),
        ("en", "The operator shall report.", ["operator"], [], ["operator"]),
        # an English actor does not stretch a bearer
        ("en", "The Border Guard Command shall report.", ["Border Guard"], ["Border Guard Command"], ["Border Guard"]),
    ],
)
def test_whole_bearers(lang, text, marked, known, bearers):
    actors = [
        Actor(start=text.index(k), end=text.index(k) + len(k), text=k, kind="non_state", layer="non-state")
        for k in known
    ]
    found = whole_bearers(text, lang, spans(text, marked), actors)
    assert [text[s.start : s.end] for s in found] == bearers
