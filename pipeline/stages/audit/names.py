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

from pipeline.lexicons import Entry, instruments, lexicon, organisations, states
from pipeline.records import Lang
from pipeline.stages.audit.sides import Found, Pair, Severity, Side, cues, hints
from pipeline.text import simplified

Named = dict[str, tuple[str, str]]
# Shorter names are abbreviations, which stand inside other words.
LEAST: dict[Lang, int] = {"en": 4, "zh": 2}
# Ids that are numbers given by a body, the same in both languages: UNSCR-1540, A/RES/73/6.
NUMBERED = re.compile(r"[A-Z][A-Z/-]*[-/]\d[\w/-]*")
TITLE = {"zh": re.compile("《.{3,}》"), "en": re.compile(r"(?:[A-Z]\w+ ){2,}")}


def actor(pair: Pair) -> Iterator[Found]:
    """An actor in each language that the other does not name."""
    found = list(_swapped(pair, "actor", _actors(pair.zh), _actors(pair.en)))
    yield from found or _other_kind(pair)


def instrument(pair: Pair) -> Iterator[Found]:
    """An instrument in each language that the other does not name."""
    zh, en = _instruments(pair.zh), _instruments(pair.en)
    yield from [*_swapped(pair, "instrument", zh, en), *_untitled(pair, zh, en)][:1]


def _other_kind(pair: Pair) -> Iterator[Found]:
    """An actor of a kind in each language of which the other has no word, for actors that no lexicon names."""
    left = {one.lang: list(_kinds_alone(one, other)) for one, other in pair.both}
    if left["zh"] and left["en"]:
        yield Found("actor", "high", f"Chinese names “{left['zh'][0]}”, English “{left['en'][0]}”")


def _kinds_alone(one: Side, other: Side) -> Iterator[str]:
    names = dict.fromkeys(a.text for tagged in one.tags for a in tagged.actors if simplified(a.text) in one.own)
    for name in names:
        kinds = [
            k for k in lexicon("divergence")["bodies"] if cues("bodies", k, "says", one.lang).search(simplified(name))
        ]
        if kinds and not any(hints(other.text, other.lang, "bodies", kind) for kind in kinds):
            yield name


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
    """By id: the words of each instrument that has one id in both languages: a known name, or a number for a name."""
    known = _entries()
    return {
        i.id: (i.text, "instrument")
        for tagged in side.tags
        for i in tagged.instruments
        if simplified(i.text) in side.own
        and (NUMBERED.fullmatch(i.id) or (i.id in known and known[i.id].en and known[i.id].zh))
    }


def _swapped(pair: Pair, kind: str, zh: Named, en: Named) -> Iterator[Found]:
    left = [(*name, key) for key, name in zh.items() if key not in en and not _named(key, pair.en.text, "en")]
    right = [(*name, key) for key, name in en.items() if key not in zh and not _named(key, pair.zh.text, "zh")]
    for words, group, key in left:
        other = next((name for name in right if name[1] == group and not _alike(kind, (words, key), name)), None)
        if other:
            right.remove(other)
            severity: Severity = "high" if kind == "actor" else "medium"
            yield Found(kind, severity, f"Chinese names “{words}”, English “{other[0]}”")


def _untitled(pair: Pair, zh: Named, en: Named) -> Iterator[Found]:
    """A known instrument in one language where the other has a title that is none of its names, nor short for one."""
    named: dict[Lang, Named] = {"zh": zh, "en": en}
    for one, other in pair.both:
        left = [
            (key, words)
            for key, (words, _) in named[one.lang].items()
            if key in _entries() and key not in named[other.lang] and not _named(key, other.text, other.lang)
        ]
        titles = [
            i.text
            for tagged in other.tags
            for i in tagged.instruments
            if i.id not in named[other.lang] and TITLE[other.lang].search(i.text) and simplified(i.text) in other.own
        ]
        if len(left) == len(titles) == 1 and not any(
            _short(titles[0], name, other.lang) for name in _entries()[left[0][0]].names(other.lang)
        ):
            words = {one.lang: left[0][1], other.lang: titles[0]}
            yield Found("instrument", "medium", f"Chinese names “{words['zh']}”, English “{words['en']}”")


def _short(title: str, name: str, lang: Lang) -> bool:
    """Whether a title may be another form of a name: half of its words (in Chinese, pairs of characters) stand in it."""
    own, whole = _pieces(title, lang), _pieces(name, lang)
    return 2 * len(own & whole) >= len(own)


def _pieces(title: str, lang: Lang) -> set[str]:
    if lang == "en":
        return {word[:5] for word in re.findall(r"[a-z]{3,}", title.lower())} - {"the", "and", "for"}
    chars = "".join(re.findall(r"\w", simplified(title)))
    return {chars[i : i + 2] for i in range(len(chars) - 1)} or {chars}


def _named(key: str, text: str, lang: Lang) -> bool:
    """Whether a text holds any name of an entry in its language, or the id itself; abbreviations count in capitals only."""
    if key not in _entries():
        return bool(set(re.findall(r"\d{3,}", key)) & set(re.findall(r"\d+", text)))
    names = {simplified(name) for name in (*_entries()[key].names(lang), key) if len(name) > 1}
    return any(_holds(text, name, lang) for name in names)


def _holds(text: str, name: str, lang: Lang) -> bool:
    if lang == "zh" and not name.isascii():
        return name in text
    if name.lower() not in text.lower():
        return False
    flags = 0 if name.isupper() else re.IGNORECASE
    return bool(re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", text, flags))


def _alike(kind: str, one: tuple[str, str], other: tuple[str, str, str]) -> bool:
    """Whether two entries may be one: 司法部 is the ministry of justice of any state; states are told apart by their names."""
    entries = _entries()
    if other[1] == "state" or one[1] not in entries or other[2] not in entries:
        return False
    if kind == "instrument":
        return one[0] in entries[other[2]].names("zh") or other[0] in entries[one[1]].names("en")
    return any(
        a in b or b in a
        for lang, least in LEAST.items()
        for a in entries[one[1]].names(lang)
        for b in entries[other[2]].names(lang)
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
