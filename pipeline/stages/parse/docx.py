"""DOCX files: paragraphs with their styles, automatic numbers, tables, notes, headers and footers.

The XML is read directly, because the marks that Word counts by itself (第三条, (a)), footnotes and tracked changes are not in
the text that common libraries give. In order: styles, lists and notes; then the body from top to bottom; deletions that
were tracked are left out and insertions kept, as a reader sees them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from pipeline.config import ParseSettings
from pipeline.records import PageSize
from pipeline.stages.parse.characters import usual_text
from pipeline.stages.parse.found import Found, Unreadable
from pipeline.stages.parse.kinds import assign
from pipeline.stages.parse.marks import list_mark
from pipeline.stages.parse.model import Draft, Glyph, Row
from pipeline.stages.parse.notes import MARKS, flag_marks
from pipeline.stages.parse.numbering import Numbering, read_numbering
from pipeline.stages.parse.package import Package, W
from pipeline.stages.parse.written import SIZE, table, text_row, written_blocks

SKIPPED = frozenset(
    f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rt", "commentReference", "annotationRef")
)
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TITLE_STYLES = ("title", "标题", "文章标题", "大标题")
TOC = re.compile(r"toc\s?\d|目录|contents", re.I)
HEADING = re.compile(r"(?:heading|标题)\s?([1-9])$", re.I)
DEEPEST_STYLE = 20
DEEPEST = 60


@dataclass(frozen=True)
class Looks:
    """What a style or a paragraph says of itself; None where it says nothing."""

    name: str = ""
    level: int | None = None
    list_id: str | None = None
    depth: int | None = None
    centred: bool | None = None
    bold: bool | None = None
    size: float | None = None

    def over(self, other: Looks) -> Looks:
        """These looks, and another's where these say nothing."""
        own = {key: value for key, value in self.__dict__.items() if value is not None and value != ""}
        return replace(other, **own)


@dataclass
class _Document:
    """The parts of a document that its paragraphs refer to."""

    styles: dict[str, Looks] = field(default_factory=dict)
    default: Looks = field(default_factory=Looks)
    numbering: Numbering = field(default_factory=Numbering)
    notes: dict[tuple[str, str], etree._Element] = field(default_factory=dict)
    marks: dict[tuple[str, str], str] = field(default_factory=dict)


def read_docx(document: str, data: bytes, settings: ParseSettings) -> Found:
    """The blocks of a DOCX file.

    Args:
        document: its id.
        data: the file.
        settings: the limits.

    Raises:
        Unreadable: if it cannot be unpacked, is no Word document, or holds no text.
    """
    package = Package(data)
    root = package.xml("word/document.xml")
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise Unreadable("the file is no Word document (it may be a spreadsheet or slides): save it as DOCX or PDF")
    parts = _Document()
    parts.styles, parts.default = _styles(package.xml("word/styles.xml"))
    parts.numbering = read_numbering(package.xml("word/numbering.xml"))
    for kind in ("footnote", "endnote"):
        notes = package.xml(f"word/{kind}s.xml")
        for note in notes if notes is not None else ():
            if note.get(f"{W}type") in (None, "normal"):
                parts.notes[kind, str(note.get(f"{W}id"))] = note
    heads, feet = _margins(package, parts)
    drafts = list(_blocks(body, parts, 0))
    drafts += list(_notes(parts))
    sizes: Counter[float] = Counter()
    for draft in drafts:
        for row in draft.rows:
            sizes[row.size] += len(row.text)
    size = max(sizes, key=lambda s: (sizes[s], s), default=SIZE)
    markers = set(parts.marks.values())
    flag_marks([row for draft in drafts if draft.kind != "footnote" for row in draft.rows], markers)
    assign(drafts, size)
    blocks = written_blocks(document, [*heads, *drafts, *feet])
    if not any(block.kind not in ("header", "footer") for block in blocks):
        raise Unreadable("the document holds no text (it may hold pictures of pages: save it as PDF)")
    return Found(pages=(PageSize(page=1, width=0.0, height=0.0),), blocks=blocks)


def _value(element: etree._Element | None, otherwise: str | None = None) -> str | None:
    return element.get(f"{W}val", otherwise) if element is not None else None


def _on(element: etree._Element | None) -> bool | None:
    """Whether a property is switched on; None if it is not there."""
    return None if element is None else element.get(f"{W}val", "1") not in ("0", "false", "off", "none")


def _styles(root: etree._Element | None) -> tuple[dict[str, Looks], Looks]:
    """Looks of every style with what it inherits, and those of a paragraph without a style."""
    if root is None:
        return {}, Looks()
    own: dict[str, tuple[Looks, str]] = {}
    first = ""
    for style in root.iterfind(f"{W}style"):
        if style.get(f"{W}type", "paragraph") != "paragraph":
            continue
        name = _value(style.find(f"{W}name")) or ""
        found = _looks(style.find(f"{W}pPr"), style.find(f"{W}rPr"))
        heading = HEADING.match(name)
        if heading and found.level is None:
            found = replace(found, level=int(heading.group(1)) - 1)
        key = str(style.get(f"{W}styleId"))
        own[key] = (replace(found, name=name), _value(style.find(f"{W}basedOn")) or "")
        if style.get(f"{W}default") in ("1", "true"):
            first = key
    defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    base = _looks(None, defaults)
    resolved: dict[str, Looks] = {}
    for key in own:
        found, above, depth = own[key][0], own[key][1], 0
        while above in own and depth < DEEPEST_STYLE:
            found = found.over(replace(own[above][0], name=""))
            above = own[above][1]
            depth += 1
        resolved[key] = found.over(base)
    return resolved, resolved.get(first, base)


def _looks(paragraph: etree._Element | None, run: etree._Element | None) -> Looks:
    level = list_id = depth = centred = None
    if paragraph is not None:
        outline = _value(paragraph.find(f"{W}outlineLvl"))
        level = int(outline) if outline is not None and outline.isdecimal() and int(outline) < 9 else None
        list_id = _value(paragraph.find(f"{W}numPr/{W}numId"))
        deep = _value(paragraph.find(f"{W}numPr/{W}ilvl"))
        depth = int(deep) if deep is not None and deep.isdecimal() and len(deep) < 3 else None
        alignment = _value(paragraph.find(f"{W}jc"))
        centred = alignment == "center" if alignment else None
    bold = size = None
    if run is not None:
        bold = _on(run.find(f"{W}b"))
        half = _value(run.find(f"{W}sz"))
        size = int(half) / 2 if half is not None and half.isdecimal() and 2 < int(half) < 1000 else None
    return Looks(level=level, list_id=list_id, depth=depth, centred=centred, bold=bold, size=size)


def _blocks(parent: etree._Element, parts: _Document, nested: int) -> Iterator[Draft]:
    """Paragraphs and tables of the body, a cell or a text box, in order."""
    if nested > DEEPEST:
        return
    for element in parent:
        if element.tag == f"{W}p":
            yield from _paragraph(element, parts)
            for box in _boxes(element):
                yield from _blocks(box, parts, nested + 1)
        elif element.tag == f"{W}tbl":
            yield from _tabular(element, parts, nested)
        elif element.tag in SKIPPED or element.tag == FALLBACK:
            continue
        elif isinstance(element.tag, str) and len(element) and element.tag != f"{W}sectPr":
            yield from _blocks(element, parts, nested + 1)


def _boxes(element: etree._Element) -> list[etree._Element]:
    """Text boxes in a paragraph; those in another text box come with it."""
    boxes = element.iterfind(f".//{W}txbxContent")
    return [
        box
        for box in boxes
        if not any(up.tag in (FALLBACK, f"{W}txbxContent") for up in box.iterancestors() if up is not element)
    ]


def _paragraph(element: etree._Element, parts: _Document) -> Iterator[Draft]:
    properties = element.find(f"{W}pPr")
    style = _value(properties.find(f"{W}pStyle")) if properties is not None else None
    looks = _looks(properties, None).over(parts.styles.get(style or "", parts.default))
    mark = ""
    if looks.list_id and looks.list_id != "0":
        mark = parts.numbering.mark(looks.list_id, looks.depth or 0)
    lines = _lines(element, parts, looks)
    text = "".join(glyph.text for line in lines for glyph in line).strip()
    if not text:
        return
    if mark:
        joint = "" if mark[-1] in "、）" else " "
        lines[0] = [*text_row(mark + joint).glyphs, *lines[0]]
    rows = [_row(line, looks) for line in lines if any(glyph.text != " " for glyph in line)]
    draft = Draft(rows)
    name = looks.name.casefold()
    if TOC.search(name) and not HEADING.match(name):
        draft.kind, draft.series, draft.closed = "table", "contents", True
    elif name in TITLE_STYLES:
        draft.kind, draft.closed = "title", True
    elif looks.level is not None and len(text) < 200:
        draft.kind, draft.level, draft.closed, draft.series = "heading", looks.level + 1, True, "given"
    elif mark and list_mark(mark)[0] and not list_mark(mark)[0].startswith("paragraph"):
        draft.kind, draft.marker, draft.closed = "list_item", mark.strip(), True
    yield draft


def _row(line: list[Glyph], looks: Looks) -> Row:
    x = 0.0
    for glyph in line:
        width = glyph.x1 - glyph.x0
        glyph.x0, glyph.x1 = x, x + width
        x += width
    sizes = Counter(glyph.size for glyph in line)
    row = Row(line, 1, size=max(sizes, key=lambda s: (sizes[s], s)), base=SIZE)
    row.text = "".join(glyph.text for glyph in line)
    inked = [glyph for glyph in line if glyph.text != " "]
    row.bold = sum(glyph.bold for glyph in inked) >= 0.8 * len(inked)
    row.centred = bool(looks.centred)
    row.right = x
    return row


def _lines(element: etree._Element, parts: _Document, looks: Looks) -> list[list[Glyph]]:
    """The glyphs of a paragraph, line by line where the writer broke lines by hand."""
    lines: list[list[Glyph]] = [[]]
    for run in _runs(element, 0):
        properties = run.find(f"{W}rPr")
        own = _looks(None, properties).over(looks)
        raised = properties is not None and _value(properties.find(f"{W}vertAlign")) == "superscript"
        if properties is not None and _on(properties.find(f"{W}vanish")):
            continue
        for child in run:
            written, mark = _written(child, parts)
            if child.tag in (f"{W}br", f"{W}cr") and child.get(f"{W}type") not in ("page", "column"):
                lines.append([])
            size = own.size or SIZE
            inked = text_row(written, bold=bool(own.bold), size=size).glyphs if written.strip() else []
            _add_blank(lines[-1], size, wanted=written[:1].isspace())
            for glyph in inked:
                glyph.raised = raised and bool(MARKS.fullmatch(glyph.text))
                glyph.note = mark
            lines[-1] += inked
            _add_blank(lines[-1], size, wanted=written[-1:].isspace())
    return lines


def _add_blank(line: list[Glyph], size: float, *, wanted: bool) -> None:
    """Adds a blank to a line that has text and ends in none."""
    if wanted and line and line[-1].text != " ":
        line.append(Glyph(" ", 0.0, 0.5 * SIZE, SIZE, size))


def _runs(element: etree._Element, nested: int) -> Iterator[etree._Element]:
    for child in element:
        if child.tag == f"{W}r":
            yield child
        elif child.tag in SKIPPED or child.tag == FALLBACK or child.tag == f"{W}pPr" or not isinstance(child.tag, str):
            continue
        elif nested < DEEPEST and child.tag not in (f"{W}txbxContent", f"{W}p", f"{W}tbl"):
            yield from _runs(child, nested + 1)


def _written(child: etree._Element, parts: _Document) -> tuple[str, bool]:
    """The text of a piece of a run, and whether it is the mark of a note."""
    if child.tag == f"{W}t":
        return usual_text(child.text or ""), False
    if child.tag in (f"{W}tab", f"{W}ptab"):
        return " ", False
    if child.tag == f"{W}noBreakHyphen":
        return "-", False
    if child.tag == f"{W}sym":
        code = child.get(f"{W}char", "")
        return (chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{4}", code) else ""), False
    if child.tag == f"{W}ruby":
        return "".join(text.text or "" for text in child.iterfind(f"{W}rubyBase//{W}t")), False
    if child.tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
        kind = "footnote" if child.tag == f"{W}footnoteReference" else "endnote"
        key = (kind, str(child.get(f"{W}id")))
        if key not in parts.notes:
            return "", False
        if key not in parts.marks:
            count = sum(known[0] == kind for known in parts.marks) + 1
            parts.marks[key] = (
                str(count) if kind == "footnote" or not any(k[0] == "footnote" for k in parts.notes) else f"[{count}]"
            )
        return parts.marks[key], True
    return "", False


def _notes(parts: _Document) -> Iterator[Draft]:
    """The notes in the order of their marks."""
    for key, mark in list(parts.marks.items()):
        rows: list[Row] = []
        for element in parts.notes[key].iterfind(f"{W}p"):
            for draft in _paragraph(element, parts):
                rows += draft.rows
        if rows:
            yield Draft(rows, "footnote", marker=mark)


def _tabular(element: etree._Element, parts: _Document, nested: int) -> Iterator[Draft]:
    """A table as rows of cells, or, where it only arranges the page, what stands in it."""
    rows: list[list[str]] = []
    inner: list[Draft] = []
    marks = len(parts.marks)
    for line in element.iterfind(f"{W}tr"):
        cells: list[str] = []
        for cell in line.iterfind(f"{W}tc"):
            drafts = list(_blocks(cell, parts, nested + 1))
            inner += drafts
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = merged is not None and merged.get(f"{W}val") != "restart"
            cells.append("" if goes_on else _joined(drafts))
            span = _value(cell.find(f"{W}tcPr/{W}gridSpan"))
            cells += [""] * (min(int(span), 200) - 1 if span is not None and span.isdecimal() else 0)
        rows.append(cells)
    width = max(map(len, rows), default=0)
    arranges = width < 2 or any(draft.table for draft in inner) or len(parts.marks) > marks
    if arranges or max((len(cell) for row in rows for cell in row), default=0) > 1500:
        yield from inner
    elif any(any(row) for row in rows):
        yield table(rows)


def _joined(drafts: list[Draft]) -> str:
    texts = ["".join(g.text for row in draft.rows for g in row.glyphs).strip() for draft in drafts]
    return " ".join(text for text in texts if text)


def _margins(package: Package, parts: _Document) -> tuple[list[Draft], list[Draft]]:
    """Headers and footers of the sections that are used, each text once."""
    relations = package.xml("word/_rels/document.xml.rels")
    heads: list[Draft] = []
    feet: list[Draft] = []
    known: set[tuple[str, str]] = set()
    for relation in relations if relations is not None else ():
        kind = str(relation.get("Type", "")).rsplit("/", 1)[-1]
        target = str(relation.get("Target", "")).lstrip("/")
        if kind not in ("header", "footer"):
            continue
        root = package.xml(target if target.startswith("word/") else f"word/{target}")
        for draft in _blocks(root, _Document(parts.styles, parts.default), 0) if root is not None else ():
            text = draft.text.strip()
            if not text or (kind, text) in known:
                continue
            known.add((kind, text))
            draft.kind, draft.closed = ("header" if kind == "header" else "footer"), True
            (heads if kind == "header" else feet).append(draft)
    return heads, feet
