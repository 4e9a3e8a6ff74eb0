"""English quantities: figures and words, measures, currencies, and the noun that is counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pipeline.lexicons import lexicon
from pipeline.records import Quantity
from pipeline.stages.tag.amounts import DIGITS, PLUS_MINUS, Grammar, any_of, make


@cache
def _english_grammar() -> Grammar:
    words = lexicon("units")
    numbers, scales, bounds = words["numbers"], words["numbers"]["en_scales"], words["bounds"]
    word = any_of(numbers["en"])
    said = rf"(?:{word}|{any_of(scales)})"
    spelt = rf"(?:(?:{said}|a(?=\s+{any_of(scales)}\b))(?:(?:(?<=hundred)\s+and\s+|[\s-]+){said})*)"
    fraction = rf"(?:(?:one|two|three|four|a|{DIGITS})[\s-](?:{any_of(numbers['en_fractions'])})|\d+/\d+(?=\s+of\b))"
    number = rf"(?:{fraction}|(?:{DIGITS})(?:[\s-]*{any_of(scales)})?|{spelt})\b"
    money = any_of(words["currencies"]["en"])
    units = any_of([*words["units"]["en"], *(_plural(u) for u in words["units"]["en"])])
    unit = rf"(?:\s*[%‰]|[\s-]*{units}(?![A-Za-z]))"
    least, most, near = (any_of(bounds[k]["en"]) for k in ("least", "most", "near"))
    return Grammar(
        re.compile(
            rf"(?<![\w./$€£¥-])(?:(?P<least>{least})\s+|(?P<most>{most})\s+|(?P<near>{near})\s+)?(?P<between>between\s+|from\s+)?"
            rf"(?P<money>{money}\s*)?(?P<a>{number})(?P<unit_a>{unit})?"
            rf"(?:(?:\s*(?P<tol>{PLUS_MINUS})\s*|(?<=\d)(?P<lost>\+)(?=\d))(?P<t>{DIGITS})"
            rf"|(?:\s*[-–—~]\s*|\s+to\s+|\s+and\s+(?:not\s+more\s+than\s+)?|\s+but\s+not\s+more\s+than\s+)(?P<money_b>{money}\s*)?(?P<b>{number}))?"
            rf"(?P<unit>{unit})?(?:\s+(?:(?P<least_after>{any_of(bounds['least_after']['en'])})|(?P<most_after>{any_of(bounds['most_after']['en'])})"
            rf"|(?P<near_after>{any_of(bounds['near_after']['en'])}))\b)?",
            re.IGNORECASE,
        ),
        words,
    )


def _plural(unit: str) -> str:
    if unit == "foot":
        return "feet"
    return unit + ("es" if unit.endswith(("s", "sh", "ch", "x")) else "s") if unit[-1].islower() else unit


def find(text: str) -> list[Quantity]:
    """The quantities of an English passage, in order."""
    grammar = _english_grammar()
    found: list[Quantity] = []
    for match in grammar.pattern.finditer(text):
        made = _english_quantity(text, match, grammar.words)
        if made and (not found or made.start >= found[-1].end):
            found.append(made)
    return found


def _english_quantity(text: str, match: re.Match[str], words: Mapping[str, Any]) -> Quantity | None:
    a = match.group("a")
    if _is_name_en(text, match, words):
        return None
    second = match.group("b")
    joined_and = (
        second is not None
        and not match.group("between")
        and " and " in text[match.end("a") : match.start("b")].replace("\n", " ")
    )
    if joined_and and "more than" not in text[match.end("a") : match.start("b")]:
        second = None
    end = (
        match.end()
        if second is not None or match.group("b") is None
        else match.end("unit_a")
        if match.group("unit_a")
        else match.end("a")
    )
    if match.group("b") is not None and second is None and _is_year(a):
        return None
    start = match.start()
    if match.group("between") and second is None:
        start = match.start("money") if match.group("money") else match.start("a")
    low_value, scale = _english_number(a, words)
    unit = (
        (match.group("unit") if second is not None or match.group("b") is None else None) or match.group("unit_a") or ""
    )
    unit = (
        " ".join(unit.strip(" -\n").lower().split())
        if unit.strip(" -\n").islower() or " " in unit
        else unit.strip(" -")
    )
    if match.group("money") or match.group("money_b"):
        sign = (match.group("money") or match.group("money_b")).strip()
        unit = words["currencies"]["en"].get(sign.upper(), words["currencies"]["en"].get(sign, unit))
    counted = ""
    if not unit and not (match.group("least_after") or match.group("most_after")):
        counted, end = _counted_en(text, end, words)
        unit = counted.rsplit(" ", 1)[-1] if counted else ""
    of = _of_en(text, end, words) or counted
    if not unit and not _bare(match, a):
        return None
    if not unit and _is_year(a):
        return None
    if (unit == counted and a.lower() in ("one", "a")) or (
        counted and a.lower() == "one" and not match.group("least") and not match.group("most")
    ):
        return None
    value_b, scale_b = _english_number(second, words) if second else (None, 1.0)
    if value_b is not None and scale == 1 and scale_b > 1 and low_value < value_b and not match.group("unit_a"):
        low_value *= scale_b
    unit = {"%": "%", "per cent": "%", "percent": "%", "per thousand": "‰", "per mille": "‰"}.get(unit, unit)
    return make(text, start, end, low_value, value_b, match, unit, of, match.group("t"))


def _bare(match: re.Match[str], a: str) -> bool:
    """Whether a number without unit still counts: a fraction, or one with a scale or a bound that no name has."""
    return bool(re.search(r"(?i)third|quarter|half|fifth|tenth|million|billion|trillion", a)) or bool(
        match.group("tol")
    )


def _is_name_en(text: str, match: re.Match[str], words: Mapping[str, Any]) -> bool:
    """Whether a number names something: article 4, resolution 1540 (2004), 9 December 1948, 72/4, 2030."""
    a, before, after = match.group("a"), text[: match.start("a")], text[match.end("a") :]
    word = re.search(r"([A-Za-z]+)\.?(?:\s+|\s*\(?|-)(?:(?:\d+|[ivx]+)(?:,\s*|\s+(?:and|to|or)\s+|-))*$", before)
    if (
        word
        and word.group(1).lower() in words["counted"]["naming"]
        and not match.group("unit")
        and not match.group("unit_a")
    ):
        return True
    if re.match(r"\s*(?:/\d|\(\d{4}\)|(?:st|nd|rd|th)\b)", after) or re.search(r"\d/$|[A-Z]/$", before):
        return True
    if a.lower() in ("one", "a") and re.match(r"\s*(?:or\s+more|another|of\b|side|hand|or\s+other|party|-)", after):
        return True
    months = lexicon("deadlines")["months"]
    month = any_of(name.capitalize() for name in (*months["en"], *months["en_short"], "sept") if name) + r"\b"
    if re.match(rf"\s*{month}", after) or re.search(
        rf"{month}\.?\s*(?:\d{{1,2}}(?:\s*[-–]\s*\d{{1,2}})?,?\s*)?$", before
    ):
        return True
    if _is_year(a) and not match.group("unit") and not match.group("unit_a") and not match.group("money"):
        counted = re.match(r"\s+([a-z]+)", after)
        return counted is None or not counted.group(1).endswith("s") or counted.group(1) in words["counted"]["stop"]
    return False


def _is_year(number: str) -> bool:
    return re.fullmatch(r"(?:1[5-9]|20|21)\d\d", number) is not None


def _english_number(said: str, words: Mapping[str, Any]) -> tuple[float, float]:
    """The value of a number, and the scale that stands at its end (1 if none)."""
    numbers, scales, fractions = words["numbers"]["en"], words["numbers"]["en_scales"], words["numbers"]["en_fractions"]
    said = said.lower()
    plain = re.fullmatch(r"(\d+)/(\d+)", said)
    if plain and float(plain.group(2)):
        return float(plain.group(1)) / float(plain.group(2)), 1.0
    parts = re.findall(rf"{DIGITS}|[a-z]+", said)
    if len(parts) == 2 and parts[1] in fractions:
        top = 1.0 if parts[0] == "a" else float(numbers.get(parts[0], 0) or parts[0].replace(",", ""))
        return top / fractions[parts[1]], 1.0
    total = group = 0.0
    scale = 1.0
    for part in parts:
        if part in scales:
            factor = float(scales[part])
            scale = factor
            if factor == 100:
                group = (group or 1) * 100
            else:
                total += (group or 1) * factor
                group = 0.0
        elif part == "a":
            group = 1.0
        elif part != "and":
            group += float(numbers[part]) if part in numbers else float(part.replace(",", "").replace("，", ""))
            scale = 1.0
    return total + group, scale


def _counted_en(text: str, at: int, words: Mapping[str, Any]) -> tuple[str, int]:
    """The noun phrase that is counted after a number: words up to a plural, at most five; empty if there is none."""
    rules, said = words["counted"], []
    place = at
    best: tuple[str, int] = ("", at)
    for _ in range(5):
        word = re.match(r"[\s-]*([A-Za-z][A-Za-z'’-]*)", text[place:])
        if not word or word.group(1).lower() in rules["stop"]:
            break
        said.append(word.group(1))
        place += word.end()
        last = word.group(1).lower()
        if _is_plural(last, rules):
            best = (" ".join(said), place)
            break
    return best


def _of_en(text: str, at: int, words: Mapping[str, Any]) -> str:
    """What a measure measures: "of highly enriched uranium", "of all samples"."""
    phrase = re.match(
        r"\s+of\s+(?:the\s+|all\s+|its\s+|their\s+|our\s+(?:own\s+)?)?((?:[A-Za-z][A-Za-z'’-]*\s*){1,6})", text[at:]
    )
    if not phrase:
        return ""
    said = []
    for word in phrase.group(1).split():
        if word.lower() in words["counted"]["stop"]:
            break
        said.append(word)
        if _is_plural(word.lower(), words["counted"]):
            break
    return " ".join(said)


def _is_plural(word: str, rules: Mapping[str, Any]) -> bool:
    """Whether a small-letter noun is a plural by the lexicon or by its ending."""
    ending = word.endswith("s") and not word.endswith(("ss", "'s", "’s", "ous")) and word not in rules["not_plural"]
    return word in rules["plurals"] or ending
