"""Differences in numbers and dates: a value of one language that answers to none of the other.

A difference needs both sides: a number with a unit here and another number of the same kind there, neither of which the
other language has in any form. A number that is only missing is none, for a translator may write "both" or leave it out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from pipeline.stages.audit.amounts import Number, read
from pipeline.stages.audit.sides import NAMES, Found, Pair, hints

# Rounding in translation: 1.67 million hectares for 2500万亩.
NEAR = 0.015
# How many of a unit make one of another; a translation may tell a day as 24 hours, a month as 30 days.
TURNS: dict[frozenset[str], tuple[float, ...]] = {
    frozenset({"day", "hour"}): (24,),
    frozenset({"day", "month"}): (30, 31, 365 / 12),
    frozenset({"percent", "times"}): (100,),
    frozenset({"percent", "share"}): (100,),
}
# Lengths of time answer to each other only through TURNS, so one of another unit is another length.
TIME = frozenset({"day", "workday", "month", "hour"})
# A bare number of this or more answers to a number with a unit: a small one stands for too many things.
TELLING = 13


def number(pair: Pair) -> Iterator[Found]:
    """Numbers of the same kind that differ, one for each that the Chinese has alone."""
    zh, en = read(pair.zh.own, "zh").numbers, read(pair.en.own, "en").numbers
    left, right = _alone(zh, en, pair.en.text), _alone(en, zh, pair.zh.text)
    told = False
    for one in left:
        other = next((n for n in right if n.unit == one.unit or {n.unit, one.unit} <= TIME), None)
        if other:
            right.remove(other)
            told = True
            yield Found("number", "high", f"Chinese has “{one.words}”, English “{other.words}”")
    bare = [_bare(zh, en, pair.en.text), _bare(en, zh, pair.zh.text)]
    if not told and len(bare[0]) == len(bare[1]) == 1:
        told = True
        yield Found("number", "high", f"Chinese has “{bare[0][0].words}”, English “{bare[1][0].words}”")
    if not told and not left and not right:
        yield from _bounds(zh, en)


def _alone(mine: Sequence[Number], theirs: Sequence[Number], text: str) -> list[Number]:
    """Numbers with a unit of which the other language has neither value nor figure."""
    return [n for n in mine if n.unit and not any(_same(n, other) for other in theirs) and not _figure(n, text)]


def _bare(mine: Sequence[Number], theirs: Sequence[Number], text: str) -> list[Number]:
    """Numbers of some size in figures, with a unit or not, that the other language has in no form."""
    return [
        n
        for n in mine
        if n.value >= TELLING
        and (n.words.isascii() or (n.unit and n.words[0].isdigit()))
        and not any(_same(n, other) for other in theirs)
        and not _figure(n, text)
    ]


def _same(one: Number, other: Number) -> bool:
    if one.unit and one.unit == other.unit:
        return _near(one.amount, other.amount)
    if one.unit and other.unit:
        turns = TURNS.get(frozenset({one.unit, other.unit}), ())
        turned = any(_near(one.amount * t, other.amount) or _near(one.amount, other.amount * t) for t in turns)
        return turned or (one.value >= TELLING and _near(one.value, other.value))
    if other.value < 1 and _near(one.value, 100 * other.value):
        return True
    return one.value >= TELLING and _near(one.value, other.value)


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= NEAR * max(abs(a), abs(b))


def _figure(number: Number, text: str) -> bool:
    """Whether the figure stands in a text at all, such as inside a name or a date; figures with a scale are no figures."""
    figure = re.match(r"\d[\d,]*(?:\.\d+)?", number.words)
    if not figure or not math.isclose(float(figure.group().replace(",", "")), number.value):
        return False
    return bool(
        re.search(
            rf"(?<![\d.,]){re.escape(figure.group())}(?![\d.,]*\d|[万亿千百]| (?:thousand|million|billion|trillion))",
            text,
        )
    )


def _bounds(zh: Sequence[Number], en: Sequence[Number]) -> Iterator[Found]:
    """The same number as the least in one language and the most in the other."""
    for one, other in product(zh, en):
        if (
            one.unit
            and one.unit == other.unit
            and _near(one.amount, other.amount)
            and {one.bound, other.bound} == {"least", "most"}
        ):
            yield Found(
                "number",
                "high",
                f"Chinese has “{one.words}” as the {one.bound}, English “{other.words}” as the {other.bound}",
            )
            return


def date(pair: Pair) -> Iterator[Found]:
    """Years, months or days of the month that differ; at most one for a bead, the largest first."""
    zh, en = read(pair.zh.own, "zh").dates, read(pair.en.own, "en").dates
    for left, right in ((zh.years, en.years), (zh.months, en.months), (zh.days, en.days)):
        mine, theirs = _without(left, right), _without(right, left)
        told = left is zh.years and (_told(mine, pair.en.text) or _told(theirs, pair.zh.text))
        if mine and theirs and not told:
            yield Found(
                "date", "high", f"Chinese has “{next(iter(mine.values()))}”, English “{next(iter(theirs.values()))}”"
            )
            return
    yield from _deadline(pair)


def _without(mine: Mapping[int, str], theirs: Mapping[int, str]) -> dict[int, str]:
    return {value: words for value, words in mine.items() if value not in theirs}


def _told(values: Mapping[int, str], text: str) -> bool:
    return any(re.search(rf"(?<!\d){value}(?!\d)", text) for value in values)


def _deadline(pair: Pair) -> Iterator[Found]:
    """A dated time limit in one language where the other says nothing of time."""
    for one, other in pair.both:
        limits = [d for tagged in one.tags for d in tagged.deadlines if d.to and re.search(r"\d", d.text)]
        if limits and limits[0].text in one.own and not hints(other.text, other.lang, "time"):
            yield Found(
                "date", "medium", f"{NAMES[one.lang]} has a time limit (“{limits[0].text}”), {NAMES[other.lang]} none"
            )
            return
