"""Chinese quantities: figures, characters and both (1.6万, 十三项), with measure words and what they measure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pipeline.lexicons import lexicon
from pipeline.records import Quantity
from pipeline.stages.tag.amounts import DIGITS, PLUS_MINUS, Grammar, any_of, make


@cache
def _chinese_grammar() -> Grammar:
    words = lexicon("units")
    numbers, bounds = words["numbers"], words["bounds"]
    hanzi = "".join([*numbers["zh"], *numbers["zh_tens"]])
    scales = "".join(numbers["zh_scales"])
    figures = rf"(?:{DIGITS})(?:[十百千]?[{scales}]{{1,2}}|[百千])?(?:\d+[{scales}])?"
    number = rf"(?:{figures}|[{hanzi}{scales}]+(?:点[{hanzi}]+)?)"
    share = rf"(?:百分之|千分之|万分之)(?:{figures}|[{hanzi}]+(?:点[{hanzi}]+)?)|[{hanzi}\d]+分之[{hanzi}\d]+"
    nouns = rf"[\u4e00-\u9fff]{{0,4}}?{any_of(words['counted']['zh_nouns'])}"
    unit = rf"(?:{any_of(words['units']['zh'])}|(?<=[万亿多余])(?:{nouns})|(?<=[\d万亿])(?:{nouns}))"
    many = "[多余餘]?"
    least, most, near = (any_of(bounds[k]["zh"]) for k in ("least", "most", "near"))
    after = (
        r"(?:(?P<least_after>(?:及|\(含\)|（含）)?以上)"
        r"|(?P<most_after>(?:及)?以下|以[内內]|之[内內])|(?P<near_after>左右|上下))?"
    )
    return Grammar(
        re.compile(
            rf"(?<![第A-Za-z0-9_.])(?:(?P<least>{least})|(?P<most>{most})|(?P<near>{near}))?"
            rf"(?P<money>US\$|[$€£¥])?(?P<a>{share}|{number})(?P<many>{many})(?P<unit_a>{unit})?(?P<a_least>以上)?"
            rf"(?:(?:\s*(?P<tol>{PLUS_MINUS})\s*|(?<=\d)(?P<lost>[+＋])(?=\d))(?P<t>{DIGITS})"
            rf"|(?:[-–—―~～－]{{1,2}}|至|到|、(?=[{hanzi}]个?月)|(?<=以上))(?P<b>{share}|{number}))?"
            rf"(?P<many_b>{many})(?P<unit>{unit})?{after}",
        ),
        words,
    )


def find(text: str) -> list[Quantity]:
    """The quantities of a Chinese passage, in order."""
    grammar, found = _chinese_grammar(), []
    at = 0
    while match := grammar.pattern.search(text, at):
        made = _chinese_quantity(text, match, grammar.words)
        at = made.end if made else match.end("a")
        if made:
            found.append(made)
    return found


def _chinese_quantity(text: str, match: re.Match[str], words: Mapping[str, Any]) -> Quantity | None:
    a, b, unit_a = match.group("a"), match.group("b"), match.group("unit_a") or ""
    unit = match.group("unit") or unit_a
    end = match.end()
    if b is None and match.group("unit") and unit_a:
        end, unit = match.end("unit_a"), unit_a
    if match.group("money"):
        unit = words["currencies"]["en"].get(match.group("money"), unit)
    is_share = "分之" in a
    value_a = _chinese_number(a, words)
    if value_a is None or (not is_share and _is_name_zh(text, match, a, unit, words)):
        return None
    value_b = _chinese_number(b, words) if b else None
    if is_share:
        unit = "%" if a.startswith("百分之") else "‰" if a.startswith("千分之") else unit
        if a.startswith(("百分之", "千分之")):
            value_a = value_a * (100 if unit == "%" else 1000)
            if value_b is not None and b and b.startswith(("百分之", "千分之")):
                value_b *= 100 if unit == "%" else 1000
        if not unit_a and not match.group("unit"):
            end = max(match.end("a"), end)
    elif unit == "成":
        value_a, value_b, unit = value_a * 10, value_b * 10 if value_b is not None else None, "%"
    elif not unit and not match.group("tol"):
        return None
    if value_b is not None and value_a < value_b:
        scale = re.search(r"[万亿]{1,2}$", b or "")
        if scale and not re.search("[万亿]", a) and not unit_a:
            value_a *= _scale(scale.group(), words)
    unit = {
        "％": "%",
        "個": "个",
        "個月": "个月",
        "戶": "户",
        "項": "项",
        "條": "条",
        "國": "国",
        "畝": "亩",
        "類": "类",
        "個工作日": "工作日",
        "个工作日": "工作日",
    }.get(unit, unit)
    of = _of_zh(text, match.start(), end, unit, words)
    return make(text, match.start(), end, value_a, value_b, match, unit, of, match.group("t"))


def _scale(said: str, words: Mapping[str, Any]) -> float:
    value = 1.0
    for char in said:
        value *= words["numbers"]["zh_scales"][char]
    return value


def _is_name_zh(text: str, match: re.Match[str], a: str, unit: str, words: Mapping[str, Any]) -> bool:
    """Whether a number names or dates something: 2030年, 二〇三〇年, 5月3日, 十一五, 一方, 三国."""
    before, after = text[: match.start("a")], text[match.end("a") :]
    figures = a[0].isdigit()
    if unit == "年" and (re.fullmatch(r"\d{4}", a) or re.fullmatch(r"[〇零一二三四五六七八九]{4}", a)):
        return True
    if not figures and re.fullmatch(r"[〇零一二三四五六七八九]{3,}", a):
        return True
    if (
        unit == "月"
        or (unit == "日" and re.search(r"月\s*$", before))
        or re.match(r"月\d|月[一二三十]|年代|世纪", after)
    ):
        return True
    if (re.search(r"(?:第|星期|周|[“「‘《〔\[(（]|[A-Za-z]-?)\s*$", before) and not unit) or re.search(
        r"第\s*$", before
    ):
        return True
    if re.search(r"第[一二三四五六七八九十百\d]+[、至和]$", before):
        return True
    bounded = any(match.group(name) for name in ("least", "most", "least_after", "most_after"))
    if not figures and unit in words["units"]["zh_loose"] and not bounded:
        return (
            a in ("一", "两", "二", "三", "四", "五", "两兩")
            and unit not in ("人", "日", "成", "期", "届", "項", "项", "次", "名", "件", "批", "条")
        ) or a == "一"
    if not figures and a in ("千", "百", "万", "十", "亿", "百万", "千万", "万千", "千百"):
        return True
    if not figures and a == "一" and unit not in ("年", "天", "周", "小时", "倍", "个月", "個月", "个工作日", "半"):
        return not bounded
    return re.match(r"[国方]", after) is not None and not unit


def _chinese_number(said: str, words: Mapping[str, Any]) -> float | None:
    """The value of a Chinese number in figures, characters or both; None if it is none."""
    numbers = words["numbers"]
    fraction = re.fullmatch(r"(.+)分之(.+)", said)
    if fraction:
        below, above = (
            {"百": 100.0, "千": 1000.0, "万": 10000.0}.get(fraction.group(1))
            or _chinese_number(fraction.group(1), words),
            _chinese_number(fraction.group(2), words),
        )
        return above / below if below and above is not None else None
    if re.fullmatch(r"[〇零一二三四五六七八九]{2,}", said):
        return float("".join(str(numbers["zh"][char]) for char in said))
    total = section = digit = 0.0
    last = 1.0
    for part in re.findall(rf"{DIGITS}|点.+|.", said):
        if part[0].isdigit():
            digit = float(part.replace(",", "").replace("，", ""))
        elif part.startswith("点"):
            digit += float("0." + "".join(str(numbers["zh"].get(char, "")) for char in part[1:]) or "0")
        elif part in numbers["zh"]:
            digit = (
                digit * 10 + numbers["zh"][part]
                if digit and last == 1.0 and part not in "零〇" and not section and not total
                else float(numbers["zh"][part])
            )
        elif part in numbers["zh_tens"]:
            section += (digit or 1.0) * numbers["zh_tens"][part]
            digit, last = 0.0, float(numbers["zh_tens"][part])
        elif part in numbers["zh_scales"]:
            scale = numbers["zh_scales"][part]
            if section + digit or not total:
                total += ((section + digit) or 1.0) * scale
            else:
                total *= scale
            section = digit = 0.0
            last = float(scale)
        else:
            return None
    return total + section + digit


def _of_zh(text: str, start: int, end: int, unit: str, words: Mapping[str, Any]) -> str:
    """What is counted: the noun after the measure (249座反应堆) or before the number (高浓铀1600吨); empty if none."""
    rules = words["counted"]
    clause = re.split(r"[，。；：、！？,;]", text[end : end + 26], maxsplit=1)[0]
    described = re.match(rf"(?:(?:{'|'.join(rules['zh_describing'])})[^的]{{1,12}})?的(.+)", clause)
    if described and (unit in ("%", "‰", "") or not clause.startswith("的")):
        noun = re.split(rules["zh_stop"], described.group(1), maxsplit=1)[0]
        if len(noun) > 1:
            return noun[:12]
    if unit not in rules["zh_no_noun"]:
        rest = re.split(rules["zh_stop"], clause, maxsplit=1)[0]
        after = re.match(r"[\u4e00-\u9fffA-Za-z-]{1,12}", rest)
        if after and len(after.group()) > 1:
            return after.group()
    left = re.sub(r"(?:大?约有?|近|共有?|有|达到?|超过|为)$", "", text[max(0, start - 14) : start])
    before = re.search(r"[\u4e00-\u9fff]{2,10}$", re.split(rules["zh_stop"], left)[-1])
    return before.group() if before else ""
