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
from pipeline.stages.audit.numerals import hanzi
from pipeline.stages.audit.sides import Found, Pair, Severity, Side, cues, hints, joined
from pipeline.text import simplified

Named = dict[str, tuple[str, str]]
# Shorter names are abbreviations, which stand inside other words.
LEAST: dict[Lang, int] = {"en": 4, "zh": 2}
# Ids that are numbers given by a body, the same in both languages: UNSCR-1540, A/RES/73/6.
NUMBERED = re.compile(r"[A-Z][A-Z/-]*[-/]\d[\w/-]*")
# A number of an article: figures, Roman capitals, Chinese numerals.
NUMERAL: dict[Lang, str] = {
    "en": r"(?:\d{1,3}(?![\d,])|[IVXL]{1,6}(?!\w))",
    "zh": r"(?:\d{1,3}|[一二三四五六七八九十百]{1,6})",
}
ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
TITLE = {"zh": re.compile("《.{3,}》"), "en": re.compile(r"(?:[A-Z]\w+ ){2,}")}


def actor(pair: Pair) -> Iterator[Found]:
    """An actor in each language that the other does not name."""
    found = list(_swapped(pair, "actor", _actors(pair.zh), _actors(pair.en)))
    yield from found or _other_kind(pair)


def instrument(pair: Pair) -> Iterator[Found]:
    """An instrument in each language that the other does not name."""
    zh, en = _instruments(pair.zh), _instruments(pair.en)
    checks = (_swapped(pair, "instrument", zh, en), _untitled(pair, zh, en), _provision(pair), _other_title(pair))
    yield from [found for check in checks for found in check][:1]


def _provision(pair: Pair) -> Iterator[Found]:
    """An article, section or annex in each language whose number the other does not name."""
    named = {side.lang: _provisions(side.own, side.lang) for side, _ in pair.both}
    alone = {
        one.lang: [
            words
            for number, words in named[one.lang].items()
            if number not in named[other.lang] and not re.search(rf"(?<!\d){number}(?!\d)", other.own)
        ]
        for one, other in pair.both
    }
    if alone["zh"] and alone["en"]:
        yield Found("instrument", "medium", f"Chinese names “{alone['zh'][0]}”, English “{alone['en'][0]}”")


def _provisions(text: str, lang: Lang) -> dict[int, str]:
    """The numbers of the articles, sections and annexes that a text names, with the words of each."""
    found: dict[int, str] = {}
    for match in _provision_pattern(lang).finditer(text):
        for word in re.findall(NUMERAL[lang], match["zh"] or match["zh2"] if lang == "zh" else match["en"]):
            found.setdefault(int(hanzi(word)) if lang == "zh" else _roman(word), match.group())
    return found


@cache
def _provision_pattern(lang: Lang) -> re.Pattern[str]:
    table = lexicon("divergence")["provisions"]
    numbers = rf"{NUMERAL[lang]}(?:{table['between'][lang]}{NUMERAL[lang]})*"
    ways = (way.replace("{}", f"(?P<{lang}{'' if i == 0 else i + 1}>{numbers})") for i, way in enumerate(table[lang]))
    return joined(list(ways), lang)


def _roman(number: str) -> int:
    """The value of figures or of a Roman number in capitals."""
    if number.isdigit():
        return int(number)
    values = [ROMAN[char] for char in number.upper()]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def _other_title(pair: Pair) -> Iterator[Found]:
    """The one title of each language, where neither is of a kind that the other may be, and no lexicon knows them."""
    titles = {side.lang: _titles(side) for side, _ in pair.both}
    if not len(titles["zh"]) == len(titles["en"]) == 1:
        return
    kinds = {
        lang: {k for k in lexicon("divergence")["titles"] if cues("titles", k, "says", lang).search(words[0])}
        for lang, words in titles.items()
    }
    if kinds["zh"] and kinds["en"] and not kinds["zh"] & kinds["en"]:
        yield Found("instrument", "medium", f"Chinese names “{titles['zh'][0]}”, English “{titles['en'][0]}”")


def _titles(side: Side) -> list[str]:
    return list(dict.fromkeys(
        i.text for tagged in side.tags for i in tagged.instruments
        if TITLE[side.lang].search(i.text) and simplified(i.text) in side.own
    ))  # fmt: skip


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
