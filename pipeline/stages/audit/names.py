"""Differences in who and what is named: states, organisations and instruments that both languages can name.

Only canonical ids are compared, because surface forms never say whether two languages mean one. Before a name counts as
missing, every name that the gazetteer gives it in the other language is looked for in the other side and in the passages
around it, as are its abbreviation and what the document shortens it to; one that the text speaks of as "the Agency" or 该国
cannot be told, so a name counts only against another name of its kind that has no counterpart either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from pipeline.lexicons import Entry, instruments, organisations, states
from pipeline.records import Lang
from pipeline.stages.audit.sides import Found, Pair, Severity, Side
from pipeline.text import simplified

Named = dict[str, tuple[str, str]]
# Shorter names are abbreviations, which stand inside other words.
LEAST: dict[Lang, int] = {"en": 4, "zh": 2}


def actor(pair: Pair) -> Iterator[Found]:
    """An actor in each language that the other does not name."""
    yield from _swapped(pair, "actor", _actors(pair.zh), _actors(pair.en))


def instrument(pair: Pair) -> Iterator[Found]:
    """An instrument in each language that the other does not name."""
    yield from _swapped(pair, "instrument", _instruments(pair.zh), _instruments(pair.en))


def _actors(side: Side) -> Named:
    """By id: the words and the kind of each state, as an actor or a place, and of each body that the gazetteer knows."""
    known = _entries()
    found: Named = {
        a.id: (a.text, a.kind)
        for tagged in side.tags
        for a in tagged.actors
        if a.id in known and known[a.id].en and known[a.id].zh and simplified(a.text) in side.own
    }
    for name, key in _state_names(side.own, side.lang):
        found.setdefault(key, (name, "state"))
    return found


def _state_names(text: str, lang: Lang) -> Iterator[tuple[str, str]]:
    """The names of states in a text with their ids; one inside a longer name is none, nor 中国家 in 发展中国家."""
    names = [name for name in _state_ids(lang) if name in text]
    longest = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    if names:
        whole = rf"(?<![\w-])(?:{longest})(?![\w-])" if lang == "en" else rf"(?<!发展)(?:{longest})"
        for match in re.finditer(whole, text):
            yield match.group(), _state_ids(lang)[match.group()]


@cache
def _state_ids(lang: Lang) -> dict[str, str]:
    return {simplified(name): state.id for state in states() for name in state.names(lang) if len(name) >= LEAST[lang]}


def _instruments(side: Side) -> Named:
    known = _entries()
    return {
        i.id: (i.text, "instrument")
        for tagged in side.tags
        for i in tagged.instruments
        if i.id in known and known[i.id].en and known[i.id].zh and simplified(i.text) in side.own
    }


def _swapped(pair: Pair, kind: str, zh: Named, en: Named) -> Iterator[Found]:
    left = [(*name, key) for key, name in zh.items() if key not in en and not _named(key, pair.en.text, "en")]
    right = [(*name, key) for key, name in en.items() if key not in zh and not _named(key, pair.zh.text, "zh")]
    for words, group, key in left:
        other = next(
            (name for name in right if name[1] == group and (group == "state" or not _alike(key, name[2]))), None
        )
        if other:
            right.remove(other)
            severity: Severity = "high" if kind == "actor" else "medium"
            yield Found(kind, severity, f"Chinese names “{words}”, English “{other[0]}”")


def _named(key: str, text: str, lang: Lang) -> bool:
    """Whether a text holds any name of an entry in its language, or the id itself; abbreviations count in capitals only."""
    names = {simplified(name) for name in (*_entries()[key].names(lang), key) if len(name) > 1}
    return any(_holds(text, name, lang) for name in names)


def _holds(text: str, name: str, lang: Lang) -> bool:
    if lang == "zh" and not name.isascii():
        return name in text
    if name.lower() not in text.lower():
        return False
    flags = 0 if name.isupper() else re.IGNORECASE
    return bool(re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", text, flags))


def _alike(one: str, other: str) -> bool:
    """Whether two entries have names of which one holds the other: 司法部 may be the ministry of justice of any state."""
    entries = _entries()
    return any(
        a in b or b in a
        for lang, least in LEAST.items()
        for a in entries[one].names(lang)
        for b in entries[other].names(lang)
        if min(len(a), len(b)) >= least
    )


@cache
def _entries() -> Mapping[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in (*states(), *organisations()):
        found[entry.id] = entry
    for one in instruments():
        found[one.id] = one
    return found
