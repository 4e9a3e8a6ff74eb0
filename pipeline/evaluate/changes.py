"""Changes one language of a pair on purpose, so that the audit has something to find in texts that nobody planted.

Each rule takes a text of one language and gives it back with one thing changed, or None where there is nothing to change: a
number, a year, a word of force, a denial, a hedge, a name, a clause. What is changed, and how, follows from a seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

from pipeline.lexicons import organisations, states
from pipeline.records import Lang

Rule = Callable[[str, Lang, random.Random], str | None]


def _swap(text: str, pairs: Mapping[str, str], lang: Lang, draw: random.Random) -> str | None:
    """One of the words of a table for its counterpart; in English at word borders."""
    if lang == "en" and re.search(r"\b(?:no|nor|neither|nobody|nothing)\b", text, re.IGNORECASE):
        return None  # "No one shall" and "no one may" forbid alike.
    found = []
    for word, other in pairs.items():
        pattern = rf"\b{word}\b" if lang == "en" else word
        found += [(match, other) for match in re.finditer(pattern, text)]
    if not found:
        return None
    match, other = draw.choice(found)
    return text[: match.start()] + other + text[match.end() :]


def number(text: str, lang: Lang, draw: random.Random) -> str | None:
    """A figure that counts something, doubled and one more: 30 days, 61 days."""
    after = r"[\s-]?(?:working )?(?:day|month|year|hour|per\s?cent|%|ton|km|kilomet|dollar|yuan|euro|people|million)"
    unit = {"en": after, "zh": "(?:日内|天|个月|年内|个?小时|个?工作日|%|吨|公里|元|美元|欧元|人|万|亿)"}[lang]
    found = list(re.finditer(rf"(?<![\d.,/第])\d{{1,3}}(?=(?:[.,]\d)?{unit})(?!年)", text))
    if not found:
        return None
    match = draw.choice(found)
    return text[: match.start()] + str(2 * int(match.group()) + 1) + text[match.end() :]


def date(text: str, lang: Lang, draw: random.Random) -> str | None:
    """A year, three years later."""
    found = list(re.finditer(r"\b20[2-4]\d\b" if lang == "en" else r"20[2-4]\d(?=年)", text))
    if not found:
        return None
    match = draw.choice(found)
    return text[: match.start()] + str(int(match.group()) + 3) + text[match.end() :]


FORCE: dict[Lang, dict[str, str]] = {
    "en": {
        "shall(?! not| be deemed| enter| consist)": "may",
        "must(?! not)": "may",
        "may(?! not)": "shall",
        "should(?! not)": "may",
        "encourages?": "requires",
        "is entitled to": "is obliged to",
    },
    "zh": {
        "应当": "可以",
        "(?<![不供反相适响对])应(?![对用急当])": "可",
        "必须": "可以",
        "可以": "应当",
        "有权": "有义务",
        "鼓励": "责成",
    },
}
NEGATION: dict[Lang, dict[str, str]] = {
    "en": {
        "shall not": "shall",
        "may not": "shall",
        "must not": "must",
        "shall(?! not| be deemed| enter| consist)": "shall not",
    },
    "zh": {"不得": "应", "严禁": "允许", "(?<!应)禁止(?!.{0,3}组织)": "允许", "应当(?!事)": "不得", "不应(?!当)": "应"},
}
HEDGE: dict[Lang, dict[str, str]] = {
    "en": {
        "shall(?! not| be deemed| enter| consist)": "shall, where possible,",
        "will(?! not)": "will, as appropriate,",
    },
    "zh": {
        "应当(?!事|看到)": "应当尽可能",
        "(?<![不供反相适响对])应(?![对用急当])": "应酌情",
        "(?<!产)将(?![来军领])": "将尽可能",
    },
}


def force(text: str, lang: Lang, draw: random.Random) -> str | None:
    """A duty for a right, a right for a duty."""
    return _swap(text, FORCE[lang], lang, draw)


def negation(text: str, lang: Lang, draw: random.Random) -> str | None:
    """A ban for a duty, a duty for a ban."""
    return _swap(text, NEGATION[lang], lang, draw)


def hedge(text: str, lang: Lang, draw: random.Random) -> str | None:
    """A hedge put in."""
    return _swap(text, HEDGE[lang], lang, draw)


def actor(text: str, lang: Lang, draw: random.Random) -> str | None:
    """The name of a state or organisation for another's."""
    entries = [
        e
        for e in (*states(), *organisations())
        if e.en and e.zh and len(e.names(lang)[0]) >= (4 if lang == "en" else 2)
    ]
    groups = [("state", [e for e in entries if e.kind == "state"]),
              ("body", [e for e in entries if e.kind == "international_organisation"])]  # fmt: skip
    for _, group in groups:
        for entry in group:
            name = entry.names(lang)[0]
            if re.search(_whole(name, lang), text):
                others = [e for e in group if e.id != entry.id and e.names(lang)[0] not in text]
                return re.sub(_whole(name, lang), draw.choice(others).names(lang)[0], text)
    return None


def _whole(name: str, lang: Lang) -> str:
    """A name by itself: not in the title of an instrument, and 中国 not in 发展中国家."""
    if lang == "en":
        return rf"(?<![\w-]){re.escape(name)}(?![\w-]| (?:[A-Z]|resolution|of\b))"
    return rf"(?<![发展《]){re.escape(name)}(?![家亚会《])(?![^《》]*》)"


def missing(text: str, lang: Lang, draw: random.Random) -> str | None:
    """A clause of at least a quarter of the text taken out."""
    parts = re.split(r"(?<=[,;:])\s+" if lang == "en" else r"(?<=[，；：])", text)
    long = [i for i, part in enumerate(parts) if len(part) >= max(len(text) / 4, 8 if lang == "zh" else 25)]
    if len(parts) < 2 or not long:
        return None
    out = draw.choice(long)
    return ("" if lang == "zh" else " ").join(parts[:out] + parts[out + 1 :])


RULES: dict[str, Rule] = {
    "force": force,
    "number": number,
    "date": date,
    "actor": actor,
    "negation": negation,
    "hedge": hedge,
    "missing": missing,
}


def seed_of(*parts: object) -> random.Random:
    """A source of chance that is the same on every machine for the same parts."""
    return random.Random("/".join(map(str, parts)))
