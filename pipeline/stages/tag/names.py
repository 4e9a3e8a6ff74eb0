"""Finds the names of a gazetteer in a text, and links a name to what it names.

A name is looked for character by character in a text without its blanks, so that the joined and broken words of PDFs
("Secretary-General ofthe UnitedNations", 国际原子 能机构) are found at their true offsets. In order: the text is
folded (case, accents, quotation marks and dashes that differ only in print, Traditional characters); from every place
where a word may begin, the trie gives the longest name that ends where a word may end; capitals of the name must be
capitals in the text, so "who" is not the WHO. Building the tries takes a moment and happens once a process.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.records import Lang
from pipeline.text import simplified

# Words that PDFs glue to the end of a name: "the Committeemay". They end a name although a letter follows it.
GLUED_AFTER = re.compile(r"(?:may|shall|of|to|and|or|the|in|is|are|by|for|with|which|that|has|have|as|on|at)\b")
_PRINT = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "―": "-", "‐": "-", "‑": "-", "－": "-", "−": "-"}
)
_APART = {"（": "(", "）": ")", "：": ":", "，": ",", "；": ";", "《": "", "》": "", "〈": "", "〉": "", "　": ""}


@dataclass(frozen=True)
class Folded:
    """A text without blanks and print variants; ``places[i]`` is where character ``i`` stands in the text."""

    text: str
    raw: str
    chars: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Name:
    """A name found at ``text[start:end]`` with the key it leads to."""

    start: int
    end: int
    key: str
    name: str


@cache
def _simple(char: str) -> str:
    """The Simplified form of one character, one for one, so that offsets hold."""
    simple = simplified(char)
    return simple if len(simple) == 1 else char


@cache
def _plain(char: str) -> str:
    """One character folded: print variants, full width, accents, Traditional; empty if it is blank or a title mark."""
    if char.isspace() or char in "\u00ad\u200b\ufeff《》〈〉":
        return ""
    char = _APART.get(char, char).translate(_PRINT)
    if "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff":
        return _simple(char)
    return unicodedata.normalize("NFKD", char)[:1]


def fold(text: str) -> Folded:
    """A text made ready for matching; offsets into ``text`` are kept."""
    chars, places = [], []
    for place, char in enumerate(text):
        plain = _plain(char)
        if plain:
            chars.append(plain)
            places.append(place)
    raw = "".join(chars)
    return Folded(text=text, raw=raw, chars=raw.lower(), places=tuple(places))


class Gazetteer:
    """A trie of names, each leading to a key.

    Args:
        names: pairs of a name and its key; the first key given for a name stays.
    """

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._root: dict[str, object] = {}
        self._exact: dict[str, list[tuple[str, str]]] = {}
        for name, key in names:
            folded = fold(name)
            if not folded.chars:
                continue
            node = self._root
            for char in folded.chars:
                node = node.setdefault(char, {})  # type: ignore[assignment]
            ends: list[tuple[str, str]] = node.setdefault("ends", [])  # type: ignore[assignment]
            if all(raw != folded.raw for raw, _ in ends):
                ends.append((folded.raw, key))
                self._exact.setdefault(folded.chars, []).append((folded.raw, key))

    def key(self, name: str, exact_case: bool = False) -> str:
        """The key of a whole name, empty if it is none of the gazetteer's."""
        folded = fold(name)
        for raw, key in self._exact.get(folded.chars, []):
            if _capitals(raw, folded.raw) or (not exact_case and len(raw) > 6):
                return key
        return ""

    def find(self, folded: Folded) -> Iterator[Name]:
        """Every longest name, from left to right, none inside another."""
        at, chars = 0, folded.chars
        while at < len(chars):
            found = self._longest(folded, at) if _begins(folded, at) else None
            if found is None:
                at += 1
                continue
            end, key = found
            start_place, end_place = folded.places[at], folded.places[end - 1] + 1
            if folded.raw[at] == folded.raw[end - 1] == '"':
                start_place, end_place = start_place + 1, end_place - 1
            yield Name(start_place, end_place, key, folded.raw[at:end])
            at = end

    def _longest(self, folded: Folded, at: int) -> tuple[int, str] | None:
        node, best, place, chars = self._root, None, at, folded.chars
        while place < len(chars):
            node = node.get(chars[place])  # type: ignore[assignment]
            if node is None:
                break
            place += 1
            if "ends" in node and _finishes(folded, at, place):
                for raw, key in node["ends"]:  # type: ignore[attr-defined]
                    if _capitals(raw, folded.raw[at:place]):
                        best = (place, key)
                        break
        return best


def _capitals(name: str, text: str) -> bool:
    """Whether a text writes a name with the name's capitals; a text all in capitals may write any but a short word."""
    return all(t == n or not n.isupper() for n, t in zip(name, text, strict=True)) and not (
        name.islower() and text.isupper() and len(name) < 6
    )


def _begins(folded: Folded, at: int) -> bool:
    """Whether a word may begin here: after a blank, a mark or Chinese, or at a capital after a small letter."""
    char = folded.raw[at]
    if not (char.isascii() and char.isalnum()):
        return True
    if at == 0 or folded.places[at] != folded.places[at - 1] + 1:
        return True
    before = folded.raw[at - 1]
    if not (before.isascii() and before.isalnum()):
        return True
    return char.isupper() and before.islower()


def _finishes(folded: Folded, start: int, end: int) -> bool:
    """Whether a word may end before ``end``: nothing of it follows, or only what PDFs glue to it."""
    last = folded.raw[end - 1]
    if end == len(folded.raw) or not (last.isascii() and last.isalnum()):
        return True
    if folded.places[end] != folded.places[end - 1] + 1:
        return True
    after = folded.raw[end]
    if not (after.isascii() and after.isalnum()):
        return True
    if after.isupper() and last.islower():
        return True
    rest = folded.text[folded.places[end] :]
    return end - start >= 6 and last.islower() and GLUED_AFTER.match(rest) is not None


def gazetteer(entries: Iterable[object], lang: Lang) -> Gazetteer:
    """The gazetteer of entries in a language; entries have ``id`` and ``names(lang)``."""
    return Gazetteer((name, entry.id) for entry in entries for name in entry.names(lang))  # type: ignore[attr-defined]


def simplified_chars(text: str) -> str:
    """A text in Simplified characters, one for one, so that offsets hold."""
    return "".join(_simple(char) if "\u3400" <= char <= "\u9fff" else char for char in text)
