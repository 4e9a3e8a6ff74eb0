"""Reads the time that words tell: a period of the calendar, a span from the document's date, and its two ends.

In order: a span counted from the document's own date ("within four years", 未来五年); then, unless the words count
from an event that the calendar does not know, a day, month, part of a year, year or plan; then the word that relates
to it (by, before, since, 到, 前, 起) turns the period into the two ends.
"""

from __future__ import annotations

import calendar
import re
from datetime import date as Date
from datetime import timedelta
from functools import cache

from pipeline.lexicons import lexicon
from pipeline.records import Lang

Ends = tuple[Date | None, Date | None]
NOTHING: Ends = (None, None)
DIGIT_ZH = "〇零一二两三四五六七八九十百"


def read_time(words: str, lang: Lang, today: Date | None) -> Ends:
    """The two ends of the time that words tell, inclusive.

    Args:
        words: the words of a deadline.
        lang: their language.
        today: the document's date.
    """
    words = " ".join(words.split()) if lang == "en" else re.sub(r"\s+", "", words)
    coming = _span_from_now(words, lang, today)
    if coming != NOTHING:
        return coming
    if _has_event(words, lang):
        return NOTHING
    first, last = period(words, lang, today)
    if first is None and last is None:
        return NOTHING
    relation = _relation(words, lang)
    if relation == "to_end":
        return None, last
    if relation == "to_beginning":
        return None, first - timedelta(days=1) if first else last
    if relation == "from_beginning":
        return first, None
    return first, last


def day_of(date: str | None) -> Date | None:
    """The document's date as a day; a year or month alone is read as its first day."""
    match = re.match(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", date or "")
    if not match:
        return None
    try:
        return Date(int(match.group(1)), int(match.group(2) or 1), int(match.group(3) or 1))
    except ValueError:
        return None


def _month(year: int, first: int, last: int | None = None) -> Ends:
    last = last or first
    if not (1 <= first <= 12 and 1 <= last <= 12 and 1 <= year <= 9999):
        return NOTHING
    return Date(year, first, 1), Date(year, last, calendar.monthrange(year, last)[1])


def _add_months(start: Date, months: int) -> Date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return start
    return Date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def number(said: str) -> int:
    """A whole number in figures, Chinese characters or English words; 0 if it is none."""
    said = said.strip().lower()
    if said.isdigit():
        return int(said)
    words = lexicon("units")["numbers"]
    if said and all(char in DIGIT_ZH for char in said):
        if not re.search("[十百]", said):
            return int("".join(str(words["zh"][char]) for char in said))
        hundreds, _, rest = said.rpartition("百")
        tens, ten, ones = rest.rpartition("十")
        digits = words["zh"]
        return int(
            (digits.get(hundreds, 1) * 100 if "百" in said else 0)
            + ((digits.get(tens.strip("零"), 1) * 10) if ten else 0)
            + digits.get(ones.strip("零〇") or "零", 0)
        )
    total = 0
    for part in re.split(r"[\s-]+", said):
        if part in words["en"]:
            total += words["en"][part]
        elif part == "hundred":
            total = (total or 1) * 100
        elif part not in ("and", "a"):
            return 0
    return total


def period(words: str, lang: Lang, today: Date | None) -> Ends:
    """The period of the calendar that words name: a day, a month, a part of a year, a year, a plan's years."""
    for name, (first, last) in lexicon("deadlines")["spans"]["plans"].items():
        if name in words:
            return Date(first, 1, 1), Date(last, 12, 31)
    return _period_en(words, today) if lang == "en" else _period_zh(words, today)


def _period_en(words: str, today: Date | None) -> Ends:
    months, month_words = months_en()
    low = words.lower()
    match = re.search(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({month_words})\.?,?\s*(\d{{4}})?", low)
    american = re.search(rf"\b({month_words})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s*(\d{{4}}))?", low)
    if match or american:
        day, month, year = match.groups() if match else (american.group(2), american.group(1), american.group(3))  # type: ignore[union-attr]
        return _exact(year, months[month], int(day), today)
    match = re.search(rf"\b({month_words})\.?,?\s*(?:of\s+)?(\d{{4}})?\b", low)
    if match and not (match.group(1) == "may" and not match.group(2)):
        month_number = months[match.group(1)]
        year_number = int(match.group(2)) if match.group(2) else _year_of_month(month_number, today)
        return _month(year_number, month_number) if year_number else NOTHING
    between = re.search(r"\b((?:19|20|21)\d\d)\s*(?:-|–|—|to|and)\s*((?:19|20|21)\d\d)\b", low)
    if between:
        return Date(int(between.group(1)), 1, 1), Date(int(between.group(2)), 12, 31)
    year_number = _year(low, lexicon("deadlines")["years"]["en"], r"\b((?:19|20|21)\d\d)\b", today)
    if not year_number:
        return _mid_century(low, r"mid-?\s*century|middle of (?:this|the) century", r"end of (?:this|the) century")
    part = next(
        (ends for name, ends in lexicon("deadlines")["parts"]["en"].items() if re.search(rf"\b{name}\b", low)), None
    )
    return _month(year_number, *part) if part else _month(year_number, 1, 12)


def _period_zh(words: str, today: Date | None) -> Ends:
    digit = rf"[\d{DIGIT_ZH}]"
    year_number = _year(
        words, lexicon("deadlines")["years"]["zh"], r"(\d{4}|[〇零一二三四五六七八九]{4})(?=年|[-—至]|$)", today
    )
    between = re.search(r"((?:19|20|21)\d\d)年?(?:-|—|–|至|到)((?:19|20|21)\d\d)年", words)
    if between:
        return Date(int(between.group(1)), 1, 1), Date(int(between.group(2)), 12, 31)
    match = re.search(rf"({digit}{{1,3}})月(?:份)?(?:({digit}{{1,3}})[日号])?", words)
    if match and not re.search(r"个月", words):
        month_number = number(match.group(1))
        if match.group(2):
            return _exact(str(year_number) if year_number else None, month_number, number(match.group(2)), today)
        year_number = year_number or _year_of_month(month_number, today)
        return _month(year_number, month_number) if year_number else NOTHING
    part = next((ends for name, ends in lexicon("deadlines")["parts"]["zh"].items() if name in words), None)
    if part and not year_number and today:
        year_number = today.year
    if not year_number:
        return _mid_century(words, r"(?:本|二十一|21)世纪中叶", r"(?:本|二十一|21)世纪末")
    return _month(year_number, *part) if part else _month(year_number, 1, 12)


@cache
def months_en() -> tuple[dict[str, int], str]:
    words = lexicon("deadlines")["months"]
    months = {name: i for i, name in enumerate(words["en"], 1)} | {
        name: i for i, name in enumerate(words["en_short"], 1) if name
    }
    months["sept"] = 9
    return months, "(?:" + "|".join(sorted(months, key=lambda w: (-len(w), w))) + r")\b"


def _exact(year: str | None, month: int, day: int, today: Date | None) -> Ends:
    number_of_year = int(year) if year else _year_of_month(month, today)
    try:
        exact = Date(number_of_year or 0, month, day)
    except ValueError:
        return NOTHING
    return exact, exact


def _year_of_month(month: int, today: Date | None) -> int:
    """The year of a month named without one: the document's, or the next where that month is long past."""
    return 0 if today is None else today.year + (1 if month < today.month - 1 else 0)


def _year(words: str, named: dict[str, int], pattern: str, today: Date | None) -> int:
    match = re.search(pattern, words)
    if match:
        return number(match.group(1))
    for name in sorted(named, key=lambda n: -len(n)):
        if name in words:
            return today.year + named[name] if today else 0
    return 0


def _mid_century(words: str, middle: str, end: str) -> Ends:
    if re.search(middle, words):
        return Date(2001, 1, 1), Date(2050, 12, 31)
    return (Date(2001, 1, 1), Date(2100, 12, 31)) if re.search(end, words) else NOTHING


def _relation(words: str, lang: Lang) -> str:
    """How the words take their time: up to its end, up to its beginning, from it on, or in it (empty)."""
    groups = lexicon("deadlines")["relations"]
    low = words.lower()
    if lang == "en":
        for name in ("to_end", "to_beginning", "from_beginning"):
            if any(re.match(rf"(?:and\s+|or\s+)?{re.escape(word)}\b", low) for word in groups[name]["en"]):
                if name == "to_beginning" and re.search(r"\bend of\b", low):
                    return "to_end"
                return name
        return ""
    if any(words.startswith(word) for word in groups["to_end"]["zh"] if not word.endswith("前")) or re.search(
        r"(?:最迟|至迟|不迟于|不晚于)", words
    ):
        return "to_end"
    if re.search(r"前$", words):
        return "to_beginning" if any(words.endswith(word) for word in groups["to_beginning"]["zh"]) else "to_end"
    if (
        re.search(r"年?[底末]$", words)
        or any(words.startswith(w + "到") for w in ("力争", "争取"))
        or re.search(r"[到至](?=[今明\d二])", words)
    ):
        return "to_end"
    return "from_beginning" if any(words.endswith(word) for word in groups["from_beginning"]["zh"]) else ""


@cache
def duration_pattern() -> str:
    words = lexicon("deadlines")["spans"]
    units = "|".join(sorted([*words["days"], *words["months"], *words["other"]], key=lambda w: (-len(w), w)))
    english = "|".join(sorted([*lexicon("units")["numbers"]["en"], "hundred"], key=lambda w: (-len(w), w)))
    return rf"(?P<number>\d+|[{DIGIT_ZH}]+|(?:{english})(?:[\s-]+(?:{english}))*|a|few)\s*(?P<unit>{units})"


def _span_from_now(words: str, lang: Lang, today: Date | None) -> Ends:
    """A span of time counted from the document's date: the next five years, within four years, 未来五年."""
    if today is None:
        return NOTHING
    low = words.lower()
    match = re.search(duration_pattern(), low)
    if not match:
        return NOTHING
    relations = lexicon("deadlines")["relations"]
    coming = "|".join(map(re.escape, relations["coming"][lang]))
    anchored = re.search(rf"(?:{coming})\s*(?:of\s+)?(?:{duration_pattern()})", low.replace("\n", " ")) is not None
    anchored = anchored or any(word in low for word in relations["document"][lang])
    unit, count = match.group("unit"), number(match.group("number"))
    spans = lexicon("deadlines")["spans"]
    if re.search(r"\b(?:19|20|21)\d\d\b", low):
        return NOTHING
    bare = (
        not _has_event(words, lang)
        and spans["months"].get(unit, 0) >= 12
        and count < 100
        and re.search(r"within|内|用|\bin\b", low)
    )
    if not count or not (anchored or bare) or (unit not in spans["months"] and unit not in spans["days"]):
        return NOTHING
    if unit in spans["months"]:
        last = _add_months(today, count * spans["months"][unit])
    else:
        last = today + timedelta(days=count * spans["days"][unit])
    over = re.search(r"\b(?:over|during|for|throughout)\b", low) if lang == "en" else not re.search(r"[内內]$", words)
    return (today if over else None), last


def _has_event(words: str, lang: Lang) -> bool:
    """Whether a deadline counts from an event that the calendar does not know: of receipt, 自受理之日起, 每年."""
    if lang == "en":
        return bool(
            re.search(
                rf"(?:{duration_pattern()})\s+(?:of|after|from|following|before|prior|preceding)\b"
                r"|\b(?:each|every)\s+year|\b(?:second|third|fourth|fifth)\s+(?:time|year|period)",
                words.lower(),
            )
        )
    return bool(
        re.search(
            r"自[^年月日]{2,}?(?:之日)?起|每年|每月|届满|期满|第[一二三四五六七八九十]+[个年]|[^今以之此][后後](?:至迟)?[\d一二三四五六七八九十]",
            words,
        )
    ) and not re.match(r"自(?:今|明|\d{4})", words)
