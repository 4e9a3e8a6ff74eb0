"""Pictures of pages, rendered from the file itself, and the boxes that are drawn over them.

A page is asked for by its document's id and its number; the id is looked up in the run, so no text of a request ever
becomes a path. PDFium is not made for threads, so one picture is rendered at a time; the last ones are kept.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections import OrderedDict
from pathlib import Path

from pipeline.records import Record
from pipeline.tables import CommitmentRow, PassageRow

# Pixels for a point: 144 dots per inch, sharp on most screens; a huge page gets fewer.
SCALE = 2.0
LONGEST_SIDE = 3000
KEPT = 64


class Picture(Record, frozen=True):
    """A rendered page: its PNG, and the page's width and height in points."""

    png: bytes
    width: float
    height: float


class Frame(Record, frozen=True):
    """A box to be drawn: left, top, width and height in points, and whether it is the statement or its passage."""

    x: float
    y: float
    width: float
    height: float
    kind: str


class Pages:
    """Renders pages of PDF files and keeps the last ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, str], Picture] = OrderedDict()
        self._same: dict[tuple[str, int, int], str] = {}

    def unchanged(self, file: Path, document: str) -> bool:
        """Whether a file is still the one that was read: a document's id is the hash of its content."""
        from pipeline.records import stable_id

        try:
            stat = file.stat()
            key = (str(file), stat.st_size, stat.st_mtime_ns)
            if key not in self._same:
                with file.open("rb") as stream:
                    self._same[key] = stable_id("d", hashlib.file_digest(stream, "sha256").hexdigest())
        except OSError:
            return False
        return self._same[key] == document

    def render(self, file: Path, page: int, document: str) -> Picture:
        """A page of a PDF.

        Args:
            file: the file.
            page: from 1.
            document: the document's id.

        Raises:
            LookupError: if the page cannot be shown; the message says why.
        """
        if file.suffix.lower() != ".pdf":
            raise LookupError("only PDF files have pages to show")
        if not self.unchanged(file, document):
            raise LookupError("the file has been moved or changed since the run")
        key = (str(file), page, document)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = _render(file, page)
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _render(file: Path, page: int) -> Picture:
    import pypdfium2

    try:
        book = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise LookupError(f"the file cannot be opened: {error}") from None
    try:
        if not 1 <= page <= len(book):
            raise LookupError(f"the file has {len(book)} pages")
        sheet = book[page - 1]
        width, height = sheet.get_size()
        scale = min(SCALE, LONGEST_SIDE / max(width, height, 1.0))
        image = sheet.render(scale=scale).to_pil()
        stream = io.BytesIO()
        image.save(stream, "PNG", compress_level=3)
        return Picture(png=stream.getvalue(), width=width, height=height)
    finally:
        book.close()


def frames(row: CommitmentRow, passage: PassageRow, page: int) -> list[Frame]:
    """The boxes of a passage on a page, a line each, and those lines of it that the statement's box holds."""
    corners = [float(part) for part in row.bbox.split(",")] if row.bbox and row.page == page else []
    made = []
    for number, x0, top, x1, bottom in passage.boxes:
        if int(number) != page:
            continue
        middle = (top + bottom) / 2
        inside = len(corners) == 4 and corners[1] <= middle <= corners[3] and x0 < corners[2] and corners[0] < x1
        made.append(Frame(x=x0, y=top, width=x1 - x0, height=bottom - top, kind="statement" if inside else "passage"))
    return made
