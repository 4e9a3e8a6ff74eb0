"""What the two grammars of quantities share: how patterns are built, and how numbers become a quantity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.records import Quantity

PLUS_MINUS = r"±|\+/-|\+/−|\+-|＋／－|plus or minus|加减|正负"
DIGITS = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


@dataclass(frozen=True)
class Grammar:
    """The compiled patterns of a language and the words that they need."""

    pattern: re.Pattern[str]
    words: Mapping[str, Any]


def any_of(words: Iterable[str], flags: str = "") -> str:
    """An alternative of words, the longest first, blanks as any blanks."""
    parts = sorted(set(words), key=lambda w: (-len(w), w))
    return "(?:" + flags + "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in parts) + ")"


def make(
    text: str,
    start: int,
    end: int,
    a: float,
    b: float | None,
    match: re.Match[str],
    unit: str,
    of: str,
    tolerance: str | None,
) -> Quantity | None:
    """A quantity out of its numbers and the words that bound them."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    group = match.groupdict()
    low: float | None = a
    high: float | None = a
    value = a
    if tolerance is not None:
        width = float(tolerance.replace(",", "").replace("，", ""))
        if group.get("lost") and width >= a:
            return None
        low, high = a - width, a + width
    elif b is not None:
        low, high = min(a, b), max(a, b)
        value = rounded((a + b) / 2)
    elif group.get("least") or group.get("least_after") or group.get("a_least") or group.get("many"):
        high = None
    elif group.get("most") or group.get("most_after"):
        low = None
    clean = [None if bound is None else rounded(bound) for bound in (low, high)]
    return Quantity(
        start=start, end=end, text=text[start:end], value=rounded(value), low=clean[0], high=clean[1], unit=unit, of=of
    )


def rounded(value: float) -> float:
    """A value without the noise of binary fractions: twelve significant digits."""
    return float(f"{value:.12g}")
