"""Statements out of marked spans: who bears what, what goes together, what is never lost."""

from __future__ import annotations

from pipeline.encoder import LAYERS, SpanTag
from pipeline.records import Actor, Deadline, Span
from pipeline.stages.tag.statements import binding, clause, draft, settle_forces, statements, strength


def marked(text: str, **layers: list[str]) -> dict[str, tuple[SpanTag, ...]]:
    """Spans by the words they cover; an action is written 'force: words'."""
    spans: dict[str, tuple[SpanTag, ...]] = dict.fromkeys(LAYERS, ())
    for layer, quotes in layers.items():
        made = []
        for quote in quotes:
            kind, _, words = quote.rpartition(": ")
            start = text.index(words)
            made.append(SpanTag(start, start + len(words), kind or layer, 0.9))
        spans[layer] = tuple(sorted(made, key=lambda tag: tag.start))
    return spans


def build(text, spans, forces, sets=None, status="binding", lang="en"):
    def link(span: Span) -> Actor:
        return Actor(start=span.start, end=span.end, text=span.text, kind="state_group", layer="national")

    def when(span: Span) -> Deadline:
        return Deadline(start=span.start, end=span.end, text=span.text)

    return statements(text, lang, status, draft(spans, forces, sets or {}), 0.9, link, when)


def test_each_verb_has_the_bearer_before_it():
    text = "Each Party shall report yearly and the Council may publish the reports if it sees fit."
    spans = marked(
        text,
        action=["obligation: report yearly", "permission: publish the reports"],
        bearer=["Each Party", "Council"],
        condition=["if it sees fit"],
    )
    first, second = build(text, spans, ("obligation", "permission"))
    assert (first.force, first.bearer.text, first.action.text) == ("obligation", "Each Party", "report yearly")
    assert (second.force, second.bearer.text, second.condition.text) == ("permission", "Council", "if it sees fit")
    assert text[first.start : first.end].startswith("Each Party")


def test_a_passive_takes_the_bearer_after_it():
    text = "The list shall be approved by the Council."
    spans = marked(text, action=["obligation: approved"], bearer=["Council"])
    assert build(text, spans, ("obligation",))[0].bearer.text == "Council"


def test_coordinated_verbs_of_one_bearer_are_one_statement():
    text = "We will train guards and share lessons."
    spans = marked(text, action=["commitment: train guards", "commitment: share lessons"], bearer=["We"])
    (only,) = build(text, spans, ("commitment",), status="political")
    assert only.action.text == "train guards and share lessons"
    assert only.binding == "politically_binding"


def test_a_force_without_an_action_still_has_its_statement():
    text = "We welcome the report."
    (only,) = build(text, marked(text, bearer=["We"]), ("declaration",), status="political")
    assert (only.force, only.bearer.text, only.strength, only.binding) == ("declaration", "We", 0, "none")


def test_none_has_no_statement():
    text = "Done at Lucerna"
    assert build(text, marked(text, bearer=["Lucerna"]), ("none",)) == ()


def test_an_action_of_a_force_that_the_passage_lacks_takes_the_main_one():
    text = "Parties shall cooperate."
    spans = marked(text, action=["permission: cooperate"], bearer=["Parties"])
    assert [s.force for s in build(text, spans, ("obligation",), {"permission": 0.1})] == ["obligation"]


def test_settle_forces():
    assert settle_forces("obligation", {"permission": 0.7, "prohibition": 0.9, "none": 0.99}) == (
        "obligation",
        "prohibition",
        "permission",
    )
    assert settle_forces("none", {"permission": 0.7}) == ("none",)


def test_the_ladder():
    assert strength("obligation", "shall report", "en", hedged=False) == 5
    assert strength("obligation", "shall, as appropriate, report", "en", hedged=True) == 4
    assert strength("commitment", "we will report", "en", hedged=True) == 3
    assert strength("recommendation", "urges States to report", "en", hedged=False) == 2
    assert strength("recommendation", "encourages States to report", "en", hedged=False) == 1
    assert strength("recommendation", "鼓励各国报告", "zh", hedged=False) == 1
    assert strength("recommendation", "敦促各国报告", "zh", hedged=False) == 2
    assert strength("constitutive", "shall enter into force", "en", hedged=False) == 0


def test_binding():
    assert binding("obligation", "binding", "shall report", "en") == "legally_binding"
    assert binding("obligation", "political", "are to report", "en") == "politically_binding"
    assert binding("commitment", "political", "will report on a voluntary basis", "en") == "voluntary"
    assert binding("commitment", "political", "将在自愿基础上报告", "zh") == "voluntary"
    assert binding("recommendation", "binding", "should report", "en") == "voluntary"
    assert binding("declaration", "binding", "recalls", "en") == "none"


def test_a_statement_among_others_is_a_whole_clause():
    text = "The Council may meet anywhere, and each Party to this treaty shall attend, unless it is ill."
    assert text[slice(*clause(text, text.index("attend"), text.index("attend") + 6))] == (
        "and each Party to this treaty shall attend"
    )
    assert clause("只有一句", 0, 2) == (0, 4)


def test_a_further_force_without_an_action_needs_more_certainty_than_one_with_it():
    text = "Green belts should be raised in towns."
    spans = marked(text, action=["recommendation: raised in towns"])
    forces = ("recommendation", "commitment")
    assert [s.force for s in build(text, spans, forces, {"commitment": 0.55})] == ["recommendation"]
    assert [s.force for s in build(text, spans, forces, {"commitment": 0.9})] == ["commitment", "recommendation"]
    # the primary force is never lost
    assert {s.force for s in build(text, spans, ("commitment", "recommendation"), {"recommendation": 0.55})} == set(
        forces
    )
