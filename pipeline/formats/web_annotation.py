"""W3C Web Annotations (JSON-LD): each statement as a note on its evidence, for tools that show notes beside a document.

An annotation says in its bodies what the row says, and in its target where: the file, and alternative selectors of the same
words. A ``FragmentSelector`` names page and rectangle of a PDF (RFC 3778: ``page=3&viewrect=left,top,width,height``, points
from the top left corner); a ``TextQuoteSelector`` has the words with what stands before and after; a second one has the
passage whole, refined by a ``TextPositionSelector`` that counts code points inside it. A list item is quoted without its
chapeau, which stands elsewhere on the page, and the part of the statement that lies in the chapeau is a target of its own.

Models: https://www.w3.org/TR/annotation-model/ and https://www.rfc-editor.org/rfc/rfc3778
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import msgspec

from pipeline.formats.marked import MarkedPassage, MarkedStatement
from pipeline.records import OPERATIVE_FORCES
from pipeline.tables import CommitmentRow, PassageRow
from pipeline.text import strip_span

CONTEXT_LENGTH = 80
CONTEXT = "http://www.w3.org/ns/anno.jsonld"
PDF_FRAGMENTS = "http://tools.ietf.org/rfc/rfc3778"
FORMATS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".eml": "message/rfc822",
}
# Ids are UUIDs made of statement ids (RFC 9562, version 5), so that they are the same at every export.
IDS = uuid.UUID("7d0c3d3a-9f0e-5b1c-8f57-2b9a1f2a7c11")
KEEPERS = {"accepted": "assessing", "corrected": "editing", "added": "editing"}


def page_of(passages: Sequence[MarkedPassage], rows: dict[str, CommitmentRow]) -> bytes:
    """An ``AnnotationPage`` with an annotation for each statement that is a row.

    Args:
        passages: the run's, those of a document together and in order.
        rows: the rows as they stand, by statement id.
    """
    table = [passage.row for passage in passages]
    items = [
        _annotation(passage, statement, rows[statement.id], at, table)
        for at, passage in enumerate(passages)
        for statement in passage.statements
        if statement.id in rows and statement.force in OPERATIVE_FORCES
    ]
    page = {
        "@context": CONTEXT,
        "id": _iri("page", *(item["id"] for item in items)),
        "type": "AnnotationPage",
        "startIndex": 0,
        "items": items,
    }
    return msgspec.json.format(msgspec.json.encode(page), indent=1) + b"\n"


def _iri(*parts: str) -> str:
    return uuid.uuid5(IDS, "\n".join(parts)).urn


def _annotation(
    passage: MarkedPassage, statement: MarkedStatement, row: CommitmentRow, at: int, table: Sequence[PassageRow]
) -> dict[str, Any]:
    targets = list(_targets(passage, statement, row, at, table))
    return {
        "id": _iri(statement.id),
        "type": "Annotation",
        "motivation": "classifying",
        "generator": {"type": "Software", "name": "Pledgebook"},
        "body": list(_bodies(row)),
        "target": targets if len(targets) > 1 else targets[0],
    }


def _bodies(row: CommitmentRow) -> Iterator[dict[str, Any]]:
    def body(purpose: str, value: str, lang: str = "") -> dict[str, Any]:
        made = {"type": "TextualBody", "purpose": purpose, "value": value, "format": "text/plain"}
        return made | ({"language": lang} if lang else {})

    yield body("identifying", row.statement_id)
    yield body("classifying", row.force)
    for name in ("bearer", "counterparty", "action", "condition", "deadline"):
        if getattr(row, name):
            yield body("describing", f"{name}: {getattr(row, name)}", row.lang)
    for name in ("strength", "binding", "bearer_id", "layer", "deadline_from", "deadline_to"):
        value = getattr(row, name)
        if value != "":
            yield body("tagging", f"{name}: {value}")
    if row.theme_label:
        yield body("tagging", f"theme: {row.theme_label}")
    if row.review in KEEPERS:
        yield body(KEEPERS[row.review], row.review)


def _targets(
    passage: MarkedPassage, statement: MarkedStatement, row: CommitmentRow, at: int, table: Sequence[PassageRow]
) -> Iterator[dict[str, Any]]:
    """The stretch of the item, then the stretch of its chapeau, where the statement has words in both."""
    text, cut = passage.row.text, passage.row.item_start
    for first, last in ((cut, len(text)), (0, cut)):
        start, end = strip_span(text, max(statement.start, first), min(statement.end, last))
        if start >= end:
            continue
        before, after = _around(table, at, first)
        selectors: list[dict[str, Any]] = []
        fragment = _fragment(row, passage.path) if first == cut else ""
        if fragment:
            selectors.append({"type": "FragmentSelector", "conformsTo": PDF_FRAGMENTS, "value": fragment})
        selectors.append(_quote(text[start:end], before + text[first:start], text[end:last] + after))
        position = {"type": "TextPositionSelector", "start": start - first, "end": end - first}
        selectors.append(_quote(text[first:last], before, after) | {"refinedBy": position})
        yield {
            "type": "SpecificResource",
            "source": {
                "id": quote(passage.path),
                "type": "Text",
                "format": FORMATS.get(PurePosixPath(passage.path).suffix.lower(), "application/octet-stream"),
                "language": passage.row.lang,
            },
            "selector": selectors,
        }


def _around(table: Sequence[PassageRow], at: int, first: int) -> tuple[str, str]:
    """What is printed before and after a passage's item, or its chapeau where ``first`` is 0 and it has one."""
    here = table[at]
    chapeau = here.text[: here.item_start]
    gap = "" if here.lang == "zh" else " "
    beside = [
        table[n] if 0 <= n < len(table) and table[n].document == here.document else None for n in (at - 1, at + 1)
    ]
    earlier, later = beside
    mates = [row is not None and bool(chapeau) and row.text[: row.item_start] == chapeau for row in beside]
    before = earlier.text[earlier.item_start :] + gap if earlier else ""
    after = gap + (later.text[later.item_start :] if mates[1] else later.text) if later else ""
    if not chapeau:
        return before, after
    if first:
        return (before if mates[0] else chapeau), after
    # Before the chapeau stands what precedes its first item; what follows it is that item.
    return ("", "") if mates[0] else (before, here.text[here.item_start :])


def _quote(exact: str, before: str, after: str) -> dict[str, Any]:
    made = {
        "type": "TextQuoteSelector",
        "exact": exact,
        "prefix": before[-CONTEXT_LENGTH:],
        "suffix": after[:CONTEXT_LENGTH],
    }
    return {name: value for name, value in made.items() if value}


def _fragment(row: CommitmentRow, path: str) -> str:
    """Page and rectangle of a row in a PDF; empty where the format has none."""
    if not row.bbox or not path.lower().endswith(".pdf"):
        return ""
    x0, top, x1, bottom = map(float, row.bbox.split(","))
    return f"page={row.page}&viewrect={x0:g},{top:g},{x1 - x0:.1f},{bottom - top:.1f}"
