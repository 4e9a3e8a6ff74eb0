"""Pages that are pictures: recognised, levelled, turned upright, with places on the page; and what is not to be believed."""

from __future__ import annotations

import io

import msgspec
import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.config import ParseSettings
from pipeline.records import Block
from pipeline.stages.parse.found import Found
from pipeline.stages.parse.model import Glyph, Page, Rect
from pipeline.stages.parse.pdf import read_pdf
from pipeline.stages.parse.quality import doubt, share_wrong
from tests.stages.sheets import Sheet, Style

AUTO, OFF = ParseSettings(ocr="auto"), ParseSettings(ocr="off")
SIZE = (420.0, 230.0)
TEXTS = [
    "The Parties shall report to the Secretariat every year on the measures that they have taken to secure their ports.",
    "各缔约国应每年向秘书处提交报告，说明为保障港口安全所采取的各项措施以及遇到的困难和需要的援助。",
]


def printed() -> bytes:
    sheet = Sheet(size=SIZE, columns=[(40.0, 340.0)], top=190.0, bottom=20.0)
    for text in TEXTS:
        sheet.paragraph(text, Style(size=12, leading=18, after=12))
    return sheet.data()


def scanned(data: bytes, *, slant: float = 0.0, quarter: int = 0, words: str = "") -> bytes:
    """A file of pictures of the pages; ``words`` is a hidden text layer."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for page in pypdfium2.PdfDocument(data):
        image = page.render(scale=150 / 72).to_pil().convert("L").rotate(90 * quarter, expand=True)
        image = image.rotate(slant, fillcolor=255, resample=Image.Resampling.BICUBIC)
        width, height = image.width * 72 / 150, image.height * 72 / 150
        canvas.setPageSize((width, height))
        picture = io.BytesIO()
        image.save(picture, "PNG")
        canvas.drawImage(ImageReader(picture), 0, 0, width, height)
        hidden = canvas.beginText(40, 190)
        hidden.setTextRenderMode(3)
        hidden.setFont("Times-Roman", 12)
        for at in range(0, len(words), 60):
            hidden.textLine(words[at : at + 60])
        canvas.drawText(hidden)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read(data: bytes, settings: ParseSettings = AUTO) -> Found:
    return read_pdf("d", data, settings)


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks]


@pytest.mark.parametrize(
    ("slant", "quarter"),
    [(0.0, 0), (1.5, 0), (0.0, 1), (0.0, 2)],
    ids=["straight", "slant", "side", "head"],
)
def test_scans_are_read(slant: float, quarter: int) -> None:
    found = read(scanned(printed(), slant=slant, quarter=quarter))
    assert texts(found.blocks) == TEXTS
    assert [page.ocr for page in found.pages] == [True]
    assert not found.failures


def test_places_of_a_scan_are_those_on_the_page() -> None:
    """A line that is recognised stands where the printed one stands, to the half letter that a full stop leaves empty."""
    there = [line for block in read(printed(), OFF).blocks for line in block.lines]
    found = [line for block in read(scanned(printed())).blocks for line in block.lines]
    assert len(there) == len(found)
    for one, other in zip(there, found, strict=True):
        for name in ("x0", "top", "x1", "bottom"):
            assert getattr(other.box, name) == pytest.approx(getattr(one.box, name), abs=8)
        assert len(other.edges) == other.end - other.start + 1


def test_what_is_read_off_a_scan_can_be_stored() -> None:
    blocks = read(scanned(printed())).blocks
    assert msgspec.json.decode(msgspec.json.encode(blocks), type=tuple[Block, ...]) == blocks


def test_without_recognition_a_scan_is_a_failure() -> None:
    found = read(scanned(printed()), OFF)
    assert not found.blocks
    assert [page for page, _ in found.failures] == [1]
    assert 'ocr = "off"' in found.failures[0][1]


def test_a_good_hidden_layer_is_used_and_a_poor_one_is_not() -> None:
    good = read(scanned(printed(), words=TEXTS[0]), OFF)
    assert "".join(texts(good.blocks)).replace(" ", "") == TEXTS[0].replace(" ", "")
    assert not good.failures
    poor = scanned(printed(), words="Th^ P¬rt|es sh\\ll r{p}rt ~t th` S¢cr¤tar¦at ev«ry ye¬r on t^e m|as¬res " * 2)
    assert "too poor" in read(poor, OFF).failures[0][1]
    assert texts(read(poor).blocks) == TEXTS


def test_always_reads_the_picture_of_printed_text_too() -> None:
    found = read(printed(), ParseSettings(ocr="always"))
    assert texts(found.blocks) == TEXTS
    assert found.pages[0].ocr


def page(text: str, *, unmapped: int = 0, pictures: bool = False) -> Page:
    made = Page(number=1, width=600, height=800, drawn=bool(text) or pictures, unmapped=unmapped)
    made.glyphs = [Glyph(char, 10.0 + n, 11.0 + n, 100.0, 10.0) for n, char in enumerate(text)]
    made.pictures = [Rect(0, 0, 600, 800)] if pictures else []
    return made


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (page("The Parties shall report every year."), ""),
        (page("各缔约国应每年提交报告，说明所采取的措施（第3条）。"), ""),
        (page("λ ≤ 3.5 × 10⁵ Bq, see § 4 ¶ 2 – “Annex”" * 3), ""),
        (page(""), "empty"),
        (page("", pictures=True), "no text"),
        (page("\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008" * 3, unmapped=24), "no readable value"),
        (page("(cid:12)(cid:7)(cid:45)(cid:3)(cid:99)"), "no readable value"),
        (page("ÐÂÎÅÖÐÐÄ" * 4 + "ƷƸƹƺ" * 8), "no readable value"),
        (page("Page 3", pictures=True), "picture"),
    ],
)
def test_doubt(made: Page, reason: str) -> None:
    assert doubt(made) == "" if not reason else reason in doubt(made)


def test_share_wrong_is_a_share() -> None:
    assert share_wrong("") == 0.0
    assert share_wrong("abc", unmapped=30) == 1.0
