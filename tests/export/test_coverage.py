"""The functions of commitments by their cue words, and the cells of the coverage."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pipeline.export.coverage import actors_coverage, coverage, function_of, functions
from pipeline.records import Lang
from pipeline.tables import BINDINGS, LAYERS, CommitmentRow, EntityRow


def row(
    quote: str, lang: Lang = "en", layer: str = "national", review: str = "unreviewed", **fields: object
) -> CommitmentRow:
    kinds = {"page": 1, "strength": 5, "confidence": 0.5} | dict.fromkeys(
        ("hedge", "instruments", "quantities", "divergence"), ()
    )
    data = dict.fromkeys(CommitmentRow.__struct_fields__, "") | kinds
    data |= {
        "lang": lang,
        "force": "obligation",
        "binding": "legally_binding",
        "quote": quote,
        "layer": layer,
        "review": review,
        **fields,
    }
    return msgspec.convert(data, CommitmentRow)


@pytest.mark.parametrize(
    ("quote", "function"),
    [
        ("States shall criminalize illicit trafficking by non-State actors.", "prevent_acquisition"),
        ("Operators shall guard highly enriched uranium in storage.", "secure_material"),
        ("The regulator shall license each nuclear power reactor.", "peaceful_use_safety"),
        ("Parties shall give early notification of a radiological emergency.", "respond_mitigate"),
        ("The operator is liable for damage to the environment.", "liability_environment"),
        ("Parties shall share best practices and hold joint workshops for training.", "cooperate_build_capacity"),
        ("The Secretary-General shall act as secretary.", "unassigned"),
        ("The Security Council shall meet on Monday.", "unassigned"),
    ],
)
def test_functions_in_english(quote: str, function: str) -> None:
    assert function_of(row(quote)) == function


@pytest.mark.parametrize(
    ("quote", "function"),
    [
        ("各国应将非国家行为体的非法贩运定为刑事犯罪。", "prevent_acquisition"),
        ("运输途中的高浓铀应由警卫实物保护。", "secure_material"),
        ("核电反应堆运营者应持有许可证。", "peaceful_use_safety"),
        ("发生事故时应及早通报并启动应急预案。", "respond_mitigate"),
        ("对环境造成损害的应予赔偿。", "liability_environment"),
        ("各方应通过培训和联合研讨分享最佳做法。", "cooperate_build_capacity"),
        ("会议应于星期一召开。", "unassigned"),
    ],
)
def test_functions_in_chinese(quote: str, function: str) -> None:
    assert function_of(row(quote, "zh")) == function


def test_every_function_has_cues_in_both_languages() -> None:
    assert len(functions()) == 6
    for function in functions():
        assert function.cues["en"].pattern.count("|") >= 10
        assert function.cues["zh"].pattern.count("|") >= 10


def test_cells_add_up_and_empty_ones_are_gaps() -> None:
    rows = [
        row("Operators shall guard plutonium."),
        row("The list shall be long.", layer=""),
        row("x", review="rejected"),
    ]
    cells = coverage(rows)
    assert sum(cell.count for cell in cells) == 2
    named = [cell for cell in cells if cell.function != "unassigned" and cell.layer != "unspecified"]
    assert len(named) == 6 * len(LAYERS) * len(BINDINGS)
    assert all(cell.gap == (cell.count == 0) for cell in cells)
    assert [c.count for c in cells if c.function == "unassigned"] == [1]


def test_no_statement_no_gap_is_hidden() -> None:
    assert all(cell.gap for cell in coverage([]))


def test_an_actor_counts_over_both_languages_by_function_and_binding() -> None:
    agency = EntityRow("IAEA", "International Atomic Energy Agency", "国际原子能机构", "igo", "global", (), 3, 1, ())
    rows = [
        row("The IAEA shall guard plutonium.", statement_id="1", bearer="IAEA", bearer_id="IAEA", layer="global"),
        row("原子能机构应看管高浓铀。", "zh", "global", statement_id="2", bearer="机构", bearer_id="IAEA", binding="voluntary"),
        row("The IAEA shall offer training workshops.", statement_id="3", bearer="IAEA", bearer_id="IAEA", layer="global"),
        row("We shall guard plutonium.", statement_id="4", bearer="We"),
        row("we shall guard plutonium.", statement_id="5", bearer="we"),
        row("We shall guard it.", statement_id="6", bearer="We", review="rejected"),
        row("Plutonium shall be guarded.", statement_id="7"),
    ]  # fmt: skip
    found = actors_coverage(rows, [agency])
    assert [(r.actor, r.name_en, r.name_zh, r.function, r.statements) for r in found] == [
        ("IAEA", agency.name_en, agency.name_zh, "secure_material", ("1", "2")),
        ("IAEA", agency.name_en, agency.name_zh, "cooperate_build_capacity", ("3",)),
        ("We", "We", "", "secure_material", ("4", "5")),
    ]
    assert [(r.count, r.legally_binding, r.politically_binding, r.voluntary, r.none) for r in found] == [
        (2, 1, 0, 1, 0), (1, 1, 0, 0, 0), (2, 2, 0, 0, 0),
    ]  # fmt: skip
    assert actors_coverage([], [agency]) == ()


def test_the_lexicon_is_where_the_words_are() -> None:
    source = Path(__file__).resolve().parents[2] / "pipeline" / "export" / "coverage.py"
    assert "plutonium" not in source.read_text("utf-8")
