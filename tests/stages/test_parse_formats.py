"""Formats other than PDF, encodings, and what is no document at all: blocks, or a reason that a person understands."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from pipeline.config import ParseSettings
from pipeline.records import Block, Parsed, Source
from pipeline.stages.parse import parse
from pipeline.stages.parse.encoding import EncodingError, decode
from pipeline.stages.parse.numbering import chinese, letter, roman, shown

ENGLISH = "The Parties shall report every year.\n\nEach Party shall designate an authority.\n"
SIMPLIFIED = (
    "各缔约国应当每年提交报告，说明为执行本公约所采取的措施。\n缔约国应指定一个主管机关，并将其名称通知秘书处。\n"
)
TRADITIONAL = (
    "各締約國應當每年提交報告，說明為執行本公約所採取的措施。\n締約國應指定一個主管機關，並將其名稱通知秘書處。\n"
)


def read(folder: Path, name: str, data: bytes) -> Parsed:
    file = folder / name
    file.write_bytes(data)
    return parse(Source(document="d", path=name, file=str(file), sha256=""), ParseSettings(ocr="off"))


def shape(blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks]


@pytest.mark.parametrize(
    "name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk", "big5"]
)
@pytest.mark.parametrize("text", [ENGLISH, SIMPLIFIED, TRADITIONAL], ids=["english", "simplified", "traditional"])
def test_encodings_are_found(name: str, text: str) -> None:
    if (name == "big5") != (text is TRADITIONAL) and name in ("big5", "gbk"):
        pytest.skip("this encoding does not write this script")
    if name in ("utf-16-le", "utf-16-be") and text is not ENGLISH:
        pytest.skip("Chinese UTF-16 without a byte-order mark is not told from other bytes")
    assert decode(text.encode(name)) == text


def test_windows_punctuation() -> None:
    assert decode("The “Harbour Plan” – a treaty – costs €5 and is the Parties’ own.".encode("cp1252")).startswith(
        "The “Harbour Plan”"
    )


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(EncodingError, match="null bytes"):
        decode(bytes(range(256)) * 20)


TEXTS = {
    "a paragraph a line": (
        "港湾条例\n第一章 总则\n第一条 运营者应当：\n（一）每年培训警卫；\n（二）保存记录。\n",
        [
            ("title", "港湾条例"),
            ("heading", "第一章 总则"),
            ("paragraph", "第一条 运营者应当："),
            ("list_item", "（一）每年培训警卫；"),
            ("list_item", "（二）保存记录。"),
        ],
    ),
    "broken by hand": (
        "HARBOUR PLAN\n\nThe Parties to the present Plan shall report to the Secretariat every\nyear on the "
        "measures that they have taken, and shall desig-\nnate an authority for the inspection of ports within their\n"
        "territory.\n\n1. Each Party shall train its guards and shall keep a record of\nevery delivery.\n2. Each Party may ask "
        "the Secretariat for help.\n",
        [
            ("title", "HARBOUR PLAN"),
            (
                "paragraph",
                "The Parties to the present Plan shall report to the Secretariat every year on the measures that they have "
                "taken, and shall designate an authority for the inspection of ports within their territory.",
            ),
            ("paragraph", "1. Each Party shall train its guards and shall keep a record of every delivery."),
            ("paragraph", "2. Each Party may ask the Secretariat for help."),
        ],
    ),
    "blank after every line": (
        "各缔约国应当每年向秘书处提交一份报告，说明为执行本公约所采取的各\n\n项措施和遇到的困难，并附上主管机关的名称和地址，以便秘书处与之联\n\n系。\n\n"
        "各缔约国应当确保运营者每年培训警卫，并将每次交货的记录至少保存十\n\n年。\n",
        [
            (
                "paragraph",
                "各缔约国应当每年向秘书处提交一份报告，说明为执行本公约所采取的各项措施和遇到的困难，并附上主管机关的名称和地址，以便秘书处与之联系。",
            ),
            ("paragraph", "各缔约国应当确保运营者每年培训警卫，并将每次交货的记录至少保存十年。"),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_plain_text(tmp_path: Path, text: str, expected: list[tuple[str, str]], end: str) -> None:
    parsed = read(tmp_path, "港湾 计划.txt", text.replace("\n", end).encode("utf-8"))
    assert shape(parsed.blocks) == expected
    assert not parsed.failures
    assert all(not block.lines for block in parsed.blocks)


def test_traditional_characters_stay(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.txt", TRADITIONAL.encode("big5"))
    assert "".join(block.text + "\n" for block in parsed.blocks) == TRADITIONAL


def test_markdown(tmp_path: Path) -> None:
    text = (
        "---\ntitle: x\n---\n# Harbour Plan\n\nThe Parties **shall** report[^1] to\nthe [Secretariat](https://a.example).\n\n"
        "## Duties\n\n3. first\n4. second\n\n- 甲方\n  应报告；\n\n"
        "| Year | Ports |\n|---|---|\n| 2030 | 118 |\n\n[^1]: See part 2.\n"
    )
    parsed = read(tmp_path, "a.md", text.encode())
    assert shape(parsed.blocks) == [
        ("title", "Harbour Plan"),
        ("paragraph", "The Parties shall report to the Secretariat."),
        ("heading", "Duties"),
        ("list_item", "3. first"),
        ("list_item", "4. second"),
        ("list_item", "• 甲方应报告；"),
        ("table", "Year\tPorts\n2030\t118"),
        ("footnote", "See part 2."),
    ]
    assert [(note.offset, note.marker) for note in parsed.blocks[1].notes] == [(24, "1")]
    assert parsed.blocks[-1].marker == "1"


PAGE = """<html><head><meta charset="{charset}"><title>t</title><script>alert(1)</script></head><body>
<nav><a href="/">首页</a> <a href="/c">联系我们</a></nav><div class="menu"><ul><li><a href="x">新闻</a></li></ul></div>
<h1>关于加强港口安全的意见</h1><div><p>各省、自治区、直辖市人民政府：</p>
<p>为加强港口安全，现提出如下意见。各级政府应当建立健全安全责任制，落实各项措施。<sup>1</sup></p>
<h2>一、总体要求</h2><p>坚持安全第一，预防为主，<b>落实</b>企业主体责任。各有关部门应当按照职责分工，加强监督检查。</p>
<ol><li>加强培训；</li><li>完善制度。</li></ol>
<table><tr><th>年份</th><th>目标</th></tr><tr><td>2030</td><td>80%</td></tr></table></div>
<footer>版权所有</footer></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_html(tmp_path: Path, charset: str) -> None:
    parsed = read(
        tmp_path, "a.html", PAGE.format(charset=charset).encode("gb18030" if charset == "gb2312" else charset)
    )
    found = shape(parsed.blocks)
    assert found[-8:] == [
        ("title", "关于加强港口安全的意见"),
        ("paragraph", "各省、自治区、直辖市人民政府："),
        ("paragraph", "为加强港口安全，现提出如下意见。各级政府应当建立健全安全责任制，落实各项措施。"),
        ("heading", "一、总体要求"),
        ("paragraph", "坚持安全第一，预防为主，落实企业主体责任。各有关部门应当按照职责分工，加强监督检查。"),
        ("list_item", "1. 加强培训；"),
        ("list_item", "2. 完善制度。"),
        ("table", "年份\t目标\n2030\t80%"),
    ]
    assert not any("版权" in text or "alert" in text or "首页" in text for _, text in found)
    assert [note.marker for block in parsed.blocks for note in block.notes] == ["1"]


def test_mail(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@a.example", "b@b.example", "港湾计划"
    mail["Date"] = "Mon, 01 Jan 2029 00:00:00 +0000"
    mail.set_content("We will report by 2030.\n\nThe Secretariat should publish it.\n")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf")
    parsed = read(tmp_path, "a.eml", mail.as_bytes())
    assert [b.text for b in parsed.blocks if b.kind != "header"] == [
        "港湾计划",
        "We will report by 2030.",
        "The Secretariat should publish it.",
    ]
    assert [failure.reason for failure in parsed.failures] == [
        "the attachment 'plan.pdf' was not read: save it as a file of its own"
    ]


def numbered(document: docx.document.Document, form: str, pattern: str) -> str:
    """A list definition of a document; its id."""
    numbering = document.part.numbering_part.element
    number = str(90 + len(numbering))
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">{level}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'))
    return number


def item(document: docx.document.Document, text: str, number: str) -> None:
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'))


def saved(document: docx.document.Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_docx(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "子午集团文件"
    document.add_heading("港湾条例", 0)
    document.add_heading("第一章 总则", 1)
    articles, items = numbered(document, "chineseCountingThousand", "第%1条"), numbered(document, "lowerLetter", "(%1)")
    item(document, "运营者应当：", articles)
    item(document, "train guards;", items)
    item(document, "keep records.", items)
    item(document, "秘书处应每年报告。", articles)
    paragraph = document.add_paragraph("各缔约国")
    paragraph.add_run("应").bold = True
    deleted = OxmlElement("w:del")
    deleted.append(parse_xml(f"<w:r {nsdecls('w')}><w:delText>不得</w:delText></w:r>"))
    paragraph._p.append(deleted)
    inserted = OxmlElement("w:ins")
    inserted.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>尽快</w:t></w:r>"))
    paragraph._p.append(inserted)
    paragraph.add_run("提交报告。")
    table = document.add_table(2, 2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells), ("年份", "目标", "2030", "80%"), strict=True
    ):
        cell.text = text
    parsed = read(tmp_path, "条例.docx", saved(document))
    assert shape(parsed.blocks) == [
        ("header", "子午集团文件"),
        ("title", "港湾条例"),
        ("heading", "第一章 总则"),
        ("paragraph", "第一条 运营者应当："),
        ("list_item", "(a) train guards;"),
        ("list_item", "(b) keep records."),
        ("paragraph", "第二条 秘书处应每年报告。"),
        ("paragraph", "各缔约国应尽快提交报告。"),
        ("table", "年份\t目标\n2030\t80%"),
    ]


def test_docx_footnotes(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("The Plan was adopted in 2031.")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
    paragraph.add_run(" It is in force.")
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote><w:footnote w:id="2"><w:p><w:r>'
        '<w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> Harbour Plan, part 2.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    buffer = io.BytesIO(saved(document))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("word/footnotes.xml", notes)
    parsed = read(tmp_path, "a.docx", buffer.getvalue())
    assert shape(parsed.blocks) == [
        ("paragraph", "The Plan was adopted in 2031. It is in force."),
        ("footnote", "Harbour Plan, part 2."),
    ]
    assert [(note.offset, note.marker) for note in parsed.blocks[0].notes] == [(29, "1")]
    assert parsed.blocks[1].marker == "1"


@pytest.mark.parametrize(
    ("number", "han", "latin", "letters"),
    [
        (1, "一", "I", "a"),
        (4, "四", "IV", "d"),
        (10, "十", "X", "j"),
        (12, "十二", "XII", "l"),
        (27, "二十七", "XXVII", "aa"),
        (105, "一百零五", "CV", "aaaaa"),
        (110, "一百一十", "CX", "fffff"),
        (2001, "二千零一", "MMI", "yyyyy"),
    ],
)
def test_numbers_as_word_counts(number: int, han: str, latin: str, letters: str) -> None:
    assert (chinese(number), roman(number), letter(number)) == (han, latin, letters)


def test_number_forms() -> None:
    assert [
        shown(3, form) for form in ("decimal", "upperRoman", "lowerLetter", "decimalEnclosedCircle", "chineseCounting")
    ] == ["3", "III", "c", "③", "三"]
