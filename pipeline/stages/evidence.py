"""Makes the rows of one document: every statement with its page, box, section and quote; every mention and number.

Nothing is decided here. In order: the places of the document's blocks are looked up, then each passage with its tags
gives its rows, and the rows that need other documents (works, themes, the other language) are left open for the tables.
It is a stage so that it runs in parallel, is cached, and leaves the tables nothing but joining: the large records of a
document (the edges of every character) need not be held for the whole corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pipeline.config import Settings
from pipeline.records import (
    OPERATIVE_FORCES,
    Block,
    Box,
    Facts,
    Findings,
    Parsed,
    Passage,
    Passages,
    Quantity,
    Span,
    Statement,
    Tagged,
    TaggedDocument,
    stable_id,
)
from pipeline.stage import Stage
from pipeline.tables import (
    CommitmentRow,
    DefinitionRow,
    DocumentRow,
    DocumentRows,
    Mention,
    PassageRow,
    QuantityRow,
    ReferenceRow,
    StatementRow,
)


def boxes_of(passage: Passage, blocks: dict[str, Block], start: int, end: int) -> Iterator[Box]:
    """The places of ``passage.text[start:end]``, one a printed line, as narrow as its characters.

    Args:
        passage: the passage, whose anchors say which stretch of which block each part of it is.
        blocks: the document's blocks by id.
        start, end: code points into the passage's text, half-open.
    """
    for anchor in passage.anchors:
        first, last = max(start, anchor.start), min(end, anchor.end)
        if first >= last:
            continue
        shift = anchor.block_start - anchor.start
        for line in blocks[anchor.block].lines:
            a, b = max(first + shift, line.start), min(last + shift, line.end)
            if a < b:
                x0 = line.edges[a - line.start] if line.edges else line.box.x0
                x1 = line.edges[b - line.start] if line.edges else line.box.x1
                yield Box(page=line.box.page, x0=min(x0, x1), top=line.box.top, x1=max(x0, x1), bottom=line.box.bottom)


def place(passage: Passage, blocks: dict[str, Block], start: int, end: int) -> tuple[int, str]:
    """The page of a stretch of a passage, and the union of its boxes on that page as ``x0,top,x1,bottom``.

    A stretch without boxes (formats without pages) has the page of its block and an empty box.
    """
    boxes = list(boxes_of(passage, blocks, start, end))
    if not boxes:
        anchors = [a for a in passage.anchors if a.start < end and start < a.end] or list(passage.anchors)
        return (blocks[anchors[0].block].page if anchors else 1), ""
    page = boxes[0].page
    here = [box for box in boxes if box.page == page]
    corners = (
        min(box.x0 for box in here),
        min(box.top for box in here),
        max(box.x1 for box in here),
        max(box.bottom for box in here),
    )
    return page, ",".join(f"{value:.1f}" for value in corners)


def rows_of(
    parsed: Parsed, facts: Facts, passages: Passages, tagged: TaggedDocument, findings: Findings
) -> DocumentRows:
    """The rows of one document; what joins documents is empty in them."""
    blocks = {block.id: block for block in parsed.blocks}
    pairs = list(zip(passages.passages, tagged.tagged, strict=True))
    statements = [row for passage, tags in pairs for row in _statements(passage, tags, facts, blocks)]
    rows = tuple(_passage_row(passage, tags, blocks) for passage, tags in pairs)
    pages = {row.id: row.page for row in rows}
    return DocumentRows(
        document=parsed.document,
        about=_about(parsed, facts, tagged, len(statements)),
        statements=tuple(statements),
        passages=rows,
        actors=tuple(
            Mention(id=a.id, text=a.text, lang=p.lang, kind=a.kind, layer=a.layer, page=pages[p.id])
            for p, tags in pairs
            for a in tags.actors
        ),
        instruments=tuple(
            Mention(id=i.id, text=i.text, lang=p.lang, kind="", layer="", page=pages[p.id])
            for p, tags in pairs
            for i in tags.instruments
        ),
        quantities=tuple(_quantity(p, q, blocks) for p, tags in pairs for q in tags.quantities),
        definitions=tuple(_definitions(findings, passages.passages, blocks)),
        references=tuple(_references(findings)),
        failures=parsed.failures,
    )


def _about(parsed: Parsed, facts: Facts, tagged: TaggedDocument, commitments: int) -> DocumentRow:
    return DocumentRow(
        document=parsed.document,
        path=parsed.path,
        same_as=(),
        work_id=parsed.document,
        state="complete",
        title=facts.title,
        title_en=facts.title_en,
        title_zh=facts.title_zh,
        languages=facts.languages,
        pages=len(parsed.pages),
        pages_recognised=sum(page.ocr for page in parsed.pages),
        issuer=facts.issuer,
        date=facts.date,
        symbol=facts.symbol,
        genre=facts.genre,
        legal_status=facts.legal_status,
        participants=facts.participants,
        theme="",
        theme_label="",
        blocks=len(parsed.blocks),
        passages=len(tagged.tagged),
        statements=sum(len(tags.statements) for tags in tagged.tagged),
        commitments=commitments,
        failures=len(parsed.failures),
        characters=sum(len(block.text) for block in parsed.blocks),
    )


def _statements(passage: Passage, tags: Tagged, facts: Facts, blocks: dict[str, Block]) -> Iterator[StatementRow]:
    """A row for each operative statement; its id is its passage's and its place among the passage's statements."""
    for ordinal, statement in enumerate(tags.statements):
        if statement.force not in OPERATIVE_FORCES:
            continue
        start, end = _whole(statement, passage)
        page, bbox = place(passage, blocks, start, end)
        bearer, deadline = statement.bearer, statement.deadline
        alone = len(tags.statements) == 1
        row = CommitmentRow(
            statement_id=stable_id("s", passage.id, ordinal),
            work_id=passage.document,
            document=passage.document,
            title=facts.title,
            page=page,
            bbox=bbox,
            section=" / ".join(passage.section),
            lang=passage.lang,
            force=statement.force,
            strength=statement.strength,
            binding=statement.binding,
            bearer=_text(bearer),
            bearer_id=bearer.id if bearer else "",
            bearer_kind=bearer.kind if bearer else "",
            layer=bearer.layer if bearer else "",
            counterparty=_text(statement.counterparty),
            action=_text(statement.action),
            condition=_text(statement.condition),
            hedge=_texts(statement.hedges),
            deadline=_text(deadline),
            deadline_from=(deadline.from_ or "") if deadline else "",
            deadline_to=(deadline.to or "") if deadline else "",
            instruments=_texts(m for m in tags.instruments if alone or (m.start < end and start < m.end)),
            quantities=_texts(m for m in tags.quantities if alone or (m.start < end and start < m.end)),
            theme="",
            theme_label="",
            quote=passage.text[start:end],
            quote_other_language="",
            divergence=(),
            confidence=round(statement.confidence or tags.confidence, 4),
            review="unreviewed",
        )
        yield StatementRow(passage=passage.id, start=start, end=end, row=row)


def _whole(statement: Statement, passage: Passage) -> tuple[int, int]:
    """The clause of a statement, widened to hold all its slots, without blanks at its ends."""
    slots = [
        statement.bearer,
        statement.counterparty,
        statement.action,
        statement.condition,
        statement.deadline,
        *statement.hedges,
    ]
    start = min([statement.start, *(slot.start for slot in slots if slot)])
    end = max([statement.end, *(slot.end for slot in slots if slot)])
    while start < end and passage.text[start].isspace():
        start += 1
    while end > start and passage.text[end - 1].isspace():
        end -= 1
    return start, end


def _text(span: Span | None) -> str:
    return span.text if span else ""


def _texts(spans: Iterable[Span]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.text for span in spans))


def _passage_row(passage: Passage, tags: Tagged, blocks: dict[str, Block]) -> PassageRow:
    return PassageRow(
        id=passage.id,
        document=passage.document,
        work_id=passage.document,
        ordinal=passage.ordinal,
        page=place(passage, blocks, passage.item_start, len(passage.text))[0],
        section=passage.section,
        lang=passage.lang,
        text=passage.text,
        item_start=passage.item_start,
        boxes=tuple(
            (float(b.page), round(b.x0, 2), round(b.top, 2), round(b.x1, 2), round(b.bottom, 2)) for b in passage.boxes
        ),
        theme="",
        other_language=(),
        force=tags.force,
        confidence=tags.confidence,
        probabilities=tags.probabilities,
        statements=tags.statements,
        actors=tags.actors,
        instruments=tags.instruments,
        deadlines=tags.deadlines,
        quantities=tags.quantities,
        labeller=tags.labeller,
    )


def _quantity(passage: Passage, found: Quantity, blocks: dict[str, Block]) -> QuantityRow:
    page, bbox = place(passage, blocks, found.start, found.end)
    return QuantityRow(
        document=passage.document,
        passage=passage.id,
        page=page,
        bbox=bbox,
        lang=passage.lang,
        text=found.text,
        value=found.value,
        low=found.low,
        high=found.high,
        unit=found.unit,
        of=found.of,
        quote=passage.text,
    )


def _definitions(
    findings: Findings, passages: tuple[Passage, ...], blocks: dict[str, Block]
) -> Iterator[DefinitionRow]:
    known = {passage.id: passage for passage in passages}
    for found in findings.definitions:
        passage = known[found.passage]
        page, bbox = place(passage, blocks, 0, len(passage.text))
        yield DefinitionRow(
            document=passage.document,
            passage=passage.id,
            page=page,
            bbox=bbox,
            lang=passage.lang,
            term=found.term,
            definition=found.definition,
            holder=found.holder,
            sense=found.sense,
            quote=passage.text,
        )


def _references(findings: Findings) -> Iterator[ReferenceRow]:
    for found in findings.references:
        yield ReferenceRow(
            document=found.document,
            page=found.page,
            marker=found.marker,
            author=found.author,
            title=found.title,
            venue=found.venue,
            year=found.year,
            issue=found.issue,
            url=found.url,
            text=found.text,
        )


def build(settings: Settings) -> Callable[..., DocumentRows]:
    """The stage's function; there is nothing to set."""
    return rows_of


STAGE = Stage(
    "evidence", ("parsed", "facts", "passages", "tagged", "findings"), "rows", DocumentRows, "document", build
)
