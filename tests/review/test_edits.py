"""What a person enters: quotes of the passage, labels of the scheme, dates that exist; all else is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.export.decisions import ReviewError
from pipeline.records import OPERATIVE_FORCES
from pipeline.review import decide
from pipeline.review.desk import Desk, Item
from pipeline.review.edits import check, find_quote
from pipeline.review.queue import Query, by_training, choose, kappa, margin
from tests.review.desks import Made, make_run


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_run(tmp_path)


def pick(desk: Desk, action: str) -> Item:
    return next(item for item in desk.items.values() if item.predicted.action == action)


@pytest.mark.parametrize(
    ("action", "entered", "changes"),
    [
        ("keep a register of ferries", {"force": "permission"},
         {"force": "permission", "strength": 5, "binding": "legally_binding"}),
        ("保存渡轮登记册", {"force": "recommendation"}, {"force": "recommendation", "strength": 2, "binding": "voluntary"}),
        ("keep a register of ferries", {"bearer": "Party"}, {"bearer": "Party"}),
        ("保存渡轮登记册", {"bearer": "缔约方", "bearer_id": "X"}, {"bearer": "缔约方", "bearer_id": "X"}),
        ("keep a register of ferries", {"bearer": "Each Party"}, {}),
        ("report every loss", {"deadline": "by 31 May 2031", "deadline_to": "2031-5-31"},
         {"deadline": "by 31 May 2031", "deadline_to": "2031-05-31"}),
        ("报告每起损失", {"deadline": "在2031年5月31日前", "deadline_to": "2031年5月31日"},
         {"deadline": "在2031年5月31日前", "deadline_to": "2031-05-31"}),
        ("报告每起损失", {"quantities": "每起； 损失"}, {"quantities": ["每起", "损失"]}),
        ("open two new piers", {"hedge": "where possible", "strength": "3"},
         {"hedge": ["where possible"], "binding": "politically_binding"}),
        ("keep a register of ferries", {"action": ""}, {"action": ""}),
        ("keep a register of ferries", {"strength": "4.0"}, {"strength": 4}),
    ],
)  # fmt: skip
def test_what_is_changed(made: Made, action: str, entered: dict[str, Any], changes: dict[str, Any]) -> None:
    desk = made.desk()
    decision = decide.judge(desk, pick(desk, action), "correct", entered, {}, "", "", "ann")
    assert decision.changes == changes
    assert decision.state == ("corrected" if changes else "accepted")
    for column, (start, end) in decision.spans.items():
        assert decision.passage is not None
        assert decision.passage.text[start:end] == decision.changes[column]


@pytest.mark.parametrize(
    ("entered", "reason"),
    [
        ({"force": "duty"}, "force is one of"),
        ({"bearer": "Some State"}, "bearer must be words of the passage"),
        ({"hedge": "as far as possible"}, "hedge must be words"),
        ({"deadline_to": "31/05/2031"}, "YYYY-MM-DD"),
        ({"deadline_to": "2031-02-30"}, "YYYY-MM-DD"),
        ({"deadline_from": "2031-05-02", "deadline_to": "2031-05-01"}, "is after"),
        ({"strength": "6"}, "0 to 5"),
        ({"strength": "many"}, "0 to 5"),
        ({"layer": "moon"}, "layer is one of"),
        ({"bearer_id": "x" * 99}, "short name"),
        ({"bearer_id": "a\nb"}, "short name"),
        ({"quote": "x"}, "cannot be changed"),
    ],
)
def test_what_is_refused(made: Made, entered: dict[str, str], reason: str) -> None:
    desk = made.desk()
    with pytest.raises(ReviewError, match=reason):
        check(
            entered, pick(desk, "keep a register of ferries").predicted, "Each Party shall keep a register of ferries."
        )


@pytest.mark.parametrize(
    ("words", "text", "near", "place"),
    [
        ("a b", "x a  b", None, (2, 6)),
        ("各方", "请各方，各方应", (4, 6), (4, 6)),
        ("各方", "请各方，各方应", (0, 2), (1, 3)),
        ("各 方", "请各方", None, (1, 3)),
        ("A", "𠀀A", None, (1, 2)),
        ("b", "ac", None, None),
        ("", "ac", None, (0, 0)),
    ],
)
def test_quotes_are_found(words: str, text: str, near: tuple[int, int] | None, place: tuple[int, int] | None) -> None:
    assert find_quote(words, text, near) == place


def test_corrections_build_on_each_other(made: Made) -> None:
    desk = made.desk()
    item = pick(desk, "report every loss")
    desk.log.add("ann", [decide.judge(desk, item, "correct", {"force": "permission"}, {}, "", "", "ann")])
    desk.log.add("ann", [decide.judge(desk, item, "correct", {"deadline": "by 31 May 2031"}, {}, "", "", "ann")])
    row = desk.row(item)
    assert (row.force, row.deadline, row.review) == ("permission", "by 31 May 2031", "corrected")
    desk.log.undo("ann", "")
    assert (desk.row(item).force, desk.row(item).deadline) == ("permission", "")
    desk.log.undo("ann", "")
    assert desk.row(item) == item.predicted


@pytest.mark.parametrize(
    ("action", "cut", "first", "second"),
    [
        ("train pilots", " and shall", "train pilots", "and shall report every loss by 31 May 2031"),
        ("培训领航员", "，并应", "培训领航员", "并应在2031年5月31日前报告每起损失"),
    ],
)
def test_split_and_merge(tmp_path: Path, action: str, cut: str, first: str, second: str) -> None:
    one = {
        "en": [("Operators should train pilots and shall report every loss by 31 May 2031.",
                [("obligation", "Operators", "train pilots and shall report every loss by 31 May 2031")])],
        "zh": [("经营者应该培训领航员，并应在2031年5月31日前报告每起损失。",
                [("obligation", "经营者", "培训领航员，并应在2031年5月31日前报告每起损失")])],
    }  # fmt: skip
    desk = make_run(tmp_path, sentences=one).desk()  # type: ignore[arg-type]
    item = next(i for i in desk.items.values() if i.predicted.action.startswith(action))
    written = desk.log.add("ann", decide.split(desk, item, item.passage.text.index(cut), "", "ann"))
    desk.noted({line.statement_id for line in written})
    rows = [desk.row(i) for i in desk.items.values() if i.passage.id == item.passage.id]
    assert [(row.action, row.review) for row in rows] == [(first, "corrected"), (second, "added")]
    assert rows[0].bearer == rows[1].bearer
    halves = [i for i in desk.items.values() if i.passage.id == item.passage.id]
    desk.log.add("ann", decide.merge(desk, halves[0], halves[1], "", "ann"))
    assert desk.row(halves[0]).action == item.predicted.action
    assert desk.state(halves[1].id) == "rejected"
    assert {line.statement_id for line in desk.log.undo("ann", "")} == {half.id for half in halves}
    assert {line.statement_id for line in desk.log.undo("ann", "")} == {half.id for half in halves}
    assert desk.state(item.id) == "unreviewed"


def test_an_added_statement_is_on_the_desk_and_in_the_table(made: Made) -> None:
    desk = made.desk()
    passage = next(p for p in desk.passages if p.lang == "zh" and not p.statements)
    added = decide.add(desk, passage.id, 0, 5, {"bearer": "渡轮委员会", "force": "commitment"}, {}, "", "")
    desk.log.add("ann", [added])
    desk.noted({added.statement_id})
    row = desk.row(desk.items[added.statement_id])
    assert (row.quote, row.bearer, row.force, row.review, row.document) == (
        "渡轮委员会", "渡轮委员会", "commitment", "added", passage.document,
    )  # fmt: skip
    with pytest.raises(ReviewError, match="added already"):
        decide.add(desk, passage.id, 0, 5, {}, {}, "", "")


@pytest.mark.parametrize("stretch", [(0, 0), (3, 2), (0, 999), (-1, 4)])
def test_a_stretch_that_is_none_is_refused(made: Made, stretch: tuple[int, int]) -> None:
    desk = made.desk()
    with pytest.raises(ReviewError, match="mark the words"):
        decide.add(desk, desk.passages[0].id, *stretch, {}, {}, "", "")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 8),
        ({"lang": "zh"}, 4),
        ({"q": "渡轮"}, 8),
        ({"q": "登记册"}, 1),
        ({"q": "REGISTER ｏｆ"}, 1),
        ({"q": "register piers"}, 0),
        ({"force": "recommendation"}, 2),
        ({"actor": "经营者"}, 2),
        ({"state": "accepted"}, 1),
        ({"state": "decided"}, 1),
        ({"state": "unreviewed"}, 7),
        ({"deadline": "with"}, 0),
        ({"confidence": "0.5"}, 0),
        ({"confidence": "0.7"}, 8),
        ({"divergence": "any"}, 0),
        ({"document": "d-none"}, 0),
    ],
)
def test_the_queue_is_filtered(made: Made, query: dict[str, str], count: int) -> None:
    desk = made.desk()
    item = pick(desk, "保存渡轮登记册")
    desk.log.add("ann", [decide.judge(desk, item, "accept", {}, {}, "", "", "ann")])
    assert len(choose(desk, Query(**query))) == count  # type: ignore[arg-type]


def test_what_is_unsure_and_new_comes_first_and_what_is_decided_last(made: Made) -> None:
    desk = made.desk()
    order = by_training(desk, desk.items.values())
    margins = [margin(item.passage.probabilities) for item in order]
    assert margins[0] == min(margins)
    assert margins[-1] == max(margins)
    desk.log.add("ann", [decide.judge(desk, order[0], "accept", {}, {}, "", "", "ann")])
    assert by_training(desk, desk.items.values())[-1] == order[0]


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
        ([("a", "a")], None),
        ([], None),
    ],
)
def test_kappa(pairs: list[tuple[str, str]], value: float | None) -> None:
    assert kappa(pairs) == value


def test_every_force_of_the_table_has_a_strength_when_it_is_chosen(made: Made) -> None:
    desk = made.desk()
    for force in OPERATIVE_FORCES:
        passage = next(p for p in desk.passages if not p.statements)
        added = decide.add(desk, passage.id, 0, 5, {"force": force}, {}, "", "")
        assert added.changes["strength"] > 0
        assert added.changes["binding"] != "none"
