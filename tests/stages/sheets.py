"""Sets fictional policy texts on PDF pages in many layouts, for the tests of the parser.

``Sheet`` is a small typesetter: it breaks lines as real ones do (no stop at the beginning of a Chinese line, English words
hyphenated where asked), fills columns and goes on to the next page. The Chinese font is one that every PDF reader
brings along, so no font file is needed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

WIDTH, HEIGHT = 595.0, 842.0
NO_START = "，。、；：！？）》」』”’%"
RAISED = {"\ue000": True}


def is_wide(char: str) -> bool:
    return ord(char) > 0x2E7F or char in "“”‘’—…·①②③④⑤⑥⑦⑧⑨"


@dataclass
class Style:
    """How paragraphs are set. Lengths in points."""

    size: float = 10.5
    leading: float = 15.0
    first: float = 0.0
    hang: float = 0.0
    after: float = 0.0
    bold: bool = False
    justify: bool = True
    centre: bool = False
    hyphen: bool = False


@dataclass
class Piece:
    """A stretch of one font: text, raised or not."""

    text: str
    raised: bool = False


def pieces(text: str) -> list[Piece]:
    """``^1^`` in a text is a raised 1."""
    parts = text.split("^")
    return [Piece(part, index % 2 == 1) for index, part in enumerate(parts) if part]


@dataclass
class Sheet:
    """Pages in the making. ``columns`` are (left, width); text runs from ``top`` down to ``bottom``, from column to column."""

    columns: list[tuple[float, float]] = field(default_factory=lambda: [(70.0, 455.0)])
    top: float = 780.0
    bottom: float = 90.0
    rotate: int = 0
    foot: str = ""
    head: str = ""
    size: tuple[float, float] = (WIDTH, HEIGHT)

    def __post_init__(self) -> None:
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=self.size, invariant=True)
        self.page, self.column, self.y = 1, 0, self.top
        self._dress()

    def _dress(self) -> None:
        if self.rotate:
            self.canvas.setPageRotation(self.rotate)
        if self.head:
            self.line(self.columns[0][0], self.size[1] - 40, self.head, 8)
        if self.foot:
            self.line(self.size[0] / 2 - 10, 40, self.foot.replace("#", str(self.page)), 9)

    def font(self, char: str, bold: bool) -> str:
        return "STSong-Light" if is_wide(char) else ("Times-Bold" if bold else "Times-Roman")

    def width(self, text: str, size: float, bold: bool = False) -> float:
        return sum(pdfmetrics.stringWidth(char, self.font(char, bold), size) for char in text)

    def line(self, x: float, y: float, text: str, size: float, bold: bool = False, stretch: float = 0.0) -> float:
        """Sets a line; ``stretch`` points are shared among its gaps. Returns where it ends."""
        parts = pieces(text)
        plain = "".join(part.text for part in parts if not part.raised)
        gaps = plain.count(" ") or max(1, len(plain) - 1)
        share = stretch / gaps
        by_letter = " " not in plain
        for part in parts:
            scale, lift = (0.6, 0.35 * size) if part.raised else (1.0, 0.0)
            run, font, start = "", "", x
            for char in part.text:
                new = self.font(char, bold)
                step = pdfmetrics.stringWidth(char, new, size * scale)
                extra = share if not part.raised and ((char == " ") or by_letter) else 0.0
                if run and (new != font or extra):
                    self.put(start, y + lift, run, font, size * scale, bold)
                    run, start = "", x
                font = new
                run += char
                x += step + extra
                if extra:
                    self.put(start, y + lift, run, font, size * scale, bold)
                    run, start = "", x
            if run:
                self.put(start, y + lift, run, font, size * scale, bold)
        return x

    def put(self, x: float, y: float, text: str, font: str, size: float, bold: bool) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)
        if bold and font == "STSong-Light":
            # No bold Chinese font: printed twice, a little apart.
            self.canvas.drawString(x + 0.3, y, text)

    def broken(self, text: str, width: float, style: Style, first: float) -> list[str]:
        """Lines of a paragraph; ``first`` is the indent of the first."""
        lines, line = [], ""
        room = width - first

        def length(candidate: str) -> float:
            return self.width("".join(p.text for p in pieces(candidate) if not p.raised), style.size, style.bold)

        for token in tokens(text):
            if not line or length(line + token.rstrip()) <= room or (token[0] in NO_START):
                line += token
                continue
            if (
                style.hyphen
                and token.strip().isalpha()
                and len(token.strip()) > 6
                and length(line + token[:4] + "-") <= room
            ):
                lines.append(line + token[:4] + "-")
                line = token[4:]
            else:
                lines.append(line.rstrip())
                line = token
            room = width - (style.hang if style.hang else 0.0)
        return [*lines, line.rstrip()] if line.strip() else lines

    def next_column(self) -> None:
        self.column += 1
        if self.column == len(self.columns):
            self.next_page()
        self.y = self.top

    def next_page(self) -> None:
        self.canvas.showPage()
        self.page += 1
        self.column, self.y = 0, self.top
        self._dress()

    def paragraph(self, text: str, style: Style) -> None:
        left, width = self.columns[self.column]
        lines = self.broken(text, width, style, style.first)
        for number, line in enumerate(lines):
            if self.y < self.bottom:
                self.next_column()
                left, width = self.columns[self.column]
            indent = style.first if number == 0 else style.hang
            if style.centre:
                indent = (width - self.width(line, style.size, style.bold)) / 2
            natural = self.width("".join(p.text for p in pieces(line) if not p.raised), style.size, style.bold)
            stretch = (
                width - indent - natural if style.justify and number < len(lines) - 1 and not style.centre else 0.0
            )
            self.line(left + indent, self.y, line, style.size, style.bold, max(0.0, stretch))
            self.y -= style.leading
        self.y -= style.after

    def rule(self, x: float, y: float, length: float) -> None:
        self.canvas.setLineWidth(0.5)
        self.canvas.line(x, y, x + length, y)

    def data(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


def tokens(text: str) -> list[str]:
    """Where a line may end: after an English word with its blank, after a Chinese character."""
    found: list[str] = []
    word = ""
    raised = False
    for char in text:
        if char == "^":
            raised = not raised
            word += char
            if not raised:
                if found and not word.strip("^").isspace():
                    found[-1] += word
                else:
                    found.append(word)
                word = ""
            elif word[:-1]:
                found.append(word[:-1])
                word = "^"
            continue
        if raised:
            word += char
        elif is_wide(char):
            if word:
                found.append(word)
                word = ""
            found.append(char)
        else:
            word += char
            if char == " ":
                found.append(word)
                word = ""
    return [*found, word] if word else found


EN = [
    (
        "The Meridian Group recalls the Harbour Plan and reaffirms that the security of every port is the "
        "responsibility of the State in which it lies."
    ),
    (
        "Each participating State shall designate a competent authority within eighteen months, shall notify "
        "the Secretariat of its name and address, and shall ensure that the authority has the powers, the "
        "staff and the resources that it needs in order to inspect any facility at any time without prior "
        "notice."
    ),
    (
        "Operators should train their guards every year. They should also, where possible, exchange "
        "information about incidents with the authorities of neighbouring States, and keep a record of every "
        "delivery for at least ten years."
    ),
    "No State shall transfer nuclear material to a recipient that is not bound by the present Convention.",
    (
        "The Secretariat will publish a comprehensive evaluation by the end of 2033, taking into account the "
        "contributions of governments, international organizations, industry and independent institutions."
    ),
]
ZH = [
    "子午集团忆及《港湾计划》，重申每一港口的安全由其所在国负责。",
    "各参加国应在十八个月内指定一个主管机关，将其名称和地址通知秘书处，并确保该机关具有为在任何时候不经事先通知而视察任何设施所需的权力、人员和资源，包括培训、设备以及与其他国家主管机关交换信息的安全渠道。",
    "运营者应每年培训警卫。运营者还应尽可能与邻国主管机关交换有关事件的信息，并将每次交货的记录至少保存十年，以便在发生争端时提供证据。",
    "任何国家均不得将核材料转让给不受本公约约束的接收者。",
    "秘书处将于2033年年底前公布一份全面评估报告，并考虑到各国政府、国际组织、产业界和独立机构的意见和贡献，以及区域安排在实施本计划方面所积累的经验。",
]

NAMES = [
    "Aster",
    "Birch",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Grove",
    "Haven",
    "Inlet",
    "Jetty",
    "Knoll",
    "Ledge",
    "Mesa",
]
STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒"


def english(count: int) -> list[str]:
    """So many English paragraphs, no two alike."""
    names = [f"{NAMES[n % 13]}{NAMES[n // 13 % 13].lower()}" for n in range(count)]
    return [
        f"In {name} it was found that {text[0].lower()}{text[1:]}"
        for name, text in zip(names, EN * count, strict=False)
    ]


def chinese(count: int) -> list[str]:
    """So many Chinese paragraphs, no two alike."""
    names = [STEMS[n % 30] + STEMS[n // 30 % 30] for n in range(count)]
    return [f"在{name}地区，{text}" for name, text in zip(names, ZH * count, strict=False)]
