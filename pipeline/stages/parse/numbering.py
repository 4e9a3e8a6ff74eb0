"""Numbers that Word shows but does not write: 第三条, (a), 1.2 before paragraphs that are numbered automatically."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from pipeline.stages.parse.package import W

DIGITS = "零一二三四五六七八九"
BULLETS = {"\uf0b7": "•", "\uf06e": "■", "\uf0d8": "➢", "\uf0fc": "✓", "\uf075": "◆", "\uf06c": "●", "o": "○"}
DEEPEST = 9


def chinese(number: int) -> str:
    """A number below 10,000 in Chinese characters: 12 is 十二, 105 is 一百零五."""
    if not 0 < number < 10_000:
        return str(number)
    out, zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            out += ("零" if zero and out else "") + DIGITS[digit] + unit
        zero = digit == 0
    return out.removeprefix("一") if out.startswith("一十") else out


def roman(number: int) -> str:
    """A Roman number."""
    if not 0 < number < 4000:
        return str(number)
    out = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        out += sign * (number // value)
        number %= value
    return out


def letter(number: int) -> str:
    """a, b, … z, aa, bb, as Word counts."""
    return chr(ord("a") + (number - 1) % 26) * min(5, (number - 1) // 26 + 1) if number > 0 else str(number)


def shown(number: int, form: str) -> str:
    """A number in one of Word's forms (``w:numFmt``); forms that are not known count in digits."""
    if form in (
        "chineseCounting",
        "chineseCountingThousand",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "japaneseCounting",
    ):
        return chinese(number)
    if form == "ideographDigital":
        return "".join(("〇" + DIGITS[1:])[int(digit)] for digit in str(number))
    if form in ("upperRoman", "lowerRoman"):
        return roman(number) if form == "upperRoman" else roman(number).lower()
    if form in ("upperLetter", "lowerLetter"):
        return letter(number).upper() if form == "upperLetter" else letter(number)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 0 < number <= 20:
        return chr(ord("①") + number - 1)
    if form == "decimalZero":
        return f"{number:02d}"
    if form == "ideographTraditional" and 0 < number <= 10:
        return "甲乙丙丁戊己庚辛壬癸"[number - 1]
    return str(number)


@dataclass(slots=True)
class Level:
    """How one level of a list counts: its form, the pattern ``%1.%2``, where it starts."""

    form: str
    pattern: str
    start: int


@dataclass(slots=True)
class Numbering:
    """The lists of a document, and how far each has counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)

    def mark(self, list_id: str, depth: int) -> str:
        """The mark of the next paragraph of a list, counting it; empty if the list is not known or shows none."""
        levels = self.levels.get(list_id, {})
        level = levels.get(depth)
        if level is None or not 0 <= depth < DEEPEST:
            return ""
        if level.form == "bullet":
            return BULLETS.get(level.pattern, level.pattern[:1] or "•")
        counts = self.counts.setdefault(self.shared.get(list_id, list_id), [0] * DEEPEST)
        counts[depth] = (counts[depth] or level.start - 1) + 1
        for deeper in range(depth + 1, DEEPEST):
            counts[deeper] = 0
        if level.form == "none" and "%" not in level.pattern:
            return level.pattern
        text = level.pattern
        for upper in range(depth + 1):
            other = levels.get(upper, level)
            number = counts[upper] or other.start
            text = text.replace(f"%{upper + 1}", "" if other.form == "none" else shown(number, other.form))
        return text


def read_numbering(root: etree._Element | None) -> Numbering:
    """The lists that ``word/numbering.xml`` defines."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract = {str(item.get(f"{W}abstractNumId")): _levels(item) for item in root.iterfind(f"{W}abstractNum")}
    for item in root.iterfind(f"{W}num"):
        own, link = str(item.get(f"{W}numId")), item.find(f"{W}abstractNumId")
        base = str(link.get(f"{W}val")) if link is not None else ""
        levels = dict(abstract.get(base, {}))
        overridden = False
        for override in item.iterfind(f"{W}lvlOverride"):
            depth = _number(override.get(f"{W}ilvl"))
            levels.update(_levels(override))
            start = override.find(f"{W}startOverride")
            if start is not None and depth in levels:
                old = levels[depth]
                levels[depth] = Level(old.form, old.pattern, _number(start.get(f"{W}val"), 1))
                overridden = True
        numbering.levels[own] = levels
        # Lists on the same definition count on, unless one of them begins anew.
        numbering.shared[own] = own if overridden else f"abstract {base}"
    return numbering


def _levels(item: etree._Element) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for level in item.iterfind(f"{W}lvl"):
        form, pattern, start = (level.find(f"{W}{name}") for name in ("numFmt", "lvlText", "start"))
        found[_number(level.get(f"{W}ilvl"))] = Level(
            str(form.get(f"{W}val")) if form is not None else "decimal",
            str(pattern.get(f"{W}val") or "")[:40] if pattern is not None else "",
            _number(start.get(f"{W}val"), 1) if start is not None else 1,
        )
    return found


def _number(value: str | None, otherwise: int = 0) -> int:
    return int(value) if value is not None and value.isdecimal() and len(value) < 7 else otherwise
