"""The coverage of the report: every count is that of the rows behind it, and what is empty is named."""

from __future__ import annotations

import re

import msgspec
import pytest

from pipeline.export.coverage import actors_coverage, coverage
from pipeline.export.matrix import MOST_ACTORS, MOST_BEHIND, CounterpartyLayers, read_coverage
from pipeline.export.report import write_report
from pipeline.tables import CommitmentRow, EntityRow, RunView
from tests.export.test_report import row, view

ACTORS = (
    EntityRow("IAEA", "IAEA", "国际原子能机构", "igo", "global", ("IAEA", "原子能机构"), 9, 1, ()),
    EntityRow("", "States Parties", "", "state_group", "national", ("State", "States Parties", "It"), 4, 1, ()),
    EntityRow("", "", "运营者", "operator", "non-state", ("运营者", "operators of State facilities"), 2, 1, ()),
)
ROWS = (
    row(1, quote="Each State shall guard plutonium.", binding="legally_binding", bearer="State", counterparty="the IAEA"),
    row(2, quote="Each State should guard plutonium.", binding="voluntary", bearer="State", counterparty="States Parties",
        hedge=("as appropriate",)),
    row(3, quote="The IAEA will share best practices.", bearer="IAEA", bearer_id="IAEA", layer="global", counterparty="nobody"),
    row(4, quote="核材料应由警卫实物保护。", lang="zh", binding="legally_binding", bearer="", layer="", deadline="2030年"),
    row(5, quote="Rejected plutonium.", review="rejected"),
)  # fmt: skip


def run_of(*rows: CommitmentRow) -> RunView:
    made = {"coverage": coverage(rows), "actors_coverage": actors_coverage(rows, ACTORS), "actors": ACTORS}
    return msgspec.structs.replace(view(*rows), **made)


@pytest.mark.parametrize(
    ("words", "layer"),
    [
        ("IAEA", "global"),
        ("the  iaea", "global"),
        ("States\nParties", "national"),
        ("every State", "national"),
        ("operators of State facilities", "non-state"),
        ("原子能机构总干事", "global"),
        ("各运营者", "non-state"),
        ("Statesmen", "unspecified"),
        ("Titan", "unspecified"),
        ("邻国", "unspecified"),
        ("", "unspecified"),
    ],
)
def test_the_layer_of_a_counterparty(words: str, layer: str) -> None:
    assert CounterpartyLayers(run_of(*ROWS))(words) == layer


def test_matrices_count_the_rows_behind_them() -> None:
    made = read_coverage(run_of(*ROWS))
    assert made is not None
    assert sum(line.total for line in made.functions.lines) == 4
    cells = {(line.name, cell.column): cell for line in made.functions.lines for cell in line.cells}
    cell = cells["secure material and facilities", "national"]
    assert cell.total == 2
    assert [(name, count) for name, count, _ in cell.parts if count] == [("legally_binding", 1), ("voluntary", 1)]
    assert [r.statement_id for r in cell.behind] == ["s-1", "s-2"]
    assert cells["secure material and facilities", "not named"].total == 1
    towards = {(line.name, cell.column): cell.total for line in made.layers.lines for cell in line.cells if cell.total}
    assert towards == {("national", "global"): 1, ("national", "national"): 1, ("global", "not placed"): 1}
    assert [(line.name, line.total) for line in made.actors.lines] == [("State", 2), ("IAEA", 1)]


def test_the_reading_is_counted() -> None:
    made = read_coverage(run_of(*ROWS))
    assert made is not None
    reading = made.reading
    assert (reading.legal.count, reading.legal.of, reading.legal.percent) == (2, 4, 50)
    assert (reading.unhedged.count, reading.dated.count) == (2, 1)
    assert [(s.name, s.count, s.of) for s in reading.legal_by_layer] == [
        ("global", 0, 1), ("regional", 0, 0), ("national", 1, 2), ("non-state", 0, 0),
    ]  # fmt: skip
    assert (reading.towards.count, reading.placed, reading.across.count) == (3, 2, 1)
    assert ("regional", "区域", ("global", "national", "non-state"), ("全球", "国家", "非国家")) in reading.unlinked
    assert ("national", "国家", ("regional", "non-state"), ("区域", "非国家")) in reading.unlinked
    assert "secure material and facilities" not in [english for english, _ in reading.without_law]
    assert "cooperate and build capacity" in [english for english, _ in reading.without_law]
    assert "cooperate and build capacity" not in [english for english, _ in reading.unbound]
    assert "liability and environment" in [english for english, _ in reading.unbound]


def test_gaps_are_the_empty_cells_of_named_functions_and_layers() -> None:
    made = read_coverage(run_of(*ROWS))
    assert made is not None
    gaps = [(cell.column, line.name) for line in made.functions.lines for cell in line.cells if cell.gap]
    assert sorted(gaps) == sorted((layer, function) for layer, _, function, _ in made.reading.gaps)
    assert len(gaps) == 4 * 6 - 2
    assert ("non-state", "liability and environment") in gaps
    assert not any("not named" in gap or "unassigned" in gap for gap in gaps)


def test_long_lists_end_but_their_count_does_not() -> None:
    rows = [row(n, quote="Guard plutonium.", bearer=f"Actor {n}") for n in range(MOST_BEHIND + MOST_ACTORS)]
    made = read_coverage(run_of(*rows))
    assert made is not None
    assert len(made.actors.lines) == MOST_ACTORS
    cell = next(cell for line in made.functions.lines for cell in line.cells if cell.total)
    assert (cell.total, len(cell.behind)) == (len(rows), MOST_BEHIND)


def test_every_count_of_the_page_leads_to_its_statements() -> None:
    page = write_report(run_of(*ROWS))
    links = re.findall(r'<a class="cell" href="#([^"]+)"', page)
    assert len(links) == len(set(links)) > 5
    assert all(f'<section class="behind" id="{link}">' in page for link in links)
    panel = page[page.index(f'id="{links[0]}"') :]
    assert 'href="#s-' in panel[: panel.index("</section>")]
    assert "non-state × liability and environment: nothing" in page


def test_a_run_without_cells_has_no_coverage() -> None:
    assert read_coverage(view(row(1))) is None
