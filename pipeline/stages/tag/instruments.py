"""Finds the instruments of a passage and links them: treaties, resolutions, laws, plans, articles.

In order: names of the gazetteer; numbered resolutions; titles in 《》; names that their wording gives away (a
capitalised "Harbour Protection Plan", a quoted “蓝色通道”计划); pointers to an instrument or a part of one ("this
Convention", "article 4 of the Covenant", 本公约第三条). The longest stretch at a place stays. A pointer has no id; a
name has the id of the gazetteer, a resolution that of its number, and any other name a slug of itself, so that the
same name is the same entity.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from pipeline.lexicons import instruments, lexicon
from pipeline.records import Instrument, Lang
from pipeline.stages.tag.names import Gazetteer, fold, gazetteer

NUMERAL_ZH = r"[〇零一二三四五六七八九十百两\d]+"
ABBREVIATION = r"(?:\s?[(（]\s?[“\"]?[A-Z][A-Za-z0-9/&+-]{1,11}[”\"]?\s?[)）])"


def find_instruments(text: str, lang: Lang) -> tuple[Instrument, ...]:
    """Mentions of instruments in a passage, in order, none inside another.

    Args:
        text: the passage.
        lang: its language.

    Returns:
        Mentions with their id; a pointer ("this Convention", 第四条) has an empty one.
    """
    proposals = sorted(set(_english(text) if lang == "en" else _chinese(text)), key=lambda p: (p[0] - p[1], p[0]))
    taken: list[tuple[int, int]] = []
    for start, end in proposals:
        if all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
    return tuple(
        Instrument(start=start, end=end, text=text[start:end], id=link_instrument(text[start:end], lang))
        for start, end in sorted(taken)
    )


def link_instrument(surface: str, lang: Lang) -> str:
    """The canonical id of a mention of an instrument.

    Args:
        surface: the words of the mention, in any form (with 《》 or without, article, abbreviation in brackets).
        lang: their language.

    Returns:
        The gazetteer's id, ``UNSCR-1540`` or ``A-RES-72-4`` for a resolution, a slug of any other name, or an empty
        string for a pointer such as "this Convention" or 第四条.
    """
    words = surface.strip()
    whole = tables(lang).key(words) or tables("zh" if lang == "en" else "en").key(words)
    if whole:
        return whole
    resolution = _resolution_id(words, lang)
    if resolution:
        return resolution
    words = _without_division(words, lang)
    if _is_pointer(words, lang):
        return ""
    name, abbreviation = _split_abbreviation(words)
    for form in (name, abbreviation, words):
        key = tables(lang).key(form) or tables("zh" if lang == "en" else "en").key(form) if form else ""
        if key:
            return key
    inside = [found for found in tables(lang).find(fold(name)) if found.end - found.start >= 0.6 * len(name)]
    return inside[0].key if inside else slug(name)


def slug(name: str) -> str:
    """A name as an id: small letters, digits and Chinese characters, hyphens for all else, no article in front."""
    plain = unicodedata.normalize("NFKD", fold(name).text.replace("《", "").replace("》", ""))
    plain = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    return re.sub(r"[^a-z0-9\u3400-\u9fff]+", "-", re.sub(r"^(?:the|a|an)\s+", "", plain)).strip("-")


@cache
def tables(lang: Lang) -> Gazetteer:
    """The names of instruments in a language."""
    return gazetteer(instruments(), lang)


def _split_abbreviation(words: str) -> tuple[str, str]:
    """A name and the abbreviation in brackets after it, if there is one."""
    words = words.strip("《》〈〉“”\"' ")
    match = re.fullmatch(rf"(.+?){ABBREVIATION}", words)
    if not match:
        return re.sub(r"^(?:the|present|said)\s+", "", words, flags=re.I), ""
    short = re.sub(r"[()（）“”\"\s]", "", words[match.end(1) :])
    return re.sub(r"^(?:the)\s+", "", match.group(1).strip("《》 "), flags=re.I), short


# ---------------------------------------------------------------- resolutions


@cache
def _resolution_pattern(lang: Lang) -> re.Pattern[str]:
    if lang == "en":
        return re.compile(
            r"(?:(?:(?:United\s+Nations|UN|U\.N\.)\s+)?(?:Security\s+Council|General\s+Assembly|Human\s+Rights\s+Council|Assembly|Council)\s+)?"
            r"[Rr]esolutions?\s+(?:No\.\s*)?(?P<n>\d{1,4}(?:/\d{1,3})?[A-Z]?)(?:\s?\((?P<y>\d{4}|[IVXLS-]+)\))?"
            r"|\b(?:UN)?SCRs?\s?(?P<s>\d{3,4})(?:\s?\(\d{4}\))?|\b[AES]/(?:HRC/|C\.\d/)?RES/[\dS/-]+(?:\s?\(\d{4}\))?|\bGC\(\d+\)/RES/\d+(?:/[A-Z])?|\bINFCIRC/\d+(?:/Rev\.?\s?\d)?"
        )
    return re.compile(
        r"(?:(?:联合国)?(?:安全理事会|安理会|联合国大会|联大|大会|人权理事会)[^，。；第]{0,6})?第?\s?(?P<n>\d{1,4}(?:/\d{1,3})?)\s?(?:[（(](?P<y>\d{4})(?:年)?[）)])?\s?号?(?:决议|决定)"
        r"|[AES]/(?:HRC/)?RES/[\dS/-]+(?:\s?[（(]\d{4}[）)])?|INFCIRC/\d+(?:/Rev\.?\s?\d)?"
    )


def _resolution_id(words: str, lang: Lang) -> str:
    symbol = re.search(r"(?:[AES]/(?:HRC/|C\.\d/)?RES/[\dS/-]+|GC\(\d+\)/RES/\d+(?:/[A-Z])?|INFCIRC/\d+)", words)
    if symbol:
        name = symbol.group()
        security = re.fullmatch(r"S/RES/(\d+)", name)
        return f"UNSCR-{security.group(1)}" if security else re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    match = _resolution_pattern(lang).search(words.strip("《》"))
    if not match:
        return ""
    group = match.groupdict()
    number = group.get("s") or group.get("n") or ""
    if "/" in number:
        council = re.search(r"Human\s+Rights|人权", words)
        return ("A-HRC-RES-" if council else "A-RES-") + number.replace("/", "-")
    assembly = re.search(r"General\s+Assembly|大会|联大", words) or (group.get("y") and not str(group["y"]).isdigit())
    return f"UNGA-{number}" if assembly else f"UNSCR-{number}" if number else ""


# ---------------------------------------------------------------- English


@cache
def _english_patterns() -> tuple[re.Pattern[str], ...]:
    words = lexicon("instrument_words")
    small = "|".join(words["connectors"]["en"])
    heads = "|".join(sorted((re.escape(h) for h in words["heads"]["en"]), key=lambda h: (-len(h), h)))
    capital = r"(?:[“\"]?(?:[A-Z0-9][\w.'’/–-]*|[A-Z]\.)(?:[’']s)?[”\"]?)"
    first = "|".join(word for word in words["connectors"]["en"] if word not in ("and", "or", "the", "a", "an", "by"))
    within = r"\s+(?:(?:and|of|of\s+the|on|for|in|to)\s+)?"
    tail = rf"(?:\s+(?:{first})\s+(?:(?:{small})\s+){{0,2}}{capital}(?:{within}{capital})*)"
    owned = rf"(?:[’']s\s+(?:{capital}\s+){{1,4}}?(?:{heads})\b)"
    name = rf"(?:{capital}\s+(?:(?:and|of|on|for|the|&)\s+){{0,2}})+?(?:{heads})\b{owned}?{tail}?{ABBREVIATION}?"
    headed = rf"\b(?:{heads})\b{tail}{ABBREVIATION}?"
    pointers = "|".join(sorted((re.escape(p) for p in words["pointers"]["en"]), key=lambda p: (-len(p), p)))
    alone = "|".join(sorted((re.escape(p) for p in words["pointers"]["en_alone"]), key=lambda p: (-len(p), p)))
    # PDFs glue a preposition to what follows: "inthis article", "underarticle 2".
    left = r"(?:\b|(?<=\b[Ii]n)|(?<=\b[Oo]f)|(?<=\b[Tt]o)|(?<=\b[Bb]y)|(?<=\b[Uu]nder)|(?<=\bwith))"
    pointed = (
        rf"{left}(?:(?i:this|that|the\s+present|present|the\s+said|said|the\s+same)\s*(?:(?i:{pointers}))"
        rf"|[Tt]hese\s+(?:{alone}|Opinions|Provisions|Conventions))\b"
    )
    divisions = "|".join(sorted((re.escape(d) for d in words["divisions"]["en"]), key=lambda d: (-len(d), d)))
    ordinal = r"(?:\d+[A-Za-z]?(?:\s?bis|\s?ter)?|[IVXLC]+\b|[A-Z]\b)"
    one = rf"{ordinal}(?:\s?\(\w{{1,4}}\))*"
    numbers = rf"{one}(?:(?:,\s*|\s+and\s+|\s+or\s+|\s+to\s+|,\s+and\s+|\s?[-–]\s?){one})*"
    of = (
        r"(?:(?:,\s+paragraphs?\s+[\d()a-z]+(?:\s+and\s+\d+)?,?)?"
        r"\s+(?:of|to)\s+(?:(?:this|that|the(?:\s+present)?|its|said)\s+)?"
        rf"(?:{name}|{headed}|(?:{alone})\b|(?:{pointers})\b|(?:First|Second|Third|Fourth)\s+Conventions?|[A-Z]{{2,}}\b))"
    )
    division = rf"{left}(?i:{divisions})\s?{numbers}{of}?"
    return (
        re.compile(rf"\b{name}"),
        re.compile(headed),
        re.compile(pointed),
        re.compile(rf"(?<=[Tt]he\s)(?:{alone})\b(?!\s+[A-Z])"),
        re.compile(division),
    )


def _english(text: str) -> Iterator[tuple[int, int]]:
    folded = fold(text)
    for found in tables("en").find(folded):
        end = found.end
        more = re.match(
            rf"\s\d+(?:\s+of\s+the\s+(?:2030\s+Agenda(?:\s+for\s+Sustainable\s+Development)?))?|{ABBREVIATION}",
            text[end:],
        )
        numbered = more and (found.key == "SDG" or not more.group().strip()[0].isdigit())
        yield found.start, end + more.end() if more and numbered else end
    for start, end in _by_wording(text):
        yield start, len(text[:end].rstrip(" .,"))


def _by_wording(text: str) -> Iterator[tuple[int, int]]:
    """Resolutions, names and pointers that their wording gives away."""
    words = lexicon("instrument_words")
    for match in _resolution_pattern("en").finditer(text):
        yield match.span()
    name, headed, pointed, alone, division = _english_patterns()
    for match in name.finditer(text):
        start, end = match.span()
        while (first := re.match(r"([A-Z][a-z]*)[\s,]+", text[start:end])) and first.group(1) in words["connectors"][
            "en"
        ] + words["pointers"]["en_not"] + words["connectors"]["en_first_not"]:
            start += first.end()
        article = re.match(r"the\s+", text[start:end])
        start += article.end() if article else 0
        if len(text[start:end].split()) >= 2:
            yield start, end
    for pattern in (headed, alone):
        for match in pattern.finditer(text):
            yield match.span()
    for match in pointed.finditer(text):
        start, end = match.span()
        article = re.match(r"the\s+", match.group(), re.I)
        said = match.group().split()[-1]
        if said in words["pointers"]["en_not"]:
            continue
        yield (start + article.end() if article else start), end
    for match in division.finditer(text):
        if not re.search(r"(?i)(?:goal|target|principle|part|title|rule|schedule)s?\s?\w+$", match.group()):
            yield match.span()


# ---------------------------------------------------------------- Chinese


@cache
def _chinese_patterns() -> tuple[re.Pattern[str], ...]:
    words = lexicon("instrument_words")
    kinds = "|".join(sorted(words["pointers"]["zh"], key=lambda w: (-len(w), w)))
    heads = "|".join(sorted(words["heads"]["zh"], key=lambda w: (-len(w), w)))
    n = NUMERAL_ZH
    part = (
        rf"(?:第{n}[条條章节编](?:之{n})?(?:第?[（(]?{n}[）)]?[款项項目])*"
        rf"|第[（(]?{n}[）)]?[款项項](?:第[（(]?{n}[）)]?[项項目])?|第{n}部分|附件{n})"
    )
    parts = rf"{part}(?:[、及和]{part})*"
    loose = rf"(?:第{n}[条條章](?:第?[（(]?{n}[）)]?[款项項目])*)"
    return (
        re.compile(rf"《[^》]{{1,60}}》(?:[（(][A-Z][A-Za-z/-]+[）)])?(?:的?{parts})?"),
        re.compile(rf"(?:本|该|上述|此)(?:{kinds})(?:的?{parts})?(?![人身国院庭律])"),
        re.compile(rf"(?<![一-鿿])?(?:{'|'.join(words['pointers']['zh_alone'])})(?:的?{parts})?"),
        re.compile(
            rf"第{n}(?:、{n})+(?:、?[及和]{n})?各?[条條章]|{loose}|附件[一二三四五六七八九十\d]+|上[条條]|前[条條]"
        ),
        re.compile(
            rf"(?<=[“「『])[^“”「」『』]{{2,24}}(?:{heads})(?=[”」』])|(?<=[“「『])[^“”「」『』，。]{{2,16}}(?=[”」』](?:{heads}))"
        ),
        re.compile(
            r"(?:中华人民共和国|中華人民共和國)[^，。；：《》的和与及]{2,24}?(?:法典|宪法|条例|办法|法)(?![律规治院制人国])"
        ),
    )


def _chinese(text: str) -> Iterator[tuple[int, int]]:
    folded = fold(text)
    for found in tables("zh").find(folded):
        start, end = found.start, found.end
        if start and text[start - 1] in "《〈" and text[end : end + 1] in ("》", "〉"):
            start, end = start - 1, end + 1
        if "《" in text[start:end] and text[end : end + 1] == "》":
            end += 1
        if text[end - 1] == "法" and text[end : end + 1] in tuple("律规治制学院庭理人官定案"):
            continue
        more = re.match(rf"{ABBREVIATION}", text[end:])
        yield start, end + more.end() if more else end
    for match in _resolution_pattern("zh").finditer(text):
        yield match.span()
    for pattern in _chinese_patterns():
        for match in pattern.finditer(text):
            if not _is_cited(text, match.start(), match.end()):
                yield match.span()


def _is_cited(text: str, start: int, end: int) -> bool:
    """Whether a title in 《》 is a work that is cited, not an instrument: 载《……》, 《……》，载."""
    words = lexicon("instrument_words")["cited"]
    return text[start] == "《" and (
        text[:start].endswith(tuple(words["zh_before"])) or text[end:].startswith(tuple(words["zh_after"]))
    )


# ---------------------------------------------------------------- pointers


@cache
def _pointer_pattern(lang: Lang) -> re.Pattern[str]:
    words = lexicon("instrument_words")
    if lang == "en":
        alone = "|".join(
            map(
                re.escape,
                sorted(
                    {*words["pointers"]["en"], *(w.lower() for w in words["pointers"]["en_alone"])},
                    key=lambda w: (-len(w), w),
                ),
            )
        )
        return re.compile(rf"(?:(?:this|these|that|the|present|said|its|same|first|second|third)\s*)*(?:{alone})", re.I)
    kinds = "|".join(sorted(words["pointers"]["zh"], key=lambda w: (-len(w), w)))
    return re.compile(rf"《?(?:本|该|上述|此|上|前)?(?:{kinds}|條)》?")


def _is_pointer(words: str, lang: Lang) -> bool:
    return not words or _pointer_pattern(lang).fullmatch(words) is not None


def _without_division(words: str, lang: Lang) -> str:
    """A mention without the article or section it points to: "article 4 of the Covenant" is "the Covenant"."""
    if lang == "zh":
        return re.sub(rf"的?(?:第[（(]?{NUMERAL_ZH}(?:、{NUMERAL_ZH})*.*|附件[一二三四五六七八九十\d]+)$", "", words)
    divisions = "|".join(re.escape(d) for d in lexicon("instrument_words")["divisions"]["en"])
    match = re.match(rf"(?:{divisions})\s?[\dIVXLC].*?(?:\s(?:of|to)\s(?:the\s)?(?P<rest>.+))?$", words, re.I)
    return (match.group("rest") or "") if match else words
