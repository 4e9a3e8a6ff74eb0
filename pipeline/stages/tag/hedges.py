"""Hedges: words that take the edge off a statement, by the patterns of the lexicon and by the encoder's marks.

The lexicon knows how hedges are built in either language ("in accordance with its national law", 在可行范围内); the
encoder also marks some that no pattern foresees. Where both see one, the pattern has the better ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipeline.encoder import SpanTag
from pipeline.lexicons import lexicon
from pipeline.records import Lang

# A mark of the encoder alone counts above this.
SURE_HEDGE = 0.7


def find_hedges(text: str, lang: Lang, marked: Sequence[SpanTag] = ()) -> tuple[SpanTag, ...]:
    """The hedges of a passage, in order, none overlapping another.

    Args:
        text: the passage.
        lang: its language.
        marked: what the encoder marks as hedges.
    """
    found = [SpanTag(m.start(), m.end(), "hedge", 1.0) for m in _pattern(lang).finditer(text)]
    found += [
        tag
        for tag in marked
        if tag.score >= SURE_HEDGE and all(tag.end <= other.start or other.end <= tag.start for other in found)
    ]
    return tuple(sorted(found, key=lambda tag: tag.start))


@cache
def _pattern(lang: Lang) -> re.Pattern[str]:
    lists = lexicon("hedges")
    patterns: list[str] = lists[lang]
    for name in ("law", "able", "reach"):
        if lang in lists[name]:
            patterns = [pattern.replace("{" + name + "}", f"(?:{lists[name][lang][0]})") for pattern in patterns]
    border = r"\b" if lang == "en" else ""
    return re.compile("|".join(f"{border}(?:{pattern}){border}" for pattern in patterns), re.IGNORECASE)
