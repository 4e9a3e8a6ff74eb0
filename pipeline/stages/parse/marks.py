"""Reads the marks that lines begin with (``corpus/lexicons/layout.toml``): headings, lists, notes, page numbers, captions."""

from __future__ import annotations

import re
from functools import cache

from pipeline.lexicons import lexicon


@cache
def patterns(section: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The patterns of a section of the lexicon, in its order."""
    return tuple((name, re.compile(f"(?:{pattern})")) for name, pattern in lexicon("layout")[section].items())


@cache
def words(section: str, name: str) -> frozenset[str]:
    """A list of words of the lexicon."""
    return frozenset(lexicon("layout")[section][name])


def opening(section: str, text: str) -> tuple[str, str]:
    """The name of the first pattern that a text begins with, and the mark itself; empty if there is none."""
    stripped = text.lstrip()
    for name, pattern in patterns(section):
        match = pattern.match(stripped)
        if match:
            return name, match.group()
    return "", ""


def heading_mark(text: str) -> tuple[str, str]:
    """Kind and text of a heading's mark; the deeper of the numbers (1.2.3 before 1.2 before 1.)."""
    for name in ("arabic_3", "arabic_2"):
        match = dict(patterns("headings"))[name].match(text)
        if match:
            return name, match.group()
    return opening("headings", text)


def list_mark(text: str) -> tuple[str, str]:
    """Kind and text of a list mark. ``(i)`` is a Roman number; the caller knows better where ``(h)`` came before."""
    return opening("lists", text)


def note_mark(text: str) -> tuple[str, str]:
    """Kind and text of a note's mark."""
    return opening("notes", text)


def is_folio(text: str) -> bool:
    """Whether a line is a page number and nothing else."""
    stripped = text.strip()
    return any(pattern.fullmatch(stripped) for _, pattern in patterns("folios"))


def is_contents_line(text: str) -> bool:
    """Whether a line is an entry of a table of contents: a title, leaders, a page."""
    return bool(dict(_contents()).get("line", re.compile("$^")).fullmatch(text.strip()))


@cache
def _contents() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return (("line", re.compile(lexicon("layout")["contents"]["line"])),)


def is_head(section: str, name: str, text: str) -> bool:
    """Whether a line is one of the words of the lexicon, blanks, marks and colons aside."""
    bare = re.sub(r"[\s　:：\[\]【】]", "", text).casefold()
    return bare in {re.sub(r"\s", "", word).casefold() for word in words(section, name)}


@cache
def _over() -> re.Pattern[str]:
    return re.compile(lexicon("layout")["ends"]["over"])


def is_over(text: str) -> bool:
    """Whether a line ends as a paragraph does."""
    return bool(_over().search(text.rstrip()))
