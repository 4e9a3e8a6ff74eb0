"""HTML: the text of the page itself, without menus, advertisements and footers.

The body is read block by block, as a reader sees it; trafilatura says from where to where the main text goes. It is made for
articles: where it keeps only a small part of what the body shows (short notices, laws set as tables), it is not heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.etree
import lxml.html
import trafilatura

from pipeline.records import PageSize
from pipeline.stages.parse.encoding import EncodingError, decode
from pipeline.stages.parse.found import Found, Unreadable
from pipeline.stages.parse.kinds import assign
from pipeline.stages.parse.marks import list_mark
from pipeline.stages.parse.model import Draft
from pipeline.stages.parse.notes import MARKS
from pipeline.stages.parse.written import marked, paragraph, table, written_blocks

CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.I)
# What the main text must at least be of the plain text without menus for it to be believed.
MAIN = 0.5
LEFT_OUT = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "aside",
    "form",
    "button",
    "select",
    "svg",
    "iframe",
    "object",
    "head",
)
BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "table",
        "tr",
        "td",
        "th",
        "br",
        "hr",
        "center",
        "address",
        "figcaption",
    ]
)
# A table with longer cells than this arranges a page and holds no data.
LONGEST_CELL = 800
# What stands between these is a note's mark.
OPEN, CLOSE = "\ufdd0", "\ufdd1"


def read_web(document: str, data: bytes) -> Found:
    """The blocks of an HTML page.

    Args:
        document: its id.
        data: the file; its encoding is found from its bytes and from what it declares.

    Raises:
        Unreadable: if it holds no text.
    """
    declared = CHARSET.search(data[:4096])
    try:
        text = decode(data, declared.group(1).decode("ascii") if declared else "")
    except EncodingError as error:
        raise Unreadable(str(error)) from error
    drafts = drafts_of(text)
    blocks = written_blocks(document, drafts)
    if not blocks:
        raise Unreadable("the page holds no text")
    return Found(pages=(PageSize(page=1, width=0.0, height=0.0),), blocks=blocks)


def drafts_of(text: str) -> list[Draft]:
    """The paragraphs of an HTML text, their kinds assigned."""
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = lxml.html.HTMLParser(
        encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return []
    drafts = _without_boilerplate(list(_plain(root)), _main(text))
    assign(drafts, 0.0)
    return drafts


def _main(text: str) -> str:
    """The main text as trafilatura sees it, without white space; empty if it sees none."""
    try:
        found = trafilatura.extract(text, include_comments=False, include_tables=True, favor_recall=True)
    except (ValueError, TypeError, AttributeError, RecursionError, LookupError, lxml.etree.LxmlError):
        return ""
    return re.sub(r"[\s|]", "", found or "")


def _without_boilerplate(drafts: list[Draft], main: str) -> list[Draft]:
    """The blocks from the first to the last that belong to the main text, and the headings right above them.

    What lies between is kept, because extractors made for articles drop short articles, dates and signatures of laws.
    """
    texts = ["".join(_letters(draft)) for draft in drafts]
    inside = [index for index, text in enumerate(texts) if len(text) > 12 and text in main]
    kept = sum(len(texts[index]) for index in inside)
    if not inside or kept < MAIN * sum(map(len, texts)):
        return drafts
    first, last = inside[0], inside[-1]
    while first and (drafts[first - 1].kind in ("title", "heading") or texts[first - 1] in main):
        first -= 1
    while last + 1 < len(drafts) and texts[last + 1] in main:
        last += 1
    return drafts[first : last + 1]


def _letters(draft: Draft) -> Iterator[str]:
    rows = draft.rows or [row for part in draft.table for cells in part.cells for cell in cells for row in cell]
    for row in rows:
        yield re.sub(r"[\s|]", "", row.text.removeprefix(draft.marker))


def _headed(draft: Draft, level: int) -> None:
    draft.kind, draft.level, draft.closed, draft.series = (
        ("title" if level == 1 else "heading"),
        max(0, level - 1),
        True,
        "given",
    )


def _plain(root: lxml.html.HtmlElement) -> Iterator[Draft]:
    """Everything that a reader sees but menus and forms, block by block."""
    body = root.find("body") if root.tag == "html" else root
    if body is None:
        return
    for element in list(body.iter(*LEFT_OUT)):
        if element.getparent() is not None:
            element.drop_tree()
    pieces = _Pieces()
    walk = lxml.etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start" and tag == "table" and (rows := _data(element)):
            yield from pieces.flush()
            yield table(rows)
            element.text = None
            for child in list(element):
                element.remove(child)
            continue
        if tag in BLOCKS:
            yield from pieces.flush()
            pieces.kind = tag if event == "start" else ""
            pieces.mark = _item_mark(element) if event == "start" and tag == "li" else ""
        written = (element.text if event == "start" else element.tail) or ""
        if tag == "sup" and event == "start" and MARKS.fullmatch(written.strip() or " "):
            written = f"{OPEN}{written.strip()}{CLOSE}"
        pieces.parts.append(written)
    yield from pieces.flush()


class _Pieces:
    """The text of the block in hand, from several elements."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.kind = self.mark = ""

    def flush(self) -> Iterator[Draft]:
        """The block so far, if it has any text."""
        written = re.sub(r"[ \t\r\n\xa0]+", " ", "".join(self.parts)).strip()
        self.parts.clear()
        if not written:
            return
        note = re.match(f"{OPEN}([^{CLOSE}]+){CLOSE}", written)
        if note:
            draft = paragraph(re.sub(f"[{OPEN}{CLOSE}]", "", written[note.end() :]))
            draft.kind, draft.marker = "footnote", note.group(1)
        else:
            draft = marked(re.split(f"[{OPEN}{CLOSE}]", self.mark + written))
            if re.fullmatch("h[1-6]", self.kind):
                _headed(draft, int(self.kind[1]))
            elif self.mark:
                draft.kind, draft.marker, draft.closed = "list_item", self.mark.strip(), True
        self.mark = ""
        yield draft


def _item_mark(element: lxml.html.HtmlElement) -> str:
    """The mark that a browser shows before an item of a list."""
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return "• "
    if str(element.text_content()).strip()[:1] in ("(", "（", "①") or list_mark(str(element.text_content()))[0]:
        return ""
    first = str(parent.get("start") or "1")
    number = (int(first) if first.isdecimal() else 1) + sum(1 for other in element.itersiblings("li", preceding=True))
    return f"{number}. "


def _data(element: lxml.html.HtmlElement) -> list[list[str]]:
    """The cells of a table that holds data; nothing if it only arranges the page."""
    if element.find(".//table") is not None:
        return []
    rows = [[_words(cell) for cell in row if cell.tag in ("td", "th")] for row in element.iter("tr")]
    rows = [row for row in rows if any(row)]
    if len(rows) < 2 or max(map(len, rows)) < 2 or any(len(cell) > LONGEST_CELL for row in rows for cell in row):
        return []
    return rows


def _words(element: lxml.html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", str(element.text_content())).strip()
