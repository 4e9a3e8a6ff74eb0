"""What a document says of itself: titles, languages, issuer, date, symbol, genre, legal status, who speaks.

The legal status matters most: it decides whether a *shall* binds and whether a *must* is advice. In order: the titles
(blocks that the parser marks so, else the first short blocks); symbol, date and issuer from the head of the document and
then from its end, where treaties are dated; the genre by the lexicon, a title's words before a text's wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pipeline.config import FactsSettings
from pipeline.lexicons import lexicon
from pipeline.records import Block, Facts, Lang, LegalStatus, Parsed
from pipeline.stage import Stage
from pipeline.text import HAN, has_words, language

GENRES = (
    "treaty",
    "resolution",
    "communique",
    "joint_statement",
    "plan",
    "report",
    "law",
    "paper",
    "speech",
    "commentary",
)
TITLE_WEIGHT = 4.0
LONGEST_TITLE = 160
LONGEST_DATE_LINE = 60
LIST_MARK = re.compile(
    r"[一二三四五六七八九十]+、|第[一二三四五六七八九十\d]+[章节条]|[（(][一二三四五六七八九十\d]+[)）]|(?:Article|Chapter|Part|Section)\b|[IVX]+\.|\d+[.、]"
)
HEAD_BLOCKS = 14
TAIL_BLOCKS = 12
DIGITS = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | {
    "○": "0",
    "零": "0",
    "Ｏ": "0",
    "O": "0",
}


def facts_of(parsed: Parsed, settings: FactsSettings) -> Facts:
    """The facts of a parsed document; what it does not say is an empty string."""
    body = [
        block
        for block in parsed.blocks
        if block.kind in ("title", "heading", "paragraph", "list_item") and has_words(block.text)
    ]
    titles = titles_of(body)
    text = "\n".join(block.text for block in body)
    ends = [block.text for block in parsed.blocks if block.kind in ("header", "footer")][:4]
    head = [block.text for block in body[:HEAD_BLOCKS]] + ends
    symbol = first_match(lexicon("genres")["symbols"]["patterns"], head)
    genre, status = genre_of(" ".join(titles.values()), symbol, text)
    if settings.legal_status:
        status = settings.legal_status
    both: tuple[Lang, Lang] = ("en", "zh")
    main = max(both, key=lambda lang: sum(len(b.text) for b in body if b.lang == lang) * (1 if lang == "zh" else 0.4))
    return Facts(
        document=parsed.document,
        title=titles.get(main)
        or titles.get("en")
        or titles.get("zh")
        or parsed.path.rsplit("/", 1)[-1].rsplit(".", 1)[0],
        title_en=titles.get("en", ""),
        title_zh=titles.get("zh", ""),
        languages=languages_of(body),
        issuer=issuer_of(symbol, [block.text for block in body[:HEAD_BLOCKS]]),
        date=date_of(head, [] if status == "analysis" else [block.text for block in body[-TAIL_BLOCKS:]]),
        symbol=symbol,
        genre=genre,
        legal_status=status,
        participants=participants_of(text[:6000]),
    )


def titles_of(body: list[Block]) -> dict[Lang, str]:
    """The title in each language.

    In order of trust: a numbered title (as resolutions print theirs), blocks marked as title, a heading of the first level
    without a list mark, the first short line without a full stop. A title that names no kind of text takes the heading
    right after it that does ("……公司", "第一季度报告").
    """
    found: dict[Lang, str] = {}
    for block in body[:HEAD_BLOCKS]:
        for pattern in lexicon("genres")["titles"]["numbered"]:
            numbered = re.match(pattern, one_line(block.text))
            if numbered and block.lang not in found:
                found[block.lang] = numbered.group("title").strip()
    for index, block in enumerate(body):
        if block.kind == "title" and block.lang not in found and not (found and names_body(block.text)):
            found[block.lang] = " ".join([one_line(block.text), *_second_line(body, index)])
    for block in body[:6]:
        text = one_line(block.text)
        if (
            not found
            and block.kind == "heading"
            and block.level <= 1
            and len(text) <= LONGEST_TITLE
            and not LIST_MARK.match(text)
        ):
            found[block.lang] = text
    for block in body[:4]:
        text = one_line(block.text)
        if (
            not found
            and 3 < len(text) <= LONGEST_TITLE
            and not re.search(r"[.。;；:：]$", text)
            and not LIST_MARK.match(text)
        ):
            found[block.lang] = text
    for lang in languages_of(body):
        if found and lang not in found:
            first = next((b for b in body if b.lang == lang and b.kind in ("title", "heading") and b.level <= 1), None)
            if first and not LIST_MARK.match(one_line(first.text)):
                found[lang] = one_line(first.text)
    return found


def _second_line(body: list[Block], index: int) -> list[str]:
    following = body[index + 1] if index + 1 < len(body) else None
    if following is None or following.kind not in ("title", "heading") or following.lang != body[index].lang:
        return []
    text = one_line(following.text)
    return [text] if names_genre(text) and not names_genre(body[index].text) and not LIST_MARK.match(text) else []


def names_genre(text: str) -> bool:
    """Whether a title says what kind of text it heads."""
    return any(title_score(text, lexicon("genres")[genre]["title"]) for genre in GENRES)


def names_body(text: str) -> bool:
    """Whether a line only names an organ, such as the one that adopts a resolution."""
    return one_line(text) in lexicon("genres")["issuers"]["by_symbol"].values()


def one_line(text: str) -> str:
    """A text on one line: runs of blanks become one, those between Chinese characters none."""
    return re.sub(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])", "", " ".join(text.split()))


def languages_of(body: Iterable[Block]) -> tuple[Lang, ...]:
    """The languages that hold at least a twentieth of the text each, the larger one first."""
    sizes: dict[Lang, float] = {"en": 0.0, "zh": 0.0}
    for block in body:
        sizes[language(block.text)] += len(block.text) * (1.0 if block.lang == "zh" else 0.4)
    total = sum(sizes.values()) or 1.0
    kept = [lang for lang in sorted(sizes, key=lambda lang: -sizes[lang]) if sizes[lang] >= 0.05 * total]
    return tuple(kept) or ("en",)


def genre_of(title: str, symbol: str, text: str) -> tuple[str, LegalStatus]:
    """The genre and legal status of a document.

    A title's word counts four times a turn of phrase of the text, and the later in the title the more, because Chinese and
    English titles alike end (or begin) with what the text is: "关于……公约的研究" is a study.
    """
    words = lexicon("genres")
    sample = text[:20000] + text[-5000:]
    scores: dict[str, float] = {}
    for genre in GENRES:
        cues = words[genre]
        score = sum(1.0 for lang in ("en", "zh") for phrase in cues["wording"][lang] if phrase in sample)
        score += TITLE_WEIGHT * title_score(title, cues["title"])
        if symbol and any(re.search(pattern, symbol) for pattern in cues.get("symbol", ())):
            score += 2 * TITLE_WEIGHT
        scores[genre] = score
    best = max(GENRES, key=lambda genre: scores[genre])
    status: LegalStatus = words[best]["legal_status"]
    if best == "resolution":
        phrases = words["binding_resolution"]["wording"]
        if any(phrase in text for lang in ("en", "zh") for phrase in phrases[lang]):
            status = "binding"
    return best, status


def title_score(title: str, cues: dict[str, list[str]]) -> float:
    """How much a title speaks for a genre: 0 if none of its words is there, up to 1.5 if one ends a Chinese title."""
    lower = title.lower()
    score = 0.0
    for cue in cues["en"]:
        if re.search(rf"(?<![a-z]){re.escape(cue)}(?![a-z])", lower):
            score = max(score, 1.0 + 0.02 * len(cue))
    for cue in cues["zh"]:
        at = title.rfind(cue)
        if at >= 0:
            closing = not HAN.search(re.sub(r"[（(].*?[)）]", "", title[at + len(cue) :]))
            score = max(score, (1.4 if closing else 0.5) + 0.02 * len(cue))
    return score


def first_match(patterns: Iterable[str], texts: Iterable[str]) -> str:
    """The first text that any of the patterns finds, in order of the texts."""
    for text in texts:
        for pattern in patterns:
            found = re.search(pattern, text)
            if found:
                return found.group().strip()
    return ""


def issuer_of(symbol: str, head: list[str]) -> str:
    """Who issued the document: by its symbol, by a mark such as "Adopted by", or the body that resolves."""
    words = lexicon("genres")["issuers"]
    for pattern, issuer in words["by_symbol"].items():
        if symbol and re.search(pattern, symbol):
            return str(issuer)
    for text in head:
        for lang in ("en", "zh"):
            for cue in words["before"][lang]:
                found = re.search(rf"{re.escape(cue)}\s*(?:the\s+)?([^,;.，。；\n(（]{{2,80}})", text)
                if found:
                    return found.group(1).strip()
    for text in head:
        found = re.fullmatch(r"(?:The\s+)?([A-Z][\w -]{4,60}|[\u4e00-\u9fff]{2,12})[,，]", text.strip())
        if found and not found.group(1).startswith(tuple(lexicon("genres")["titles"]["not_issuers"])):
            return found.group(1)
    return ""


def date_of(head: list[str], tail: list[str]) -> str:
    """The date of the document: the first full one in its head, else the last one in its end; ISO 8601."""
    for text in head:
        if len(text) <= LONGEST_TITLE:
            dates = dates_in(text)
            if dates:
                return dates[0]
    for text in reversed(tail):
        dates = dates_in(text)
        closing = any(word in text.lower() for word in lexicon("genres")["titles"]["closing"])
        if dates and (len(text) <= LONGEST_DATE_LINE or (closing and len(text) <= 500)):
            return dates[-1]
    return ""


def dates_in(text: str) -> list[str]:
    """Full dates in either language, in order: 14 May 2031, May 14, 2031, 2031-05-14, 2031年5月14日, 二〇三一年五月十四日."""
    months = [str(name) for name in lexicon("genres")["months"]["en"]]
    names = "|".join(months)
    found: list[tuple[int, str]] = []

    def add(at: int, year: str, month: int, day: str) -> None:
        if 1 <= month <= 12 and 1 <= int(day) <= 31:
            found.append((at, f"{int(year):04d}-{month:02d}-{int(day):02d}"))

    for m in re.finditer(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+day\s+of)?\s+({names}),?\s+(\d{{4}})\b", text):
        add(m.start(), m[3], months.index(m[2]) + 1, m[1])
    for m in re.finditer(rf"\b({names})\s+(\d{{1,2}}),?\s+(\d{{4}})\b", text):
        add(m.start(), m[3], months.index(m[1]) + 1, m[2])
    for m in re.finditer(r"\b(\d{4})-(\d{2})-(\d{2})\b", text):
        add(m.start(), m[1], int(m[2]), m[3])
    for m in re.finditer(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", text):
        add(m.start(), m[1], int(m[2]), m[3])
    for m in re.finditer(
        r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日", text
    ):
        add(m.start(), "".join(DIGITS[char] for char in m[1]), tens(m[2]), str(tens(m[3])))
    return [date for _, date in sorted(found)]


def tens(numeral: str) -> int:
    """A Chinese numeral below a hundred: 三, 十四, 二十, 三十一."""
    left, ten, right = numeral.partition("十")
    if not ten:
        return int(DIGITS[numeral])
    return 10 * (int(DIGITS[left]) if left else 1) + (int(DIGITS[right]) if right else 0)


def participants_of(text: str) -> tuple[str, ...]:
    """Who "we" are, where the text says so: the phrase after "We," in its opening."""
    patterns = lexicon("genres")["participants"]["patterns"]
    found: list[str] = []
    for lang in ("en", "zh"):
        for pattern in patterns[lang]:
            match = re.search(pattern, text)
            if match:
                found.append(one_line(match.group(1)))
                break
    return tuple(found)


def build(settings: FactsSettings) -> Any:
    """The stage's function: a parsed document to its facts."""
    return lambda parsed: facts_of(parsed, settings)


STAGE = Stage("facts", ("parsed",), "facts", Facts, "document", build)
