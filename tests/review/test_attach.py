"""Decisions find their statement again when a document is parsed or tagged anew, or are listed with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.export.attach import squeeze
from pipeline.review import decide
from pipeline.tables import StatementRow
from tests.review.desks import CHINESE, ENGLISH, Made, make_run


def decided(made: Made, action: str, **entered: str) -> None:
    """Decides on the first English and the first Chinese row."""
    desk = made.desk()
    for start in ("Each Party", "各缔约方"):
        item = next(i for i in desk.items.values() if i.predicted.bearer == start)
        desk.log.add("ann", [decide.judge(desk, item, action, entered, {}, "", "", "ann")])


def anew(tmp_path: Path, change: Any, edition: str = "") -> Made:
    """The run made again after its documents' sentences were changed."""
    return make_run(tmp_path, sentences={"en": change(ENGLISH), "zh": change(CHINESE)}, edition=edition)


def shifted(sentences: Any) -> Any:
    extra = "A new heading stands here." if sentences is ENGLISH else "这里有一个新标题。"
    return [(extra, []), *sentences]


def respaced(sentences: Any) -> Any:
    """The first sentence with its blanks read otherwise."""
    (text, said), *rest = sentences
    wide = text.replace(" ", "  ") if sentences is ENGLISH else text.replace("应", "应 ")
    found = [(f, b.replace(" ", "  "), a.replace(" ", "  ")) for f, b, a in said]
    return [(wide, found), *rest]


def joined(sentences: Any) -> Any:
    """The first two sentences as one passage."""
    (a, said), (b, more), *rest = sentences
    return [(a + (" " if sentences is ENGLISH else "") + b, [*said, *more]), *rest]


@pytest.mark.parametrize("change", [shifted, respaced, joined])
@pytest.mark.parametrize("edition", ["", "second"])
def test_a_decision_follows_its_words(tmp_path: Path, change: Any, edition: str) -> None:
    decided(make_run(tmp_path), "accept")
    desk = anew(tmp_path, change, edition).desk()
    assert desk.unplaced == []
    accepted = [item for item in desk.items.values() if desk.state(item.id) == "accepted"]
    assert sorted(item.predicted.lang for item in accepted) == ["en", "zh"]
    assert all("register" in item.predicted.quote or "登记册" in item.predicted.quote for item in accepted)
    assert all(not item.added for item in accepted)


def test_words_that_are_gone_are_listed_and_their_decision_is_not_given_to_others(tmp_path: Path) -> None:
    decided(make_run(tmp_path), "reject")
    desk = anew(tmp_path, lambda sentences: sentences[1:]).desk()
    assert len(desk.unplaced) == 2
    assert all("nowhere" in lost.reason for lost in desk.unplaced)
    assert all(desk.state(key) == "unreviewed" for key in desk.items)


def test_words_that_stand_twice_alike_are_not_guessed_at(tmp_path: Path) -> None:
    decided(make_run(tmp_path), "accept")

    def doubled(sentences: Any) -> Any:
        return [
            *shifted(sentences[2:3]),
            sentences[0],
            sentences[2],
            *shifted(sentences[2:3]),
            sentences[0],
            sentences[2],
        ]

    desk = anew(tmp_path, doubled).desk()
    assert len(desk.unplaced) == 2
    assert all("told apart" in lost.reason for lost in desk.unplaced)


def test_words_that_stand_twice_are_told_apart_by_what_is_around_them(tmp_path: Path) -> None:
    decided(make_run(tmp_path), "accept")
    desk = anew(tmp_path, lambda sentences: [*shifted(sentences), sentences[2], sentences[0], sentences[2]]).desk()
    assert desk.unplaced == []
    accepted = [item for item in desk.items.values() if desk.state(item.id) == "accepted"]
    assert [item.passage.ordinal for item in accepted] == [1, 1]


def test_a_new_model_that_finds_other_clauses_does_not_move_a_decision(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    desk = made.desk()
    item = desk.items[made.at("report every loss")]
    desk.log.add("ann", [decide.judge(desk, item, "accept", {}, {}, "", "", "ann")])

    def retagged(sentences: Any) -> Any:
        """The second sentence with its two statements in the other order of finding: ids change places."""
        first, (text, said), *rest = sentences
        return [first, (text, said[1:] if sentences is ENGLISH else said), *rest]

    later = make_run(tmp_path, sentences={"en": retagged(ENGLISH), "zh": CHINESE}).desk()
    accepted = [i for i in later.items.values() if later.state(i.id) == "accepted"]
    assert [i.predicted.action for i in accepted] == ["report every loss"]


def test_what_a_person_accepted_stays_though_the_models_no_longer_find_it(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    decided(made, "accept")
    none = make_run(
        tmp_path, sentences={"en": [(t, []) for t, _ in ENGLISH], "zh": [(t, []) for t, _ in CHINESE]}
    ).desk()
    rows = [none.row(item) for item in none.items.values()]
    assert [(row.force, row.bearer, row.review) for row in rows] == [
        ("obligation", "Each Party", "accepted"),
        ("obligation", "各缔约方", "accepted"),
    ]


def test_the_tables_take_decisions_with_the_same_places(tmp_path: Path) -> None:
    from pipeline.export.reviews import apply_reviews

    made = make_run(tmp_path)
    decided(made, "correct", force="permission")
    desk = anew(tmp_path, shifted).desk()
    statements = [
        StatementRow(passage=i.passage.id, start=i.start, end=i.end, row=i.predicted) for i in desk.items.values()
    ]
    rows = apply_reviews(statements, made.reviews, desk.passages, {})
    changed = [row for row in rows if row.review == "corrected"]
    assert [(row.force, row.binding, row.lang) for row in changed] == [
        ("permission", "legally_binding", "en"),
        ("permission", "legally_binding", "zh"),
    ]


def test_a_force_that_binds_nobody_leaves_the_row_as_rejected(tmp_path: Path) -> None:
    from pipeline.export.reviews import apply_reviews

    made = make_run(tmp_path)
    decided(made, "correct", force="declaration")
    desk = made.desk()
    statements = [
        StatementRow(passage=i.passage.id, start=i.start, end=i.end, row=i.predicted) for i in desk.items.values()
    ]
    rows = apply_reviews(statements, made.reviews, desk.passages, {})
    assert [row.review for row in rows].count("rejected") == 2
    assert all(row.force != "declaration" for row in rows)


@pytest.mark.parametrize(("text", "plain"), [("Ａ　b C", "abc"), ("各 方，应", "各方,应"), ("ﬁne", "fine")])
def test_squeeze(text: str, plain: str) -> None:
    squeezed, places = squeeze(text)
    assert squeezed == plain
    assert len(places) == len(squeezed)
    assert all(text[place] for place in places)
