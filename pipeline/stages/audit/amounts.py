"""Reads the numbers and the dates of a text in either language, so that 1.67万亿 and 1.67 trillion are one value.

In order: dates are taken out (years, months, days of the month), then the numbers of articles and lists, then every number
that is left is read with its scale and its unit. What is read is wide on purpose: a number that is missed in one language
would be taken for a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from pipeline.lexicons import lexicon
from pipeline.records import Lang
from pipeline.stages.audit.dates import Dates, blot, take_dates
from pipeline.stages.audit.numerals import hanzi, words_value
from pipeline.stages.audit.sides import joined

# What stands between the two numbers of a range.
RANGE = re.compile(r"\s*(?:-|–|—|~|～|to|and|or|至|到|、|或|和|以上)\s*")
CURRENCY = re.compile(r"(?:[$€£¥]|RMB|CNY|USD|EUR)\s*$")
# A number of this or more counts something, whatever its noun is.
MANY = 1000


@dataclass(frozen=True)
class Number:
    """A number with the class of its unit (empty if it has none), in the unit that the class is counted in.

    ``value`` is the bare number, ``amount`` the number times the factor of its unit. ``bound`` is "least", "most" or "".
    """

    words: str
    value: float
    amount: float
    unit: str
    bound: str = ""


@dataclass(frozen=True)
class Read:
    """What a text says in figures."""

    numbers: tuple[Number, ...]
    dates: Dates


@lru_cache(maxsize=4096)
def read(text: str, lang: Lang) -> Read:
    """The dates and numbers of a text.

    Args:
        text: Chinese in Simplified characters, or English.
        lang: its language.
    """
    rest, dates = take_dates(text.replace("○", "〇"), lang)
    for pattern in _ignored(lang):
        rest = pattern.sub(blot, rest)
    return Read(tuple(_ranges(rest, _english(rest) if lang == "en" else _chinese(rest))), dates)


def _ranges(text: str, found: Iterator[tuple[int, int, Number]]) -> Iterator[Number]:
    """Numbers in order; the first of a range takes the unit of the second: "nine to fourteen months"."""
    placed = list(found)
    for at, (_, end, number) in enumerate(placed):
        if not number.unit and at + 1 < len(placed):
            start, _, after = placed[at + 1]
            if after.unit and RANGE.fullmatch(text[end:start]):
                factor = after.amount / after.value if after.value else 1.0
                number = replace(number, unit=after.unit, amount=number.value * factor)
        if not number.unit and number.value >= MANY:
            number = replace(number, unit="count")
        if not number.unit and 0 < number.value < 1:
            number = replace(number, unit="share")
        yield number


@cache
def _ignored(lang: Lang) -> tuple[re.Pattern[str], ...]:
    """What looks like a number and counts nothing: articles, resolutions, marks of lists, fixed phrases."""
    words = lexicon("divergence")["uncounted"][lang]
    marks = r"^\s*[(（]?(?:\d{1,3}|[ivxlc]{1,5}|[a-z]|[一二三四五六七八九十]{1,3})[)）.、．](?!\d)"
    return joined(words, lang), re.compile(marks, re.IGNORECASE)


def _english(text: str) -> Iterator[tuple[int, int, Number]]:
    for match in _english_number().finditer(text):
        value = _english_value(match)
        if value is not None:
            yield _number(text, match, value, "en")


@cache
def _english_number() -> re.Pattern[str]:
    numbers = lexicon("units")["numbers"]
    small = "|".join(sorted(numbers["en"], key=lambda w: (-len(w), w)))
    scales = "|".join(numbers["en_scales"])
    word = rf"(?:{small})(?:[- ](?:{small}|{scales})|(?<=hundred) and (?:{small}))*"
    parts = "|".join(sorted(numbers["en_fractions"], key=lambda w: (-len(w), w)))
    digits = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    few = "|".join(sorted(lexicon("divergence")["few"]["en"], key=lambda w: (-len(w), w)))
    ways = (
        rf"(?P<more>{small}|\d+) and (?:a|one) (?P<rest>half|quarter|third)\b",
        rf"(?P<over>an?|{small}|\d+)[- ](?P<part>{parts}s?)\b",
        rf"one (?:\w+ ){{0,2}}in (?P<among>{small}|\d+)\b",
        rf"(?P<few>{few})\b",
        rf"(?P<digits>{digits})(?:[ -](?P<scale>{scales})s?\b)?",
        rf"(?P<words>(?:an? )?(?:{word}|{scales}))\b",
    )
    return re.compile(rf"(?<![\w.])(?:{'|'.join(ways)})", re.IGNORECASE)


def _english_value(match: re.Match[str]) -> float | None:
    numbers = lexicon("units")["numbers"]
    small, parts, scales = numbers["en"], numbers["en_fractions"], numbers["en_scales"]
    if match["more"]:
        more = match["more"].lower()
        return float(small.get(more) or more) + 1 / float(parts[match["rest"].lower()])
    if match["part"]:
        part, over = match["part"].lower(), match["over"].lower()
        below = parts.get(part) or parts.get(part.removesuffix("s"))
        return float(1 if over in ("a", "an") else small.get(over) or over) / float(below) if below else None
    if match["among"]:
        return 1 / float(small.get(match["among"].lower()) or match["among"])
    if match["few"]:
        return float(lexicon("divergence")["few"]["en"][match["few"].lower()])
    if match["digits"]:
        return float(match["digits"].replace(",", "")) * float(scales.get((match["scale"] or "").lower(), 1))
    return words_value(match["words"].lower())


def _chinese(text: str) -> Iterator[tuple[int, int, Number]]:
    for match in _chinese_number().finditer(text):
        if match["below"]:
            value = hanzi(match["above"]) / (hanzi(match["below"]) or 1)
        elif match["share"]:
            value = hanzi(match["share"])
        elif match["half"]:
            value = 0.5
        else:
            value = hanzi(match["plain"])
        yield _number(text, match, value, "zh")


@cache
def _chinese_number() -> re.Pattern[str]:
    numbers = lexicon("units")["numbers"]
    signs = "".join([*numbers["zh"], *numbers["zh_tens"], *numbers["zh_scales"]])
    plain = rf"(?:\d[\d,，]*(?:\.\d+)?(?:[多余](?=[万亿]))?(?:(?!千[克米瓦卡])[{signs}])*|[{signs}]+(?:点[{signs}]+)?)"
    return re.compile(
        rf"百分之(?P<share>{plain})|(?P<below>{plain})分之(?P<above>{plain})|(?P<half>半|倍增|翻番|翻一番)|(?P<plain>{plain})"
    )


def _number(text: str, match: re.Match[str], value: float, lang: Lang) -> tuple[int, int, Number]:
    """A number with its unit and bound, and where it stands."""
    unit = _units(lang).match(text, match.end())
    words = match.group() + (unit.group() if unit else "")
    name, factor = _unit_of(lang).get(_bare(unit["unit"]) if unit else "", ("", 1.0))
    if lang == "zh" and match.groupdict().get("share"):
        name, factor = "percent", 1.0
    if not name and CURRENCY.search(text[: match.start()]):
        name = "money"
    end = match.end() + (len(unit.group()) if unit else 0)
    bound = _bounded(text, match.start(), end, lang)
    return match.start(), end, Number(words.strip(), value, value * factor, name, bound)


def _bounded(text: str, start: int, end: int, lang: Lang) -> str:
    """Whether the words around a number make it the least or the most; empty in a clause with a denial, which turns them."""
    for kind in ("least", "most"):
        before = _bound(kind, lang).search(text[:start])
        if before or _bound_after(kind, lang).match(text[end:]):
            clause = re.split(r"[,.;:，。；：]", text[: before.start() if before else start])[-1]
            return "" if _denial(lang).search(clause) else kind
    return ""


@cache
def _denial(lang: Lang) -> re.Pattern[str]:
    return joined([*lexicon("modality")["negation"][lang], *lexicon("divergence")["turning"][lang]], lang)


def _bare(unit: str) -> str:
    return " ".join(unit.lower().split())


@cache
def _unit_of(lang: Lang) -> dict[str, tuple[str, float]]:
    made: dict[str, tuple[str, float]] = {}
    for name, table in lexicon("divergence")["units"].items():
        for word, factor in table[lang].items():
            made[word] = (name, float(factor))
            if lang == "en":
                plural = f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeo" else f"{word}s"
                made[plural] = made[word]
    return made


@cache
def _units(lang: Lang) -> re.Pattern[str]:
    words = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(_unit_of(lang), key=lambda w: (-len(w), w)))
    if lang == "zh":
        return re.compile(rf"(?:[多余]|有效)?(?P<unit>{words})")
    gap = r"(?:\s+(?:calendar|consecutive|clear|full|US|Hong Kong|more|additional|further|effective))?"
    return re.compile(rf"{gap}[\s-]?(?P<unit>{words})(?![\w])", re.IGNORECASE)


@cache
def _bound(kind: str, lang: Lang) -> re.Pattern[str]:
    words = sorted(lexicon("units")["bounds"][kind][lang], key=lambda w: (-len(w), w))
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})[\sa-z$€£¥]{{0,4}}$", re.IGNORECASE)


@cache
def _bound_after(kind: str, lang: Lang) -> re.Pattern[str]:
    words = sorted(lexicon("units")["bounds"][f"{kind}_after"][lang], key=lambda w: (-len(w), w))
    return re.compile(rf"\s*(?:{'|'.join(map(re.escape, words))})", re.IGNORECASE)
