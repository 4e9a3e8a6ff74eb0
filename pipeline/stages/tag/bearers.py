"""Bearers as whole noun phrases: what the encoder marks piece by piece, mended by words, known actors and conjunctions.

The encoder's pieces do not end where Chinese words end, and it sometimes marks the members of a coordination one by one,
though together they are one bearer. In order: in Chinese an end inside a word moves to the nearer end of the word, and
out to the end of an actor that is known from elsewhere; bearers with only a conjunction between them become one; a
conjunction at the end is left off. English words are whole already, and its actors make bearers no better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from pipeline import words
from pipeline.encoder import SpanTag
from pipeline.lexicons import lexicon
from pipeline.records import Actor, Lang

# An actor that stretches further than this beyond a marked end is another thing.
REACH = 6


def whole_bearers(text: str, lang: Lang, marked: Sequence[SpanTag], actors: Iterable[Actor]) -> tuple[SpanTag, ...]:
    """The bearers of a passage.

    Args:
        text: the passage.
        lang: its language.
        marked: bearers as the encoder marks them, in order and apart.
        actors: the actors of the passage.

    Returns:
        bearers in order, none overlapping another.
    """
    found = list(marked)
    if lang == "zh" and found:
        places = [*words.tokens(text, lang)]
        known = [(actor.start, actor.end) for actor in actors]
        found = [_trimmed(text, _out_to_actors(_to_words(bearer, places), known), places) for bearer in found]
    elif found:
        found = [_without_clause(text, _without_article(text, bearer)) for bearer in found]
    joined: list[SpanTag] = []
    for bearer in found:
        last = joined[-1] if joined else None
        if last and bearer.start < last.end:
            joined[-1] = replace(last, end=max(last.end, bearer.end))
        elif last and _between(lang).fullmatch(text[_without_end(text, lang, last).end : bearer.start]):
            joined[-1] = replace(last, end=bearer.end, score=min(last.score, bearer.score))
        else:
            joined.append(bearer)
    return tuple(_without_end(text, lang, bearer) for bearer in joined)


def _to_words(bearer: SpanTag, places: Sequence[tuple[int, int]]) -> SpanTag:
    """Ends that fall inside a word move to its nearer end; in the middle they give up the half word at the end."""
    start, end = bearer.start, bearer.end
    for left, right in places:
        if left < end < right:
            end = left if end - left <= right - end and left > start else right
        if left < start < right:
            start = right if right - start < start - left and right < end else left
    return replace(bearer, start=start, end=end)


def _out_to_actors(bearer: SpanTag, known: Iterable[tuple[int, int]]) -> SpanTag:
    start, end = bearer.start, bearer.end
    for left, right in known:
        if left < end < right <= end + REACH:
            end = right
        if start - REACH <= left < start < right:
            start = left
    return replace(bearer, start=start, end=end)


def _trimmed(text: str, bearer: SpanTag, places: Sequence[tuple[int, int]]) -> SpanTag:
    """A bearer without the words that stand before or behind one; a bearer of such words alone stays."""
    beside = lexicon("actors")["beside"]
    start, end = bearer.start, bearer.end
    for left, right in reversed(places):
        if right == end and start < left and text[left:right] in beside["behind"]:
            end = left
    for left, right in places:
        if left == start and right < end and text[left:right] in beside["before"]:
            start = right
    return replace(bearer, start=start, end=end)


def _without_clause(text: str, bearer: SpanTag) -> SpanTag:
    """An English bearer without the relative clause that begins in it."""
    match = _relative().search(text, bearer.start, bearer.end)
    return replace(bearer, end=match.start()) if match and match.start() > bearer.start else bearer


def _without_article(text: str, bearer: SpanTag) -> SpanTag:
    """An English bearer without its article, unless it is nothing else."""
    match = _article().match(text, bearer.start, bearer.end)
    return replace(bearer, start=match.end()) if match and match.end() < bearer.end else bearer


@cache
def _article() -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(lexicon("actors")["articles"]["en"]) + r")\s+", re.IGNORECASE)


@cache
def _relative() -> re.Pattern[str]:
    return re.compile(r"[\s,]+(?:" + "|".join(lexicon("actors")["relative"]["en"]) + r")\b", re.IGNORECASE)


def _without_end(text: str, lang: Lang, bearer: SpanTag) -> SpanTag:
    """A bearer without the conjunction it ends in, unless it is nothing else."""
    match = _ending(lang).search(text, bearer.start, bearer.end)
    return replace(bearer, end=match.start()) if match and match.start() > bearer.start else bearer


@cache
def _between(lang: Lang) -> re.Pattern[str]:
    return re.compile(rf"\s*,?\s*(?:{_conjunctions(lang)})\s*(?:the\s+)?", re.IGNORECASE)


@cache
def _ending(lang: Lang) -> re.Pattern[str]:
    blank = r"[\s,]+" if lang == "en" else r"\s*"
    return re.compile(rf"{blank}(?:{_conjunctions(lang)})\s*\Z", re.IGNORECASE)


def _conjunctions(lang: Lang) -> str:
    return "|".join(
        sorted(map(re.escape, lexicon("actors")["conjunctions"][lang]), key=lambda word: (-len(word), word))
    )
