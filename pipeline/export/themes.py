"""The themes as pictures: a map of the corpus on which what is alike lies together, and themes over time.

On the map a mark is a few neighbouring passages, coloured by their theme; themes beyond the colours share the last one. Over
time a mark is a theme in a year, as large as its passages in the documents of that year; documents without a date are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.records import Record
from pipeline.tables import MapRow, RunView, ThemeRow

# As many colours as people can tell apart.
COLOURS = 10
MOST_MARKS = 3000
MOST_THEMES = 14
WIDTH, HEIGHT = 1000, 560
ROW, LEFT, LARGEST = 34, 300, 15


class Mark(Record, frozen=True):
    """A mark on a picture: its place and radius in the picture's units, the number of its colour, and what it says."""

    x: float
    y: float
    radius: float
    colour: int
    hint: str


class Pictures(Record, frozen=True):
    """Both pictures: marks, the themes with their colours, and the rows and columns of the second."""

    marks: tuple[Mark, ...]
    key: tuple[tuple[int, str], ...]
    times: tuple[Mark, ...]
    years: tuple[tuple[str, float], ...]
    rows: tuple[tuple[str, float], ...]

    @property
    def height(self) -> int:
        """The height of the picture over time."""
        return ROW * len(self.rows) + 40


def pictures(run: RunView) -> Pictures:
    """The pictures of a run's themes; empty where nothing has a theme."""
    parents = {theme.parent for theme in run.themes}
    themes = sorted(
        (t for t in run.themes if t.theme not in parents and t.passages), key=lambda t: (-t.passages, t.theme)
    )
    colours = {theme.theme: min(i, COLOURS - 1) for i, theme in enumerate(themes)}
    names = {theme.theme: f"{theme.label_en} / {theme.label_zh}" for theme in themes}
    key = [
        (i, names[theme.theme]) for i, theme in enumerate(themes[: COLOURS if len(themes) == COLOURS else COLOURS - 1])
    ]
    if len(themes) > COLOURS:
        key.append((COLOURS - 1, f"{len(themes) - len(key)} more / 其余 {len(themes) - len(key)} 个"))
    times, years, rows = _over_time(run, themes[:MOST_THEMES], colours)
    return Pictures(marks=_map(run.map, colours, names), key=tuple(key), times=times, years=years, rows=rows)


def _map(places: Sequence[MapRow], colours: dict[str, int], names: dict[str, str]) -> tuple[Mark, ...]:
    step = max(1, -(-len(places) // MOST_MARKS))
    return tuple(
        Mark(
            x=round(10 + row.x * (WIDTH - 20), 1),
            y=round(HEIGHT - 10 - row.y * (HEIGHT - 20), 1),
            radius=round(3.2 + 0.5 * row.passages, 1),
            colour=colours[row.theme],
            hint=f"{row.title}, {row.page} · {names[row.theme]}",
        )
        for row in places[::step]
        if row.theme in colours
    )


def _over_time(
    run: RunView, themes: Sequence[ThemeRow], colours: dict[str, int]
) -> tuple[tuple[Mark, ...], tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
    year_of = {document.document: document.date[:4] for document in run.documents if document.date}
    counts = Counter(
        (row.theme, year_of[row.document]) for row in run.passages if row.document in year_of and row.theme
    )
    years = sorted({year for _, year in counts})
    if len(years) < 2:
        return (), (), ()
    step = (WIDTH - LEFT - 60) / (len(years) - 1)
    x = {year: round(LEFT + 30 + i * step, 1) for i, year in enumerate(years)}
    shown = [theme for theme in themes if any(counts[theme.theme, year] for year in years)]
    y = {theme.theme: ROW * (i + 0.5) for i, theme in enumerate(shown)}
    most = max(counts.values())
    marks = tuple(
        Mark(
            x=x[year],
            y=y[theme.theme],
            radius=round(max(2.0, LARGEST * (counts[theme.theme, year] / most) ** 0.5), 1),
            colour=colours[theme.theme],
            hint=f"{year}: {counts[theme.theme, year]} · {theme.label_en} / {theme.label_zh}",
        )
        for theme in shown
        for year in years
        if counts[theme.theme, year]
    )
    apart = max(1, -(-len(years) // 12))
    return marks, tuple((year, x[year]) for year in years[::apart]), tuple((t.label_en, y[t.theme]) for t in shown)
