"""Small facts about characters and languages, shared by every stage; no words of any language (those are lexicons)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from pipeline.records import Lang

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
LATIN_WORD = re.compile(r"[A-Za-z]+")


def language(text: str) -> Lang:
    """The language most of a text is in: a Chinese character weighs as much as half an English word.

    A Chinese sentence full of Latin names stays Chinese, and an English one with a Chinese term stays English; text
    without letters counts as English.
    """
    han = len(HAN.findall(text))
    return "zh" if han and han >= 1.5 * len(LATIN_WORD.findall(text)) else "en"


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


@lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """A text with its Traditional characters made Simplified."""
    return str(_simplifier().convert(text)) if HAN.search(text) else text


def has_words(text: str) -> bool:
    """Whether a text has a letter or a Chinese character at all."""
    return any(char.isalpha() for char in text)


def strip_span(text: str, start: int, end: int, extra: str = "") -> tuple[int, int]:
    """Moves the ends of a span inwards past blanks and the characters of ``extra``."""
    while start < end and (text[start].isspace() or text[start] in extra):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in extra):
        end -= 1
    return start, end


def find_quote(words: str, text: str, near: tuple[int, int] | None = None) -> tuple[int, int] | None:
    """Where words stand in a text; blanks count alike. ``near`` is a place to prefer; without it the first counts."""
    if near and text[near[0] : near[1]] == words:
        return near
    at = text.find(words)
    if at >= 0:
        return at, at + len(words)
    parts = words.split()
    start = text.find(parts[0]) if parts else -1
    while start >= 0:
        end = _follow(parts, text, start)
        if end:
            return start, end
        start = text.find(parts[0], start + 1)
    return None


def _follow(parts: list[str], text: str, start: int) -> int:
    """The end of words that stand one after the other from a place, with any blanks between them; 0 if they do not."""
    at = start
    for part in parts:
        while at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith(part, at):
            return 0
        at += len(part)
    return at
