"""Takes the dates out of a text in either language: years, months and days of the month, each with its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.lexicons import lexicon
from pipeline.records import Lang
from pipeline.stages.audit.numerals import hanzi

# Years from 1500 to 2199; a figure outside them counts something.
YEAR = r"(?:1[5-9]|2[01])\d\d"


@dataclass(frozen=True)
class Dates:
    """The years, months and days of the month that a text names, each with its words."""

    years: Mapping[int, str]
    months: Mapping[int, str]
    days: Mapping[int, str]


def take_dates(text: str, lang: Lang) -> tuple[str, Dates]:
    """The dates of a text, and the text with them blotted out."""
    found: dict[str, dict[int, str]] = {"year": {}, "month": {}, "day": {}}

    def take(match: re.Match[str]) -> str:
        for kind, group in match.groupdict().items():
            if group:
                found[kind.rstrip("2")].setdefault(_part(group, lang), match.group().strip())
        return blot(match)

    for pattern in _patterns(lang):
        text = pattern.sub(take, text)
    return text, Dates(found["year"], found["month"], found["day"])


def blot(match: re.Match[str]) -> str:
    """As many marks as the match has characters, so that no number is read out of what is left of it."""
    return "※" * len(match.group())


def _part(words: str, lang: Lang) -> int:
    if words.isdigit():
        return int(words)
    if lang == "en":
        return int(lexicon("divergence")["months"]["en"][words.lower()])
    digits = lexicon("units")["numbers"]["zh"]
    if len(words) == 4 and all(char in digits for char in words):
        return int("".join(str(digits[char]) for char in words))
    return int(hanzi(words))


@cache
def _patterns(lang: Lang) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE) for p in (_chinese() if lang == "zh" else _english()))


def _chinese() -> tuple[str, ...]:
    year = rf"(?P<year>{YEAR}|[一二][〇零一二三四五六七八九]{{3}})\s*(?:[-–—至、和]\s*(?P<year2>{YEAR})\s*)?年(?!期)(?:度)?"
    month = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?!内|租|薪|球)"
    number = r"[0-3]?\d|[一二三四五六七八九十]{1,3}"
    day = rf"(?P<day>{number})[日号]?(?:(?:至|-|–|—|、|和)(?P<day2>{number}))?[日号](?!元|内)"
    years = rf"(?<![\d年至到–—-])(?P<year>{YEAR})[-–—至到](?P<year2>{YEAR})(?!\d)"
    return rf"{year}(?:\s*{month})?(?:\s*{day})?", rf"(?<![个\d]){month}(?:\s*{day})?", years


def _english() -> tuple[str, ...]:
    month = rf"(?P<month>{'|'.join(lexicon('divergence')['months']['en'])})"
    year, day = rf"(?P<year>{YEAR})", r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
    more = r"(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?(?: ?[-–—] ?| and | to )"
    till = r"(?:(?: ?[-–—] ?| and | to )(?P<day2>[0-3]?\d))?"
    after = "|".join(rf"(?<=\b{word}[ -])" for word in lexicon("divergence")["months"]["after"])
    verb = r"(?! (?:be|not|have|also|by|in|only|take)\b)"
    units = (word for unit in lexicon("divergence")["units"].values() for word in unit["en"] if word.isalpha())
    counted = "|".join(sorted(f"{word}s?" for word in units))
    return (
        rf"\b(?:{more})?{day}(?: day)?(?: of)? {month}(?:,? {year})?\b",
        rf"\b{month} {day}{till}(?:,? {year})?\b(?!\d)",
        rf"\b{month}(?: of)?,? {year}\b",
        rf"(?:{after}){month}\b{verb}",
        rf"(?<![\d,.$€£¥]){year}(?:[-–—/](?P<year2>{YEAR}))?(?![\d,.]?\d|%|[-\w])(?! (?:{counted})\b)",
    )
