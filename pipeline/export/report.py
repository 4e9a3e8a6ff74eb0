"""The report of a run: one page that opens offline, on a laptop and on paper, with the run's tables as pictures.

In order: what was read and what could not be; how strongly the texts bind (forces by language); who bears the duties; the
themes; coverage, by layer, function and actor, with the gaps; the deadlines on a line of time; which texts are the two
languages of one work, and where these differ; what later documents of a series changed; and the commitments themselves,
to be searched. Counts come from the rows alone, so a picture never says what a table does not.
The page is a template with automatic escaping: nothing that a document says can become markup.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.export.coverage import actor_key, most_common
from pipeline.export.history import ORDER, histories
from pipeline.export.matrix import LAYERS_ZH, read_coverage
from pipeline.export.themes import pictures
from pipeline.records import FORCES, OPERATIVE_FORCES, Record
from pipeline.tables import BINDINGS, AlignmentRow, CommitmentRow, DivergenceRow, RunView

HERE = Path(__file__).parent / "page"
MOST_ACTORS = 20
MOST_THEMES = 20
MOST_DIFFERENCES = 100
MOST_CHANGES = 200
SEVERITIES = ("high", "medium", "low")
# More rows than this make a page slow; the tables hold all of them, and the page says so.
MOST_ROWS = 1500
NAMES_ZH = {
    "obligation": "义务",
    "prohibition": "禁止",
    "permission": "许可",
    "commitment": "承诺",
    "recommendation": "建议",
    **LAYERS_ZH,
    "legally_binding": "法律约束",
    "politically_binding": "政治约束",
    "voluntary": "自愿",
    "none": "无",
    "repeated": "重申",
    "strengthened": "加强",
    "weakened": "减弱",
    "mixed": "强弱互见",
    "extended": "扩大",
    "narrowed": "缩小",
    "new": "新增",
    "dropped": "未再提及",
}


class Bar(Record, frozen=True):
    """A bar of a chart: its name, its length as a share of the longest, and the parts it is made of."""

    name: str
    hint: str
    total: int
    parts: tuple[tuple[str, int, float], ...]


class Languages(Record, frozen=True):
    """The two languages of one work: its documents (one if it is bilingual), how sure that is, and what was aligned."""

    documents: tuple[str, ...]
    pairing: str
    score: float
    doubtful: bool
    pairs: int
    alone: int
    differences: int


class Dot(Record, frozen=True):
    """A deadline on the line of time: its place from 0 to 100, the row it stands for, and what to say of it."""

    x: float
    y: int
    force: str
    date: str
    hint: str
    row: str


def write_report(run: RunView) -> str:
    """The page, as HTML with everything in it.

    Args:
        run: the rows of the run.
    """
    rows = run.commitments
    return str(
        _template().render(
            version=__version__,
            run=run,
            forces=[force for force in FORCES if force in OPERATIVE_FORCES],
            zh=NAMES_ZH,
            by_force=bars(
                ((r.force, r.lang) for r in rows), [f for f in FORCES if f in OPERATIVE_FORCES], ("en", "zh")
            ),
            by_actor=actor_bars(run),
            by_theme=theme_bars(run),
            pictures=pictures(run),
            coverage=read_coverage(run),
            bindings=BINDINGS,
            dots=timeline(rows),
            years=years(rows),
            table=rows[:MOST_ROWS],
            shown={row.statement_id for row in rows[:MOST_ROWS]},
            left_out=max(0, len(rows) - MOST_ROWS),
            languages=languages(run),
            differences=worst(run.divergences)[:MOST_DIFFERENCES],
            differences_by_kind=sorted(
                Counter(r.kind for r in run.divergences).items(), key=lambda kv: (-kv[1], kv[0])
            ),
            history=run.lineage[:MOST_CHANGES],
            histories=histories(run.lineage, {d.document: d.work_id for d in run.documents}),
            order=ORDER,
            series=len({r.series for r in run.lineage}),
            changes=sorted(Counter(r.change for r in run.lineage).items(), key=lambda kv: (-kv[1], kv[0])),
            titles={d.document: d.title or d.path for d in run.documents},
        )
    )


def languages(run: RunView) -> list[Languages]:
    """The works in two languages, the doubtful ones first, else in their order."""
    differences = Counter(row.work_id for row in run.divergences)
    works: defaultdict[str, list[AlignmentRow]] = defaultdict(list)
    for row in run.alignments:
        works[row.work_id].append(row)
    found = [
        Languages(
            documents=tuple(dict.fromkeys(d for row in rows for d in (row.source_document, row.target_document) if d)),
            pairing=rows[0].pairing,
            score=rows[0].pairing_score,
            doubtful=rows[0].doubtful,
            pairs=sum(bool(row.source and row.target) for row in rows),
            alone=sum(not (row.source and row.target) for row in rows),
            differences=differences[work],
        )
        for work, rows in works.items()
    ]
    return sorted(found, key=lambda work: not work.doubtful)


def worst(rows: Iterable[DivergenceRow]) -> list[DivergenceRow]:
    """Differences between the languages, the gravest first, else in order of place."""
    return sorted(rows, key=lambda row: SEVERITIES.index(row.severity))


def bars(pairs: Iterable[tuple[str, str]], names: Sequence[str], kinds: Sequence[str]) -> list[Bar]:
    """Stacked bars: how often each name stands with each kind; lengths are shares of the longest bar in per cent."""
    counts = Counter(pairs)
    totals = {name: sum(counts[name, kind] for kind in kinds) for name in names}
    longest = max(totals.values(), default=0) or 1
    return [
        Bar(
            name=name,
            hint=NAMES_ZH.get(name, ""),
            total=totals[name],
            parts=tuple((kind, counts[name, kind], round(100 * counts[name, kind] / longest, 2)) for kind in kinds),
        )
        for name in names
    ]


def actor_bars(run: RunView) -> list[Bar]:
    """The bearers with the most statements, by force; a bearer with an id counts over both languages and all its names."""
    forms: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for r in run.commitments:
        forms[actor_key(r)].append(r.bearer)
    names = {key: most_common(words) for key, words in forms.items()}
    names |= {("id", row.id): " · ".join(filter(None, (row.name_en, row.name_zh))) for row in run.actors if row.id}
    pairs = [(names[actor_key(r)], r.force) for r in run.commitments if r.bearer]
    common = [
        name for name, _ in sorted(Counter(name for name, _ in pairs).items(), key=lambda item: (-item[1], item[0]))
    ]
    return bars(pairs, common[:MOST_ACTORS], [f for f in FORCES if f in OPERATIVE_FORCES])


def theme_bars(run: RunView) -> list[Bar]:
    """The themes with the most statements, by force."""
    labels = {t.theme: f"{t.label_en} / {t.label_zh}" for t in run.themes}
    pairs = [(labels.get(r.theme, r.theme_label), r.force) for r in run.commitments if r.theme]
    common = [
        name for name, _ in sorted(Counter(name for name, _ in pairs).items(), key=lambda item: (-item[1], item[0]))
    ]
    return bars(pairs, common[:MOST_THEMES], [f for f in FORCES if f in OPERATIVE_FORCES])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _dated(rows: Iterable[CommitmentRow]) -> list[tuple[date, CommitmentRow]]:
    found = ((_day(r.deadline_to) or _day(r.deadline_from), r) for r in rows)
    return sorted(((day, r) for day, r in found if day), key=lambda pair: (pair[0], pair[1].statement_id))


def _ends(rows: Sequence[CommitmentRow]) -> tuple[int, int]:
    """First day and last day of the line of time, at the borders of years, as ordinals."""
    dated = _dated(rows)
    first, last = dated[0][0].year, dated[-1][0].year
    return date(first, 1, 1).toordinal(), date(min(last + 1, 9999), 1, 1).toordinal()


def timeline(rows: Sequence[CommitmentRow]) -> list[Dot]:
    """The deadlines that have a date; those that would cover each other are stacked."""
    dated = _dated(rows)
    if not dated:
        return []
    start, end = _ends(rows)
    stacked: Counter[int] = Counter()
    dots = []
    for day, row in dated:
        x = 100 * (day.toordinal() - start) / max(1, end - start)
        column = round(x)
        stacked[column] += 1
        hint = f"{day.isoformat()} · {row.force} · {row.bearer or '—'}: {row.quote}"
        dots.append(
            Dot(
                x=round(x, 2), y=stacked[column], force=row.force, date=day.isoformat(), hint=hint, row=row.statement_id
            )
        )
    return dots


def years(rows: Sequence[CommitmentRow]) -> list[tuple[int, float]]:
    """The years under the line of time with their places; every second, fifth or tenth where there are many."""
    if not _dated(rows):
        return []
    start, end = _ends(rows)
    first, last = date.fromordinal(start).year, date.fromordinal(end).year
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if (last - first) / s <= 14)
    shown = [year for year in range(first, last + 1) if year % step == 0 or last - first < 3]
    return [(year, round(100 * (date(year, 1, 1).toordinal() - start) / max(1, end - start), 2)) for year in shown]


@lru_cache(maxsize=1)
def _template() -> Any:
    import jinja2

    loader = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    loader.globals["style"] = (HERE / "report.css").read_text(encoding="utf-8")
    loader.globals["script"] = (HERE / "report.js").read_text(encoding="utf-8")
    return loader.get_template("report.html")
