"""Lays the coverage out for the report: what is said, by whom and towards whom, how it binds, and where nothing is said.

In order: the statements behind each cell are gathered (function by layer of the bearer, as in the table of the coverage;
the layer of the bearer by the layer of the one it is towards; the busiest actors by function); each cell is counted by
how its statements bind; the empty cells are named; and what the counts come to is put into a few figures, so that a
reader sees where the force of law ends without adding up columns.

The layer of a counterparty is that of the actor of the run whose words it has, the first and longest; one that no actor
names is not placed, and is counted as such.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pipeline.export.coverage import UNASSIGNED, UNSPECIFIED
from pipeline.records import Binding, Record
from pipeline.tables import BINDINGS, LAYERS, ActorCoverageRow, CommitmentRow, RunView

LAYERS_ZH = {"global": "全球", "regional": "区域", "national": "国家", "non-state": "非国家"}
MOST_ACTORS = 15
# Statements listed behind a cell; the tables have the ids of all.
MOST_BEHIND = 20
BOUND: tuple[Binding, ...] = ("legally_binding", "politically_binding")
WORD = re.compile(r"[A-Za-z0-9À-ɏ]")

Name = tuple[str, str, str]
Held = Mapping[tuple[str, str], Sequence[CommitmentRow]]


class Cell(Record, frozen=True):
    """A cell: its place in the page, its count, its parts by binding in per cent, and the first of its statements.

    A gap is an empty cell of a line and a column that both have a name of their own.
    """

    anchor: str
    column: str
    column_zh: str
    total: int
    gap: bool
    shade: float
    parts: tuple[tuple[str, int, float], ...]
    behind: tuple[CommitmentRow, ...]


class Line(Record, frozen=True):
    """A row of a matrix."""

    name: str
    zh: str
    total: int
    cells: tuple[Cell, ...]


class Matrix(Record, frozen=True):
    """A matrix of counts; columns are named in English and Chinese."""

    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


class Share(Record, frozen=True):
    """So many of so many."""

    name: str
    zh: str
    count: int
    of: int

    @property
    def percent(self) -> int:
        """The share in whole per cent."""
        return round(100 * self.count / self.of) if self.of else 0


class Reading(Record, frozen=True):
    """What the counts come to, with names in English and Chinese.

    ``gaps`` are pairs of layer and function without a statement, ``unlinked`` the layers that have none towards others.
    """

    law: Share
    legal: Share
    unhedged: Share
    dated: Share
    legal_by_layer: tuple[Share, ...]
    without_law: tuple[tuple[str, str], ...]
    unbound: tuple[tuple[str, str], ...]
    gaps: tuple[tuple[str, str, str, str], ...]
    towards: Share
    placed: int
    across: Share
    unlinked: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]


class Coverage(Record, frozen=True):
    """The matrices of the report and their reading."""

    functions: Matrix
    layers: Matrix
    actors: Matrix
    reading: Reading


def read_coverage(run: RunView) -> Coverage | None:
    """The coverage of a run as the report shows it; None if the run has no cells.

    Args:
        run: the rows of the run. Statements that a person has rejected are left out, as in the tables.
    """
    if not run.coverage:
        return None
    rows = {row.statement_id: row for row in run.commitments if row.review != "rejected"}
    functions = tuple(dict.fromkeys((c.function, c.function_en, c.function_zh) for c in run.coverage))
    held: defaultdict[tuple[str, str], list[CommitmentRow]] = defaultdict(list)
    for cell in run.coverage:
        held[cell.function, cell.layer] += [rows[name] for name in cell.statements]
    layer_of = CounterpartyLayers(run)
    towards: defaultdict[tuple[str, str], list[CommitmentRow]] = defaultdict(list)
    for row in rows.values():
        if row.counterparty:
            towards[row.layer or UNSPECIFIED, layer_of(row.counterparty)].append(row)
    busiest = tuple(dict.fromkeys(map(_actor, run.actors_coverage)))[:MOST_ACTORS]
    by_actor = {
        ("|".join(_actor(row)), row.function): [rows[name] for name in row.statements] for row in run.actors_coverage
    }
    actors = tuple(
        ("|".join(actor), actor[1] or actor[2] or actor[0], actor[2] if actor[1] else "") for actor in busiest
    )
    return Coverage(
        functions=matrix("coverage", functions, _layers(held, 1), held),
        layers=matrix("towards", _layers(towards, 0), _layers(towards, 1, "not placed", "未能归层"), towards),
        actors=matrix("actors", actors, functions, by_actor),
        reading=_read(run, rows, functions, held, towards),
    )


def matrix(key: str, lines: Sequence[Name], columns: Sequence[Name], held: Held) -> Matrix:
    """Counts of statements in lines and columns.

    Args:
        key: begins the places of the cells in the page.
        lines: id, English and Chinese name of each; columns: the same.
        held: the statements by id of line and column.
    """
    most = max((len(held.get((line[0], column[0]), ())) for line in lines for column in columns), default=0) or 1

    def cell(line: int, column: int) -> Cell:
        found = held.get((lines[line][0], columns[column][0]), ())
        binds = Counter(row.binding for row in found)
        return Cell(
            anchor=f"{key}-{line}-{column}",
            column=columns[column][1],
            column_zh=columns[column][2],
            total=len(found),
            gap=not found and not {lines[line][0], columns[column][0]} & {UNASSIGNED, UNSPECIFIED},
            shade=round((len(found) / most) ** 0.5, 3),
            parts=tuple((name, binds[name], round(100 * binds[name] / (len(found) or 1), 2)) for name in BINDINGS),
            behind=tuple(sorted(found, key=lambda row: BINDINGS.index(row.binding))[:MOST_BEHIND]),
        )

    made = []
    for at, (_, english, chinese) in enumerate(lines):
        cells = tuple(cell(at, column) for column in range(len(columns)))
        made.append(Line(name=english, zh=chinese, total=sum(c.total for c in cells), cells=cells))
    return Matrix(columns=tuple((column[1], column[2]) for column in columns), lines=tuple(made))


class CounterpartyLayers:
    """Tells the layer of a counterparty by the words of the run's actors."""

    def __init__(self, run: RunView) -> None:
        self.layers: dict[str, str] = {}
        for actor in run.actors:
            for form in actor.forms:
                if len(form) > 1 and actor.layer:
                    self.layers.setdefault(" ".join(form.casefold().split()), actor.layer)

    def __call__(self, words: str) -> str:
        """The layer of the first and longest actor that the words name; ``unspecified`` if there is none."""
        text = " ".join(words.casefold().split())
        for start in range(len(text)):
            for end in range(len(text), start, -1):
                if text[start:end] in self.layers and _whole(text, start, end):
                    return self.layers[text[start:end]]
        return UNSPECIFIED


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch cuts no word of an alphabet in two."""
    before = start and WORD.match(text[start - 1]) and WORD.match(text[start])
    after = end < len(text) and WORD.match(text[end - 1]) and WORD.match(text[end])
    return not before and not after


def _actor(row: ActorCoverageRow) -> tuple[str, str, str]:
    return row.actor, row.name_en, row.name_zh


def _layers(held: Held, side: int, english: str = "not named", chinese: str = "未指明") -> tuple[Name, ...]:
    """The four layers, and a fifth for what has none where there is such."""
    names = tuple((layer, layer, LAYERS_ZH[layer]) for layer in LAYERS)
    if any(key[side] == UNSPECIFIED and rows for key, rows in held.items()):
        return (*names, (UNSPECIFIED, english, chinese))
    return names


def _read(
    run: RunView, rows: Mapping[str, CommitmentRow], functions: Sequence[Name], held: Held, towards: Held
) -> Reading:
    legal = [row for row in rows.values() if row.binding == "legally_binding"]
    named = [function for function in functions if function[0] != UNASSIGNED]
    binds = {
        function[0]: Counter(
            row.binding for layer in (*LAYERS, UNSPECIFIED) for row in held.get((function[0], layer), ())
        )
        for function in named
    }
    by_layer = {layer: [row for row in rows.values() if row.layer == layer] for layer in LAYERS}
    placed = {key: found for key, found in towards.items() if UNSPECIFIED not in key}
    across = sum(len(found) for (one, other), found in placed.items() if one != other)
    total = sum(map(len, placed.values()))
    law = sum(document.legal_status == "binding" for document in run.documents)
    return Reading(
        law=Share("law", "法律", law, len(run.documents)),
        legal=Share("legally binding", "法律约束", len(legal), len(rows)),
        unhedged=Share("without a hedge", "无弱化措辞", sum(not row.hedge for row in legal), len(legal)),
        dated=Share("with a time limit", "有期限", sum(bool(row.deadline) for row in legal), len(legal)),
        legal_by_layer=tuple(
            Share(layer, LAYERS_ZH[layer], sum(row.binding == "legally_binding" for row in found), len(found))
            for layer, found in by_layer.items()
        ),
        without_law=tuple(f[1:] for f in named if not binds[f[0]]["legally_binding"]),
        unbound=tuple(f[1:] for f in named if not any(binds[f[0]][name] for name in BOUND)),
        gaps=tuple((la, LAYERS_ZH[la], f[1], f[2]) for la in LAYERS for f in named if not held.get((f[0], la))),
        towards=Share("towards somebody", "有相对方", sum(map(len, towards.values())), len(rows)),
        placed=total,
        across=Share("across layers", "跨层级", across, total),
        unlinked=tuple(_unlinked(towards)),
    )


def _unlinked(towards: Held) -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """Each layer with the other layers that none of its statements is towards."""
    for one in LAYERS:
        others = tuple(other for other in LAYERS if other != one and not towards.get((one, other)))
        if others:
            yield one, LAYERS_ZH[one], others, tuple(LAYERS_ZH[other] for other in others)
