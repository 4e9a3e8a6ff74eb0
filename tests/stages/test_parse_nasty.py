"""Files that bite: each costs only itself and says why, in words; none raises, hangs or fills the memory."""

from __future__ import annotations

import io
import os
import random
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from pipeline.config import ParseSettings
from pipeline.records import Parsed, Source
from pipeline.stages.parse import STAGE, package, parse
from tests.stages.sheets import EN, ZH, Sheet, Style

OFF = ParseSettings(ocr="off")


def read(folder: Path, name: str, data: bytes, settings: ParseSettings = OFF) -> Parsed:
    file = folder / name
    file.write_bytes(data)
    return parse(Source(document="d", path=name, file=str(file), sha256=""), settings)


def simple(pages: int = 1) -> bytes:
    sheet = Sheet(foot="#")
    for number in range(pages):
        if number:
            sheet.next_page()
        for text in (*EN[:2], *ZH[:2]):
            sheet.paragraph(f"{number + 1} {text}", Style(after=8))
    return sheet.data()


def word() -> bytes:
    buffer = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(EN[0])
    document.add_paragraph(ZH[0])
    document.save(buffer)
    return buffer.getvalue()


def encrypted() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=pdfencrypt.StandardEncryption("secret", ownerPassword="owner", strength=128))
    canvas.drawString(100, 700, "secret")
    canvas.save()
    return buffer.getvalue()


def without_pages() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )


def cyclic() -> bytes:
    """A page tree whose branch is its own root."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2/Parent 2 0 R>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 3 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


def archive(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return buffer.getvalue()


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
NASTY: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.pdf", lambda: b"", "empty"),
    "only blanks": ("a.txt", lambda: b" \r\n\t\n", "empty"),
    "null bytes": ("a.txt", lambda: b"\0" * 5000, "empty"),
    "a picture named .txt": ("a.txt", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4, "not text"),
    "text named .pdf": ("a.pdf", lambda: b"This is no PDF at all.", "is none"),
    "text named .docx": ("a.docx", lambda: b"This is no DOCX at all.", "broken or cut off"),
    "PDF cut off": ("a.pdf", lambda: simple()[:700], "broken or cut off"),
    "PDF encrypted": ("a.pdf", encrypted, "remove the password"),
    "PDF without pages": ("a.pdf", without_pages, "no pages|broken"),
    "DOCX cut off": ("a.docx", lambda: word()[:4000], "broken or cut off"),
    "DOCX encrypted": ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted"),
    "old Word": ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office format"),
    "RTF": ("a.rtf", lambda: b"{\\rtf1 hello}", "RTF"),
    "ZIP that is no DOCX": ("a.docx", lambda: archive({"a.txt": b"hello"}), "no Word document"),
    "XML entities": ("a.docx", lambda: archive({"word/document.xml": DOCTYPE}), "entities"),
    "XML cut off": ("a.docx", lambda: archive({"word/document.xml": b"<w:document"}), "not well-formed"),
    "HTML without text": ("a.html", lambda: b"<html><body><script>1</script></body></html>", "no text"),
}


@pytest.mark.parametrize(("name", "make", "reason"), NASTY.values(), ids=NASTY)
def test_a_reason_that_a_person_understands(tmp_path: Path, name: str, make: Callable[[], bytes], reason: str) -> None:
    parsed = read(tmp_path, name, make())
    assert not parsed.blocks
    assert [(failure.path, failure.page, failure.stage) for failure in parsed.failures] == [(name, 0, "parse")]
    assert any(part in parsed.failures[0].reason for part in reason.split("|")), parsed.failures[0].reason


def test_a_sound_file_has_no_failures(tmp_path: Path) -> None:
    """The counterpart of all the others here."""
    for name, data in (("a.pdf", simple(2)), ("a.docx", word()), ("a.txt", ZH[1].encode("gb18030"))):
        parsed = read(tmp_path, name, data)
        assert parsed.blocks
        assert not parsed.failures


def test_file_names_in_chinese_with_blanks(tmp_path: Path) -> None:
    assert read(tmp_path, "港湾 计划（草案）.pdf", simple()).blocks


def test_gone_folder_and_forbidden(tmp_path: Path) -> None:
    def reason(file: Path) -> str:
        return parse(Source(document="d", path="a", file=str(file), sha256=""), OFF).failures[0].reason

    assert "not there any more" in reason(tmp_path / "none.pdf")
    if sys.platform != "win32":
        assert "folder" in reason(tmp_path)
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    secret.chmod(0)
    if sys.platform != "win32" and os.geteuid() != 0:
        assert "permission" in reason(secret)


def test_a_cyclic_page_tree_ends(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", cyclic())
    assert parsed.failures


def test_a_bad_page_costs_that_page(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    canvas.drawString(100, 700, "A page of normal size.")
    canvas.showPage()
    canvas.setPageSize((90_000, 90_000))
    canvas.drawString(100, 700, "A page as large as a house.")
    canvas.showPage()
    canvas.setPageSize((595, 842))
    canvas.drawString(100, 700, "Another page of normal size.")
    canvas.save()
    parsed = read(tmp_path, "a.pdf", buffer.getvalue())
    assert [b.text for b in parsed.blocks] == ["A page of normal size.", "Another page of normal size."]
    assert [(f.page, "which no page is" in f.reason) for f in parsed.failures] == [(2, True)]


def test_pages_without_text_are_failures_when_ocr_is_off(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    canvas.drawString(100, 700, "A page with text.")
    canvas.showPage()
    canvas.showPage()
    canvas.circle(300, 400, 100)
    canvas.showPage()
    canvas.save()
    parsed = read(tmp_path, "a.pdf", buffer.getvalue())
    assert [(f.page, f.reason) for f in parsed.failures] == [
        (2, "the page is empty"),
        (3, 'the page has no text (it is a picture or empty); optical recognition is off (ocr = "off")'),
    ]


def test_five_thousand_pages_of_nothing(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True, pageCompression=0)
    for _ in range(5000):
        canvas.showPage()
    canvas.save()
    begun = time.monotonic()
    parsed = read(tmp_path, "a.pdf", buffer.getvalue())
    assert time.monotonic() - begun < 20
    assert [(f.page, "of 5000 pages are empty" in f.reason) for f in parsed.failures] == [(0, True)]


def test_limits_of_pages_and_characters(tmp_path: Path) -> None:
    few = read(tmp_path, "a.pdf", simple(5), ParseSettings(ocr="off", max_pages=2))
    assert max(block.page for block in few.blocks) == 2
    assert [(f.page, "max_pages" in f.reason) for f in few.failures] == [(3, True)]
    short = read(tmp_path, "a.pdf", simple(5), ParseSettings(ocr="off", max_characters=800))
    assert 0 < sum(len(block.text) for block in short.blocks) <= 800
    assert ["max_characters" in f.reason for f in short.failures] == [True]


def test_archives_that_unpack_to_mountains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_PART", 1_000_000)
    bomb = archive({"word/document.xml": b"<a>" + b" " * 30_000_000 + b"</a>"})
    assert len(bomb) < 100_000
    assert "unpacks to more" in read(tmp_path, "a.docx", bomb).failures[0].reason
    monkeypatch.setattr(package, "MAX_ENTRIES", 50)
    many = archive({f"{n}.xml": b"" for n in range(60)})
    assert "parts" in read(tmp_path, "b.docx", many).failures[0].reason


def test_deeply_nested_xml_and_html(tmp_path: Path) -> None:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    depth = 3000
    inside = f"{'<w:sdt>' * depth}<w:p><w:r><w:t>x</w:t></w:r></w:p>{'</w:sdt>' * depth}"
    nested = f"<w:document {w}><w:body>{inside}</w:body></w:document>"
    assert read(tmp_path, "a.docx", archive({"word/document.xml": nested.encode()})).failures
    page = "<html><body>" + "<div>" * 5000 + "We shall report every year to the Secretariat." + "</div>" * 5000
    parsed = read(tmp_path, "a.html", page.encode())
    assert parsed.blocks or parsed.failures


def test_fonts_without_a_map_are_noticed(tmp_path: Path) -> None:
    """A page of private-use characters is doubted and not passed on."""
    text = "".join(chr(0xE000 + n % 200) for n in range(900))
    body = f"BT /F1 10 Tf 50 700 Td <{text.encode('utf-16-be').hex()}> Tj ET".encode()
    data = (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9000 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
        b"5 0 obj<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>endobj\n"
        b"6 0 obj<</Type/Font/Subtype/CIDFontType2/BaseFont/X"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000>>endobj\n"
    ) % (len(body), body)
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        b"1 beginbfrange <E000> <E0FF> <E000> endbfrange endcmap end end"
    )
    data += b"7 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF" % (len(cmap), cmap)
    parsed = read(tmp_path, "a.pdf", data)
    assert not parsed.blocks
    assert [f.page for f in parsed.failures] == [1]
    assert "no readable value" in parsed.failures[0].reason


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A file with a few places changed, cut out, doubled or cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 3, 10, 50])):
        at = chance.randrange(len(changed))
        what = chance.randrange(5)
        if what == 0:
            changed[at] = chance.randrange(256)
        elif what == 1:
            del changed[at : at + chance.randrange(1, 64)]
        elif what == 2:
            source = chance.randrange(len(changed))
            changed[at:at] = changed[source : source + chance.randrange(1, 200)]
        elif what == 3:
            changed[at : at + 4] = chance.choice([b"9999", b"-1  ", b"\0\0\0\0", b"<<>>", b"0 R ", b"null"])
        elif chance.random() < 0.1:
            del changed[at:]
        if len(changed) < 16:
            break
    return bytes(changed)


@pytest.mark.parametrize("seed", range(6))
def test_mutated_files_have_rows_or_a_reason(tmp_path: Path, seed: int) -> None:
    """2,000 files of this kind went through the same function when it was written; here are a few more each time."""
    chance = random.Random(seed)
    sound = {"a.pdf": simple(2), "a.docx": word(), "a.txt": (EN[1] + ZH[1]).encode("gb18030")}
    run = STAGE.build(OFF)
    for number in range(12):
        name = sorted(sound)[number % 3]
        file = tmp_path / name
        file.write_bytes(mutated(sound[name], chance))
        begun = time.monotonic()
        parsed = run(Source(document="d", path=name, file=str(file), sha256=""))
        assert parsed.blocks or parsed.failures
        assert all(failure.reason for failure in parsed.failures)
        assert time.monotonic() - begun < 10
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(sound)
