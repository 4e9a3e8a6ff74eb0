"""Tags against labels: perfect tags score full marks, each kind of error costs its own measure."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import msgspec
import pytest

from pipeline.evaluate.figures import Tally, f1, share
from pipeline.evaluate.passages import OURS, amount, cases, dates, lead_of, measure, same_amount
from pipeline.records import Actor, Deadline, Instrument, Quantity, Span, Statement, Tagged
from pipeline.works import Work, read_work


@pytest.mark.parametrize(
    ("value", "bounds"),
    [
        ("10 %", (10.0, 10.0)),
        ("12.. ports", (12.0, None)),
        ("..3 %", (None, 3.0)),
        ("1300..1900 吨", (1300.0, 1900.0)),
        ("1.5..2.5 %", (1.5, 2.5)),
        ("2/3", (2 / 3, 2 / 3)),
        ("2/3..", (2 / 3, None)),
        ("..9 per 100000", (None, 9.0)),
        ("1e27.. operations", (1e27, None)),
        ("mg", None),
        ("", None),
    ],
)
def test_amount(value: str, bounds: tuple[float | None, float | None] | None) -> None:
    assert amount(value) == bounds


@pytest.mark.parametrize(
    ("gold", "said", "same"),
    [
        ((10, 10), (10, 10, 10), True),
        ((10, 10), (10, None, None), True),  # the label is exact, so its value decides
        ((10, 10), (11, 11, 11), False),
        ((12, None), (12, 12, None), True),
        ((12, None), (12, 12, 12), False),
        ((None, 3), (3, None, 3), True),
        ((2 / 3, 2 / 3), (0.667, 0.667, 0.667), True),
    ],
)
def test_same_amount(gold: tuple[float, float], said: tuple[float, float, float], same: bool) -> None:
    assert same_amount(gold, said) is same


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("..2033-12-31", (None, "2033-12-31")),
        ("2033-01-01..2033-12-31", ("2033-01-01", "2033-12-31")),
        ("2033-05-01", ("2033-05-01", "2033-05-01")),
    ],
)
def test_dates(value: str, said: tuple[str | None, str | None]) -> None:
    assert dates(value) == said


WORK = """
    %% work
    genre: treaty
    field: climate
    legal_status: binding
    date: 2031-05-14
    layout: separate
    theme: reports
    brief: one item behind a chapeau

    %% actors
    State Party | state_group
    缔约国 | state_group
    Norway | state | NOR
    挪威 | state | NOR

    %% instruments

    %% text
    # en Treaty
    # zh 条约
    P
    C
    en Each State Party shall:
    zh 各缔约国应：
    I (a) / （一）
    en pay Norway at least 12 crowns under article 4 by the end of 2033;
    > obligation | to: Norway | do: pay … crowns | by: by the end of 2033 = ..2033-12-31
    @ Norway
    i article 4
    q at least 12 crowns = 12.. crowns
    zh 依第四条于2033年底前付给挪威至少12克朗；
    > obligation | to: 挪威 | do: 付给 … 克朗 | by: 2033年底前 = ..2033-12-31
    @ 挪威
    i 第四条
    q 至少12克朗 = 12.. 克朗
"""


@pytest.fixture
def work(tmp_path: Path) -> Work:
    source = tmp_path / "treaty.txt"
    source.write_text(dedent(WORK).lstrip(), "utf-8")
    return read_work(source)


def perfect(work: Work) -> Tagged:
    """The English item's own labels as tags of the text behind its chapeau, in which the chapeau has a bearer."""
    p = work.en[0]
    text = lead_of(p) + p.text

    def at(words: str) -> tuple[int, int, str]:
        return text.index(words), text.index(words) + len(words), words

    def span(words: str) -> Span:
        start, end, found = at(words)
        return Span(start=start, end=end, text=found)

    def actor(words: str, kind: str, layer: str, key: str = "") -> Actor:
        start, end, found = at(words)
        return Actor(start=start, end=end, text=found, kind=kind, layer=layer, id=key)  # type: ignore[arg-type]

    when = Deadline(**dict(zip(("start", "end", "text"), at("by the end of 2033"), strict=True)), to="2033-12-31")
    return Tagged(
        id=p.id,
        lang="en",
        force=("obligation",),
        confidence=0.95,
        probabilities={"obligation": 0.95},
        statements=(
            Statement(
                start=0,
                end=len(text),
                force="obligation",
                strength=5,
                binding="legally_binding",
                bearer=actor("Each State Party", "state_group", "national"),
                counterparty=span("Norway"),
                action=span("pay Norway at least 12 crowns"),
                deadline=when,
            ),
        ),
        actors=(actor("State Party", "state_group", "national"), actor("Norway", "state", "national", "NOR")),
        instruments=(Instrument(**dict(zip(("start", "end", "text"), at("article 4"), strict=True))),),
        deadlines=(when,),
        quantities=(
            Quantity(**dict(zip(("start", "end", "text"), at("at least 12 crowns"), strict=True)), value=12, low=12, high=None,
                     unit="crowns"),
        ),
    )  # fmt: skip


def scores(work: Work, tags: Tagged) -> dict[str, float]:
    tally = Tally()
    measure(tally, [case for case in cases([work]) if case.labelled.lang == "en"], [tags], "test", OURS)
    return {
        key[2]: (f1 if tally.total(key).size == 3 else share)(tally.total(key))
        for key in tally.counts
        if key[3] == "en" and tally.total(key).size in (2, 3)
    }


def test_perfect_tags_have_full_marks_and_the_chapeau_does_not_count(work: Work) -> None:
    found = scores(work, perfect(work))
    assert set(found.values()) == {1.0}
    assert {"actors F1, exact", "kind of actors found", "id of actors found", "dates of deadlines", "value of quantities found",
            "action F1, exact", "counterparty F1, exact"} <= set(found)  # fmt: skip


def test_each_error_costs_its_own_measure(work: Work) -> None:
    whole = perfect(work)
    norway = whole.actors[1]
    wrong = msgspec.structs.replace(norway, kind="person", id="SWE")
    found = scores(work, msgspec.structs.replace(whole, actors=(whole.actors[0], wrong)))
    assert {name for name, value in found.items() if value < 1} == {"kind of actors found", "id of actors found"}
    late = msgspec.structs.replace(whole.deadlines[0], to="2034-12-31")
    found = scores(work, msgspec.structs.replace(whole, deadlines=(late,)))
    assert {name for name, value in found.items() if value < 1} == {"dates of deadlines"}
    found = scores(work, msgspec.structs.replace(whole, quantities=()))
    assert {name for name, value in found.items() if value < 1} == {"quantities F1, exact", "quantities F1, overlap"}


def test_a_passage_is_asked_as_in_its_document(work: Work) -> None:
    english, chinese = cases([work])
    assert english.ask.text.startswith("Each State Party shall: (a) pay Norway")
    assert english.lead == len("Each State Party shall: (a) ")
    assert chinese.ask.text.startswith("各缔约国应：（一）依第四条")
    assert (english.ask.legal_status, english.ask.genre, english.ask.date) == ("binding", "treaty", "2031-05-14")
