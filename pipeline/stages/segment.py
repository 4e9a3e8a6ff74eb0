"""Cuts the blocks of a document into passages: sentences, and list items together with their chapeau.

In order: each block is cut into sentences by the rules of its language; a sentence that ends in a colon (or breaks off)
before list items is their chapeau and is put in front of each item, because "(a) submit a report" has a bearer and a
force only together with "Each State Party shall:"; then every passage gets its words, its section, the passage before,
and its places on the page. Chapeaux nest: an item may itself govern items of another kind of mark.

Chinese sentences end at 。！？ and not at a semicolon, which joins clauses of one sentence. English sentences end at a
full stop that is neither part of a number nor of an abbreviation of the lexicon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pipeline.config import SegmentSettings
from pipeline.lexicons import lexicon
from pipeline.records import Anchor, Block, Box, Lang, Parsed, Passage, Passages, stable_id
from pipeline.stage import Stage
from pipeline.text import has_words, language, strip_span
from pipeline.words import tokens

OPENERS = dict(zip("（(【[《「『“‘", "）)】]》」』”’", strict=True))
CLOSERS = "”’」』）)】]》\"'"
ENDS_ZH = re.compile(r"[。！？!?]+|…{2,}(?=[“A-Z\u4e00-\u9fff])")
ENDS_EN = re.compile(r"[.!?]+")
LONGEST_QUOTE = 120
PARAGRAPH = re.compile(r"\n\s*\n")


def sentences(text: str, lang: Lang) -> list[tuple[int, int]]:
    """The sentences of a text, as half-open spans without the blanks around them.

    Args:
        text: a paragraph, or several with blank lines between them.
        lang: the language whose rules hold.

    Returns:
        spans in order; every character that is not white space lies in exactly one.
    """
    found: list[tuple[int, int]] = []
    at = 0
    for gap in [*PARAGRAPH.finditer(text), None]:
        end = gap.start() if gap else len(text)
        found += [strip_span(text, at + a, at + b) for a, b in _split(text[at:end], lang)]
        at = gap.end() if gap else end
    return [(a, b) for a, b in found if a < b]


def _split(text: str, lang: Lang) -> Iterator[tuple[int, int]]:
    closed = _inside(text)
    start = 0
    for mark in (ENDS_ZH if lang == "zh" else ENDS_EN).finditer(text):
        end = mark.end()
        if mark.start() < start or mark.start() in closed:
            continue
        while end < len(text) and text[end] in CLOSERS:
            end += 1
        if lang == "zh" and not _ends_zh(text, mark, end):
            continue
        if lang == "en" and not _ends_en(text, start, mark, end):
            continue
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)


def _inside(text: str) -> set[int]:
    """Places inside brackets, and inside quotation marks that close soon: no sentence of the text ends there.

    The mark right before the closing quotation mark does count: there the quoted sentence ends the quoting one.
    """
    inside: set[int] = set()
    for at, char in enumerate(text):
        closer = OPENERS.get(char)
        if closer is None:
            continue
        end = text.find(closer, at + 1, at + 1 + LONGEST_QUOTE * (1 if closer in "”’」』" else 3))
        if end > 0:
            last = end - 1 if closer in "”’」』" else end
            inside.update(range(at, last))
    return inside


def _ends_zh(text: str, mark: re.Match[str], end: int) -> bool:
    if text[mark.start()] in "!?" and end < len(text) and text[end].isascii() and text[end].isalpha():
        return False
    if end == mark.end() or end >= len(text):
        return True
    speech = "|".join(lexicon("segmentation")["speech"]["zh"])
    return text[end] not in "，、；：的" and not re.match(
        rf"[^。！？，]{{0,10}}(?:{speech})(?=[。！？，：])", text[end:]
    )


def _ends_en(text: str, start: int, mark: re.Match[str], end: int) -> bool:
    if end >= len(text):
        return True
    if not text[end].isspace():
        return False
    following = text[end:].lstrip()
    if not following:
        return True
    first = following.lstrip("\"'“‘([")[:1]
    if text[mark.start()] == ".":
        word = re.search(r"[\w.]*$", text[start : mark.start()])
        before = word.group() if word else ""
        always, unless, starters = abbreviations()
        if before in always or (len(before) == 1 and before.isupper() and first.isupper()):
            return False
        if re.fullmatch(r"[(\[]?(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[)\]]?", text[start : mark.start()].strip()):
            return False
        if before in unless or re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", before):
            return following.lstrip("\"'“‘([").split()[0].rstrip(",") in starters
    return not first.islower()


@lru_cache(maxsize=1)
def abbreviations() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Abbreviations that never end a sentence, those that do before a word that begins sentences, and such words."""
    words = lexicon("segmentation")["abbreviations"]
    return frozenset(words["always"]), frozenset(words["unless_starter"]), frozenset(words["starters"])


@lru_cache(maxsize=1)
def marks() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The kinds of list marks with their patterns, in the order of the lexicon."""
    return tuple((kind, re.compile(f"(?:{pattern})")) for kind, pattern in lexicon("segmentation")["marks"].items())


def segment_text(text: str) -> tuple[Lang, list[tuple[int, int]], list[tuple[int, int]]]:
    """Language, sentences and words of a text that may hold both languages.

    Each paragraph is cut by the rules of its own language; the words of a sentence by those of the sentence.
    """
    found: list[tuple[int, int]] = []
    at = 0
    for gap in [*PARAGRAPH.finditer(text), None]:
        end = gap.start() if gap else len(text)
        part = text[at:end]
        found += [(at + a, at + b) for a, b in sentences(part, language(part))]
        at = gap.end() if gap else end
    words = [(a + x, a + y) for a, b in found for x, y in tokens(text[a:b], language(text[a:b]))]
    return language(text), found, words


@dataclass
class _Piece:
    """A sentence of a block, before it becomes a passage."""

    block: Block
    start: int
    end: int
    mark: str = ""

    @property
    def text(self) -> str:
        return self.block.text[self.start : self.end]


@dataclass
class _State:
    """What holds at a place of the document: open chapeaux, headings, the passage before in each language."""

    chapeaux: list[tuple[str, list[_Piece]]] = field(default_factory=list)
    headings: dict[Lang, list[tuple[int, str]]] = field(default_factory=lambda: {"en": [], "zh": []})
    before: dict[Lang, str] = field(default_factory=dict)


def mark_kinds(blocks: Sequence[Block]) -> list[str]:
    """The kind of list mark that each block begins with; empty if none.

    "(i)" is the ninth letter after "(h)" and the first Roman numeral elsewhere; likewise "(v)" and "(x)".
    """
    kinds: list[str] = []
    letter = ""
    for block in blocks:
        text = block.marker or block.text
        kind = next(
            (name for name, pattern in marks() if pattern.match(text)), "other" if block.kind == "list_item" else ""
        )
        found = re.match(r"\W?([a-zA-Z]{1,2})\W", text) if kind == "letter" else None
        if found:
            mark = found.group(1)
            follows = len(mark) == 1 and len(letter) == 1 and ord(mark) == ord(letter) + 1
            if re.fullmatch(r"[ivxIVX]+", mark) and not follows:
                kind = "roman"
            else:
                letter = mark
        kinds.append(kind)
    return kinds


def passages(parsed: Parsed, settings: SegmentSettings) -> Iterator[Passage]:
    """The passages of a parsed document, in reading order.

    Headings, tables, notes and page furniture are no passages; a block without a letter is none either.
    """
    state = _State()
    body = [b for b in parsed.blocks if b.kind in ("title", "heading", "paragraph", "list_item") and has_words(b.text)]
    made = 0
    kinds = mark_kinds(body)
    for index, block in enumerate(body):
        if block.kind in ("title", "heading"):
            _enter(state, block)
            continue
        following = body[index + 1] if index + 1 < len(body) else None
        opens = following is not None and _opens(block, kinds[index], following, kinds[index + 1])
        for lead, piece in _pieces(block, kinds[index], opens, state):
            yield _passage(parsed.document, made, lead, piece, state, settings)
            made += 1


def _enter(state: _State, block: Block) -> None:
    level = 0 if block.kind == "title" else max(1, block.level)
    path = state.headings[block.lang]
    path[:] = [known for known in path if known[0] < level] + [(level, " ".join(block.text.split()))]
    state.chapeaux.clear()


def _pieces(block: Block, kind: str, opens: bool, state: _State) -> Iterator[tuple[list[_Piece], _Piece]]:
    """Sentences of a block with the chapeaux that govern each; opens a chapeau where the block ends in one."""
    spans = sentences(block.text, block.lang)
    if kind and (len(state.chapeaux) or block.kind == "list_item"):
        known = [k for k, _ in state.chapeaux]
        if kind in known:
            del state.chapeaux[known.index(kind) :]
    else:
        state.chapeaux.clear()
    lead = [piece for _, pieces in state.chapeaux for piece in pieces[-1:] if piece.block.lang == block.lang]
    for number, (start, end) in enumerate(spans):
        piece = _Piece(block, start, end)
        if opens and number == len(spans) - 1:
            state.chapeaux.append((kind or "paragraph", [piece]))
            return
        yield (lead if number == 0 else []), piece
    if not opens and not kind:
        state.chapeaux.clear()


def _opens(block: Block, kind: str, following: Block, following_kind: str) -> bool:
    """Whether the end of a block is a chapeau of the list items that follow it: it ends in a colon, or breaks off."""
    if not following_kind or kind == following_kind or following.kind not in ("list_item", "paragraph"):
        return False
    text = block.text.rstrip()
    ends = tuple(lexicon("segmentation")["chapeau"]["ends"])
    breaks_off = not re.search(r"[.。!！?？;；,，][”’\"'）)」』]*$", text)
    return following.lang == block.lang and (text.endswith(ends) or breaks_off)


def _passage(
    document: str, ordinal: int, lead: Sequence[_Piece], piece: _Piece, state: _State, settings: SegmentSettings
) -> Passage:
    lang = language(piece.text)
    joint = "" if lang == "zh" else " "
    text, anchors = "", []
    for part in [*lead, piece]:
        if text and not text.endswith(" "):
            text += joint
        anchors.append(
            Anchor(start=len(text), end=len(text) + len(part.text), block=part.block.id, block_start=part.start)
        )
        text += part.text
    before = state.before.get(lang, "")
    state.before[lang] = piece.text
    return Passage(
        id=stable_id("p", document, ordinal, text),
        document=document,
        ordinal=ordinal,
        lang=lang,
        text=text,
        anchors=tuple(anchors),
        boxes=tuple(box for part in [*lead, piece] for box in boxes_of(part.block, part.start, part.end)),
        section=tuple(heading for _, heading in state.headings[lang] or state.headings["zh" if lang == "en" else "en"]),
        before=before[-settings.before :] if settings.before else "",
        item_start=anchors[-1].start,
        tokens=tuple(tokens(text, lang)),
    )


def boxes_of(block: Block, start: int, end: int) -> Iterator[Box]:
    """The places of ``block.text[start:end]``, one a printed line, as narrow as its characters."""
    for line in block.lines:
        first, last = max(start, line.start), min(end, line.end)
        if first < last:
            box = line.box
            x0 = line.edges[first - line.start] if line.edges else box.x0
            x1 = line.edges[last - line.start] if line.edges else box.x1
            yield Box(page=box.page, x0=min(x0, x1), top=box.top, x1=max(x0, x1), bottom=box.bottom)


def build(settings: SegmentSettings) -> Any:
    """The stage's function: a parsed document to its passages."""

    def segment(parsed: Parsed) -> Passages:
        return Passages(document=parsed.document, passages=tuple(passages(parsed, settings)))

    return segment


STAGE = Stage("segment", ("parsed",), "passages", Passages, "document", build)
