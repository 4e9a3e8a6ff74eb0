"""Joins the rows of all documents into the tables of a run.

In order: works say which documents belong together and what stands in the other language; themes give each passage and
document its theme; people's decisions are laid over the statements; entities are gathered over both languages; cells of
the coverage are counted. Everything comes in order of path and place, so the tables are the same whoever made the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.export.coverage import actors_coverage, coverage
from pipeline.export.entities import actors, instruments
from pipeline.export.reviews import Locate, apply_reviews
from pipeline.records import Alignments, Divergences, Failure, Lineage, Source, Themes
from pipeline.tables import (
    AlignmentRow,
    CommitmentRow,
    DivergenceRow,
    DocumentRow,
    DocumentRows,
    FailureRow,
    LineageRow,
    MapRow,
    PassageRow,
    RunView,
    StatementRow,
    ThemeRow,
)

replace = msgspec.structs.replace
NO_LINEAGE = Lineage(links=())


@dataclass(frozen=True)
class Parts:
    """What a run gives the tables: rows of each document in order of path, and what joins them.

    ``same_as`` has, by document, the paths of further files with the same content; ``sources`` are all documents,
    those that failed too. ``locate`` finds a stretch of a passage on its page.
    """

    sources: Sequence[Source]
    rows: Sequence[DocumentRows]
    alignments: Alignments
    divergences: Divergences
    themes: Themes
    failures: Sequence[Failure]
    same_as: dict[str, tuple[str, ...]]
    locate: Locate | None = None
    lineage: Lineage = NO_LINEAGE


def view(parts: Parts, reviews: Path) -> RunView:
    """The tables of a run.

    Args:
        parts: rows of the documents and what joins them.
        reviews: the folder with people's decisions.
    """
    joins = _Joins(parts)
    passages = tuple(joins.passage(row) for rows in parts.rows for row in rows.passages)
    statements = [joins.statement(row) for rows in parts.rows for row in rows.statements]
    titles = {rows.document: rows.about.title for rows in parts.rows}
    commitments = apply_reviews(statements, reviews, passages, titles, parts.locate)
    failures = tuple(_failures(parts))
    named = actors(parts.rows)
    return RunView(
        documents=tuple(_documents(parts, joins, commitments, failures)),
        commitments=commitments,
        passages=passages,
        actors=named,
        instruments=instruments(parts.rows),
        quantities=tuple(row for rows in parts.rows for row in rows.quantities),
        definitions=tuple(row for rows in parts.rows for row in rows.definitions),
        references=tuple(row for rows in parts.rows for row in rows.references),
        alignments=tuple(joins.alignments()),
        divergences=tuple(joins.divergences()),
        themes=tuple(_themes(parts.themes, commitments)),
        coverage=coverage(commitments),
        failures=failures,
        lineage=tuple(_lineage(parts, commitments)),
        actors_coverage=actors_coverage(commitments, named),
        map=tuple(_map(parts.themes, {row.id: row for row in passages}, titles)),
    )


class _Joins:
    """Look-ups from a passage or document to its work, its other language, its theme."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.passages: dict[str, PassageRow] = {row.id: row for rows in parts.rows for row in rows.passages}
        self.work: dict[str, str] = {}
        self.other: dict[str, tuple[str, ...]] = {}
        self.differs: dict[str, list[str]] = {}
        for work in parts.alignments.works:
            self.work.update(dict.fromkeys(work.documents, work.work))
            for bead in work.beads:
                for passage in bead.source:
                    self.other[passage] = self.other.get(passage, ()) + bead.target
                for passage in bead.target:
                    self.other[passage] = self.other.get(passage, ()) + bead.source
        for found in parts.divergences.divergences:
            for passage in (*found.source, *found.target):
                self.differs.setdefault(passage, []).append(found.kind)
        themes = parts.themes
        self.labels = {theme.id: _label(theme.label_en, theme.label_zh) for theme in themes.themes}
        self.theme = {of.id: of.theme for of in themes.passages}
        self.document_theme = {of.id: of.theme for of in themes.documents}

    def text(self, passages: Sequence[str]) -> str:
        """The texts of passages, joined as their language needs."""
        rows = [self.passages[passage] for passage in passages]
        return ("" if rows and rows[0].lang == "zh" else " ").join(row.text for row in rows)

    def passage(self, row: PassageRow) -> PassageRow:
        return replace(
            row,
            work_id=self.work.get(row.document, row.document),
            theme=self.theme.get(row.id, ""),
            other_language=self.other.get(row.id, ()),
        )

    def statement(self, row: StatementRow) -> StatementRow:
        theme = self.theme.get(row.passage, "")
        joined = replace(
            row.row,
            work_id=self.work.get(row.row.document, row.row.document),
            theme=theme,
            theme_label=self.labels.get(theme, ""),
            quote_other_language=self.text(self.other.get(row.passage, ())),
            divergence=tuple(dict.fromkeys(self.differs.get(row.passage, ()))),
        )
        return replace(row, row=joined)

    def _side(self, passages: Sequence[str]) -> dict[str, Any]:
        first = self.passages[passages[0]] if passages else None
        return {
            "document": first.document if first else "",
            "lang": first.lang if first else "",
            "page": first.page if first else 0,
            "text": self.text(passages),
        }

    def alignments(self) -> Iterator[AlignmentRow]:
        for work in self.parts.alignments.works:
            for bead in work.beads:
                source, target = self._side(bead.source), self._side(bead.target)
                yield AlignmentRow(
                    work_id=work.work,
                    source_document=source["document"],
                    target_document=target["document"],
                    source=bead.source,
                    target=bead.target,
                    source_lang=source["lang"],
                    target_lang=target["lang"],
                    source_text=source["text"],
                    target_text=target["text"],
                    source_page=source["page"],
                    target_page=target["page"],
                    score=round(bead.score, 4),
                    pairing=work.how,
                    pairing_score=round(work.score, 4),
                    doubtful=work.doubtful,
                )

    def divergences(self) -> Iterator[DivergenceRow]:
        for found in self.parts.divergences.divergences:
            source, target = self._side(found.source), self._side(found.target)
            yield DivergenceRow(
                work_id=found.work,
                kind=found.kind,
                severity=found.severity,
                detail=found.detail,
                source=found.source,
                target=found.target,
                source_text=source["text"],
                target_text=target["text"],
                source_page=source["page"],
                target_page=target["page"],
            )


def _lineage(parts: Parts, commitments: Sequence[CommitmentRow]) -> Iterator[LineageRow]:
    """The history of the series; a link to a statement that a person has rejected or taken away is left out."""
    rows = {row.statement_id: row for row in commitments if row.review != "rejected"}
    dates = {known.document: known.about.date for known in parts.rows}
    for link in parts.lineage.links:
        if any(name and name not in rows for name in (link.earlier, link.later)):
            continue
        earlier, later = rows.get(link.earlier), rows.get(link.later)
        yield LineageRow(
            series=link.series,
            change=link.change,
            detail=link.detail,
            earlier=link.earlier,
            later=link.later,
            earlier_document=earlier.document if earlier else "",
            later_document=later.document if later else "",
            earlier_title=earlier.title if earlier else "",
            later_title=later.title if later else "",
            earlier_date=dates[earlier.document] if earlier else "",
            later_date=dates[later.document] if later else "",
            earlier_page=earlier.page if earlier else 0,
            later_page=later.page if later else 0,
            earlier_quote=earlier.quote if earlier else "",
            later_quote=later.quote if later else "",
            score=link.score,
        )


def _label(english: str, chinese: str) -> str:
    return " / ".join(filter(None, (english, chinese)))


def _failures(parts: Parts) -> Iterator[FailureRow]:
    """Every failure once, in order; a document that gave no text and says nothing of it is a failure too."""
    rows = [FailureRow(path=f.path, page=f.page, stage=f.stage, reason=f.reason) for f in parts.failures]
    known = {row.path for row in rows}
    for document in parts.rows:
        if not document.about.characters and document.about.path not in known:
            rows.append(FailureRow(path=document.about.path, page=0, stage="parse", reason="no text was found in it"))
    yield from sorted(set(rows), key=lambda row: (row.path, row.page, row.stage, row.reason))


def _documents(
    parts: Parts, joins: _Joins, commitments: Sequence[CommitmentRow], failures: Sequence[FailureRow]
) -> Iterator[DocumentRow]:
    about = {rows.document: rows.about for rows in parts.rows}
    counts = Counter(row.document for row in commitments)
    lost = {failure.path for failure in failures if failure.page == 0}
    trouble = Counter(failure.path for failure in failures)
    for source in parts.sources:
        row = about.get(source.document) or _unread(source)
        theme = joins.document_theme.get(source.document, "")
        yield replace(
            row,
            same_as=parts.same_as.get(source.document, ()),
            work_id=joins.work.get(source.document, source.document),
            state="failed" if source.path in lost else row.state,
            theme=theme,
            theme_label=joins.labels.get(theme, ""),
            commitments=counts[source.document],
            failures=trouble[source.path],
        )


def _unread(source: Source) -> DocumentRow:
    empty: dict[str, Any] = dict.fromkeys(DocumentRow.__struct_fields__, "")
    numbers = ("pages", "pages_recognised", "blocks", "passages", "statements", "commitments", "failures", "characters")
    empty |= dict.fromkeys(numbers, 0) | dict.fromkeys(("same_as", "languages", "participants"), ())
    empty |= {"document": source.document, "path": source.path, "work_id": source.document, "state": "failed"}
    return DocumentRow(**empty)


def _map(themes: Themes, passages: Mapping[str, PassageRow], titles: Mapping[str, str]) -> Iterator[MapRow]:
    for place in themes.places:
        row = passages[place.passage]
        yield MapRow(
            document=row.document, title=titles.get(row.document, ""), page=row.page, theme=row.theme,
            passages=place.count, x=place.x, y=place.y,
        )  # fmt: skip


def _themes(themes: Themes, commitments: Sequence[CommitmentRow]) -> Iterator[ThemeRow]:
    counts = Counter(row.theme for row in commitments)
    for theme in themes.themes:
        if theme.parent:
            counts[theme.parent] += counts[theme.id]
    for theme in themes.themes:
        yield ThemeRow(
            theme=theme.id,
            label_en=theme.label_en,
            label_zh=theme.label_zh,
            terms_en=theme.terms_en,
            terms_zh=theme.terms_zh,
            documents=theme.documents,
            passages=theme.passages,
            commitments=counts[theme.id],
            parent=theme.parent,
        )
