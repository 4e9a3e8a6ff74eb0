"""Finds deadlines and works out their dates, in both languages.

A deadline is a time by or within which something is to be done. In order: patterns of each language propose stretches
(by the end of 2013, within four years, 到2030年, 自……之日起六十日内); those that say when a rule begins to hold, how
long it lasts, how often or when something was done are dropped; ``resolve`` reads the time in a stretch, first as a
period of the calendar, then turns the words around it into its two ends. What cannot be known from the text and the
document's date ("within thirty days of receipt", "by the next summit") keeps both ends empty: a guess would look like
a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pipeline.lexicons import lexicon
from pipeline.records import Deadline, Lang, Span
from pipeline.stages.tag.times import DIGIT_ZH, day_of, duration_pattern, months_en, period, read_time


def find_deadlines(text: str, lang: Lang, date: str | None = None) -> tuple[Deadline, ...]:
    """Deadlines of a passage, in order, none inside another.

    Args:
        text: the passage.
        lang: its language.
        date: the document's date in ISO form (a year or a month will do), against which "this year" is read.

    Returns:
        Deadlines with ``from_`` and ``to`` where they can be known.
    """
    found: list[Deadline] = []
    for start, end in sorted(_proposals(text, lang, date), key=lambda p: (p[0], -p[1])):
        while end > start and text[end - 1].isspace():
            end -= 1
        if found and start < found[-1].end:
            continue
        if end > start and not _is_no_deadline(text, start, end, lang):
            found.append(resolve(Span(start=start, end=end, text=text[start:end]), lang, date))
    return tuple(found)


def resolve(span: Span, lang: Lang, date: str | None = None) -> Deadline:
    """A deadline with its dates.

    Args:
        span: the words of the deadline.
        lang: their language.
        date: the document's date in ISO form, or None.

    Returns:
        ``from_`` and ``to`` as ISO dates, None where the words and the document's date do not tell.
    """
    first, last = read_time(span.text, lang, day_of(date))
    return Deadline(
        start=span.start,
        end=span.end,
        text=span.text,
        from_=first.isoformat() if first else None,
        to=last.isoformat() if last else None,
    )


def _proposals(text: str, lang: Lang, date: str | None) -> Iterator[tuple[int, int]]:
    patterns = _patterns_en() if lang == "en" else _patterns_zh()
    for name, pattern in patterns:
        for match in pattern.finditer(text):
            if name == "year" and not _looks_ahead(text, match, lang, date):
                continue
            yield match.span("d") if "d" in pattern.groupindex else match.span()


@cache
def _patterns_en() -> tuple[tuple[str, re.Pattern[str]], ...]:
    _, months = months_en()
    words = lexicon("deadlines")
    years = "|".join(re.escape(w) for w in sorted(words["years"]["en"], key=lambda w: -len(w)) if w != "the year")
    parts = "|".join(words["parts"]["en"])
    year = r"(?:19|20|21)\d\d\b"
    day = (
        rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{months})\.?(?:,?\s*{year})?|(?:{months})\.?\s+\d{{1,2}}(?!\d)(?:,?\s*{year})?)"
        r"(?:\s+(?:in|of)\s+each\s+year|\s+each\s+year)?"
    )
    point = (
        rf"(?:{day}|(?:the\s+)?(?:end|close|middle|beginning|start|{parts})\s+of\s+(?:the\s+)?(?:{year}|year|decade|century|month|same\s+day|(?:{months})(?:\s+{year})?|{years})"
        rf"|(?:mid|early|late|end)[-\s]?{year}|(?:{months})(?:\s+(?:of\s+)?{year})?|(?:the\s+)?(?:{years})|{year}|year-end|mid-century|COP\s?\d+"
        rf"|(?:the|its|their|our)\s+(?:next|\S+(?:[\s-]\S+)?)\s+(?:summit|session|meeting|Summit|Conference)|(?:this|next)\s+(?:{parts}|month|week))"
    )
    duration = duration_pattern().replace("?P<number>", "?:").replace("?P<unit>", "?:")
    event = (
        r"(?:\s+(?:of|after|from|following|before|prior\s+to|preceding)\s+[^,;.:]{2,110}?"
        r"(?=\s*[,;.:]|\s+(?:shall|must|may|will|should|and\s+(?:shall|may|must))\b|$))"
    )
    latest = r"(?:no\s+later\s+than|not\s+later\s+than|at\s+the\s+latest\s+by)"
    return (
        (
            "by",
            re.compile(
                rf"\b(?:by|before|until|till|through|{latest}|on\s+or\s+before|prior\s+to|ahead\s+of)\s+(?:or\s+before\s+)?{point}",
                re.I,
            ),
        ),
        (
            "within",
            re.compile(
                rf"\bwithin\s+(?:a\s+period\s+of\s+)?(?:the\s+)?(?:(?:next|first|coming|following|a\s+maximum\s+of|at\s+most)\s+)?{duration}{event}?",
                re.I,
            ),
        ),
        (
            "latest",
            re.compile(
                rf"\b(?:{latest}|not\s+less\s+than|at\s+least)\s+{duration}\s+(?:before|after|prior\s+to|from|following)\s+[^,;.:]{{2,60}}?(?=\s*[,;.:]|\s+(?:shall|must|may|will|and)\b|$)",
                re.I,
            ),
        ),
        (
            "coming",
            re.compile(
                rf"\b(?:in|over|during|for)\s+the\s+(?:next|coming)\s+(?:{duration}|few\s+years|year|months?)|\bin\s+the\s+(?:months|years)\s+ahead",
                re.I,
            ),
        ),
        (
            "named",
            re.compile(
                rf"\b(?:(?:in|during|over|for|to|starting|beginning)\s+)?(?:{years}|this\s+(?:spring|summer|autumn|fall|{months}))\b(?!\s*[’'])",
                re.I,
            ),
        ),
        ("part", re.compile(rf"\b(?:in|during)\s+the\s+(?:{parts})\s+of\s+(?:the\s+year|{years}|{year})", re.I)),
        (
            "session",
            re.compile(
                r"\b(?:at|before|by|to)\s+(?:its|the|their)\s+(?:[a-z]+[\s-]+)?-?\s?[a-z]+(?:th|st|nd|rd|eth|ieth)\s+(?:regular\s+|special\s+)?(?:session|meeting)\b|\bat\s+(?:its|their|the)\s+next\s+(?:session|meeting|summit|conference)\b",
                re.I,
            ),
        ),
        (
            "date",
            re.compile(
                r"\bon\s+the\s+date\s+of\s+(?:its|the)\s+(?:coming|entry)\s+into\s+force|\bnot\s+later\s+than\s+the\s+[^,;.:]{3,50}?(?=[,;.:]|$)",
                re.I,
            ),
        ),
        (
            "year",
            re.compile(
                rf"\b(?:in|during|for)\s+(?:the\s+years?\s+)?(?:(?:{months}|spring|summer|autumn)\s+(?:of\s+)?|late\s+|early\s+)?"
                rf"{year}(?:\s*(?:-|–|—|to)\s*{year})?|\b(?:from|as\s+from|as\s+of)\s+{point}",
                re.IGNORECASE,
            ),
        ),
    )


@cache
def _patterns_zh() -> tuple[tuple[str, re.Pattern[str]], ...]:
    digit = rf"[\d{DIGIT_ZH}]"
    year = r"(?:\d{4}|[〇零一二三四五六七八九]{4})年"
    words = lexicon("deadlines")
    named = "|".join(
        sorted(
            (w for w in words["years"]["zh"] if w not in ("年内", "年底", "年末", "年终", "当年", "全年")),
            key=lambda w: -len(w),
        )
    )
    parts = "|".join(words["parts"]["zh"])
    month = rf"{digit}{{1,3}}月份?"
    point = (
        rf"(?:(?:{year}|{named}|每年)(?:年?[底末]|{parts}|{month}(?:[底末]|{digit}{{1,3}}[日号])?)?"
        rf"|{month}(?:[底末]|{digit}{{1,3}}[日号])|年[底末]|本世纪中叶|本世纪末|{parts})"
    )
    unit = r"(?:个?工作日|個工作日|日|天|周|个?星期|个月|個月|年|小时|小時|个小时|分钟)"
    duration = rf"{digit}{{1,5}}\s*{unit}"
    inside = r"(?:以内|之内|以內|内|內)"
    latest = r"(?:不迟于|不晚于|最迟不晚于|最迟不迟于|最迟于|最迟在?|至迟应?于|至迟于|至迟|不得迟于|不得晚于)"
    event = r"[^，。；：,;]"
    return (
        (
            "from",
            re.compile(
                rf"(?:在|于|於|应?(?=自))?自{event}{{2,30}}?(?:之日|之时|日|次日|之次日)?起[，]?(?:计?算?[，]?)?(?:的|在|于|於)?{duration}{inside}"
            ),
        ),
        (
            "after",
            re.compile(
                rf"(?:(?:在|于|於){event}{{2,20}}?[后後](?:至迟)?|(?:^|(?<=[，。；：]))(?:在|于|於)?(?!此|今|之|以|然|最|过){event}{{2,14}}?[后後]){duration}{inside}"
            ),
        ),
        (
            "latest",
            re.compile(
                rf"{latest}(?:{point}(?:之?前)?|{event}{{2,30}}?(?:{duration}(?:{inside}|前)|前|起{duration}内|(?=[，。；])))"
            ),
        ),
        ("before", re.compile(rf"(?:在|于|於|到|至|力争)?{point}(?:之前|以前|前)")),
        ("to", re.compile(rf"(?:力争|争取|确保)?(?<![达直以起提增升年])(?:到|至|截至){point}(?:之?前)?")),
        ("end", re.compile(rf"(?:在|于)?(?:{year}|{named})年?[底末](?!以来)|(?<![到至每上去\d年])年[底末]前")),
        ("within", re.compile(rf"(?<![每近过最])(?:在|于|於)?(?:今后|未来|之后|此后)?{duration}{inside}")),
        (
            "coming",
            re.compile(
                rf"(?:今后|未来|再用)(?:{digit}{{1,3}}(?:到|至|-|—)?{digit}{{0,3}}年(?:左右)?|几年|一个时期|一段时期)"
            ),
        ),
        (
            "named",
            re.compile(
                rf"(?:今明两年|(?:自|从)?(?:{named})(?:{parts}|{month}(?:{digit}{{1,3}}[日号])?)?(?:学期)?(?:起|内)?|(?<![\d去上前])年内|(?<![\d去上前了个每])全年|(?<![年去])[上下]半年|“?十[一二三四五]五”?(?:时期|期间))"
            ),
        ),
        (
            "event",
            re.compile(
                rf"(?:^|(?<=[，。；：]))(?P<d>(?:在|于)?(?!目|此|以|之|当|日){event}{{2,14}}?(?<![目此以之当日])前)(?=，)"
            ),
        ),
        (
            "event",
            re.compile(
                rf"(?P<d>(?:在|于|於)(?!目|此|以|之|当|日|提){event}{{2,16}}?(?<![目此以之当日提])前)(?![提景后面者往沿途所述款项期])(?=[，。；]|应|须|将|要|向|报|可|完成|举行|[\u4e00-\u9fff])"
            ),
        ),
        ("day", re.compile(r"(?:在|于)?当日内?(?=[以向告通报])|在?下(?:届|次)(?:峰会|会议|大会)(?:之?前|上)")),
        (
            "session",
            re.compile(
                rf"(?:在|向)?(?:其|大会|下)?第{digit}{{1,5}}届会议(?:上|期间|前)?|在该期限[内內]|在?下(?:一|次)届?会议(?:上|前)"
            ),
        ),
        (
            "year",
            re.compile(
                rf"(?:在|于)?{year}(?:{month}(?:{digit}{{1,3}}[日号])?)?(?!度?以来|代|版|第|间|来|的?(?:报告|决议|公约|公报|会议|宣言))"
            ),
        ),
    )


def _looks_ahead(text: str, match: re.Match[str], lang: Lang, date: str | None) -> bool:
    """Whether a bare year is a target: not before the document's own year, in a clause that looks ahead."""
    today = day_of(date)
    first, _ = period(match.group(), lang, today)
    words = lexicon("deadlines")["not"]["future"][lang]
    clause = re.split(r"[;；。]", text[: match.start()])[-1] + re.split(r"[;；。]", text[match.end() :])[0]
    ahead = any(re.search(rf"\b{w}\b", clause, re.I) if lang == "en" else w in clause for w in words)
    if first is None or not ahead:
        return False
    if today is None:
        return lang == "en" and re.search(r"\bwill\b|\bshall\b", clause) is not None
    return first.year >= today.year


def _is_no_deadline(text: str, start: int, end: int, lang: Lang) -> bool:
    """Whether a stretch says when a rule begins to hold, how long it lasts, how often, or when something was done."""
    before, after = text[max(0, start - 60) : start], text[end : end + 50]
    words: Iterable[Any] = lexicon("deadlines")["not"][lang]
    if lang == "en":
        clause = re.split(r"[;:.]", before)[-1] + " " + re.split(r"[;:.,]", after)[0]
        said = text[start:end]
        if re.match(r"(?:on\s+the\s+date\s+of|not\s+later)", said, re.I):
            return False
        if re.search(
            r"\b(?:if|unless|where|only\s+if)\b[^,]*\b(?:no|not|fails?|failed)\b",
            re.split(r"[;:.]", text[max(0, start - 110) : start])[-1],
            re.IGNORECASE,
        ):
            return True
        return any(re.search(word, clause, re.I) for word in words) or bool(
            re.search(r"\bevery\s+$|\bonce\s+$", before, re.I)
        )
    clause = re.split(r"[，；。：]", before)[-1] + text[start:end] + re.split(r"[，；。：]", after)[0]
    said = text[start:end]
    if said in lexicon("deadlines")["not"]["before_words"] or (
        re.search(r"(?:目前|此前|日前|当前|以前|之前|年前)$", said)
        and not re.search(r"\d|[二一三四五六七八九十]", said)
    ):
        return True
    tail = re.split(r"[，；。：]", after)[0]
    if re.match(r"不|未|继续|无(?!论)|免", tail) and "内" in said[-2:]:
        return True
    return (
        any(word in tail or word in re.split(r"[，；。：]", before)[-1] for word in words)
        or bool(re.match(r"[的]?(?:有效|任期)", after))
        or "之日起生效" in clause
    )
