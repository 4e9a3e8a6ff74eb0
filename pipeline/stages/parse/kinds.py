"""Says what each block is: title, heading with its level, list item with its mark, caption, note, contents, paragraph.

In order: tables of contents and lists of notes are set apart; then the title, which comes before all running text and
looks like it; then every block by its mark (第三章, Article 4, （一）, (a)), its looks (bold, large, centred) and its
end: what closes like a sentence is text, whatever it begins with. Levels of headings are counted over the marks that
the document really has, so that 一、 is the first level of a paper and the third of a law with parts and chapters.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.lexicons import lexicon
from pipeline.stages.parse.characters import wide
from pipeline.stages.parse.marks import (
    heading_mark,
    is_contents_line,
    is_head,
    is_over,
    list_mark,
    note_mark,
    opening,
    words,
)
from pipeline.stages.parse.model import Draft
from pipeline.text import has_words, language

LONGEST_HEADING = {"en": 220, "zh": 70}
LONGEST_TITLE = {"en": 320, "zh": 120}


def assign(drafts: Sequence[Draft], body: float) -> None:
    """Sets kind, level and marker of every draft, in place.

    Args:
        drafts: of the whole document, in reading order; footnotes and tables have their kind already.
        body: size of most letters in points; 0 where the format has no sizes.
    """
    _contents(drafts)
    _listed_notes(drafts)
    _titles(drafts, body)
    if body:
        _second_title(drafts)
    _byline(drafts)
    bold_body = _mostly_bold(drafts)
    series: list[str] = []
    before: Draft | None = None
    for index, draft in enumerate(drafts):
        if draft.kind == "paragraph" and not draft.closed:
            following = drafts[index + 1] if index + 1 < len(drafts) else None
            _one(draft, before, following, series, body, bold_body)
        if draft.kind in ("heading", "title"):
            series.clear()
        if draft.kind != "footnote":
            before = draft
    _levels(drafts, body)


def _text(draft: Draft) -> str:
    """The text of a draft without marks of notes, about as it will be; kept, because every rule looks at it."""
    if not draft.shown and draft.rows:
        joint = "" if any(map(wide, draft.rows[0].text[:20])) else " "
        noted = any(glyph.note for row in draft.rows for glyph in row.glyphs)
        lines = ("".join([g.text for g in row.glyphs if not g.note]) if noted else row.text for row in draft.rows)
        draft.shown = joint.join(lines).strip()
    return draft.shown


def _contents(drafts: Sequence[Draft]) -> None:
    """Tables of contents: lines with leaders, and the head above them."""
    for index, draft in enumerate(drafts):
        if draft.kind != "paragraph":
            continue
        lines = [row.text for row in draft.rows]
        if all(is_contents_line(line) for line in lines) or (is_contents_line(lines[-1]) and len(lines) <= 3):
            draft.kind, draft.series, draft.closed = "table", "contents", True
            above = drafts[index - 1] if index else None
            if above is not None and above.kind == "paragraph" and is_head("contents", "heads", above.text):
                above.kind, above.series, above.closed = "table", "contents", True


def join_contents(drafts: Sequence[Draft]) -> list[Draft]:
    """Puts the lines of a table of contents together to one table."""
    joined: list[Draft] = []
    for draft in drafts:
        if joined and draft.series == joined[-1].series == "contents":
            joined[-1].rows += draft.rows
        else:
            joined.append(draft)
    return joined


def _listed_notes(drafts: Sequence[Draft]) -> None:
    """Endnotes and lists of references: numbered entries after a heading that says so, to the next heading."""
    inside = False
    for draft in drafts:
        if draft.kind != "paragraph" or draft.closed:
            continue
        text = _text(draft)
        if is_head("noteheads", "words", text):
            inside = True
            draft.kind, draft.closed = "heading", True
            continue
        if inside:
            kind, mark = note_mark(text)
            if not kind and (heading_mark(text)[0] or draft.rows[0].bold) and not is_over(text):
                inside = False
                continue
            draft.kind, draft.marker = "footnote", mark


def _mostly_bold(drafts: Sequence[Draft]) -> bool:
    rows = [row for draft in drafts for row in draft.rows]
    return sum(len(row.text) for row in rows if row.bold) > 0.5 * sum(len(row.text) for row in rows)


def _titles(drafts: Sequence[Draft], body: float) -> None:
    """The title in each language: large, bold or centred, without a mark, before the first running text of its language."""
    running: set[str] = set()
    first_page = next((row.page for draft in drafts for row in draft.rows), 1)
    sizes = [
        draft.rows[0].size
        for draft in drafts
        if draft.rows and draft.rows[0].page <= first_page + 1 and draft.kind == "paragraph"
    ]
    largest = max(sizes, default=0.0)
    for draft in drafts:
        if not draft.rows or draft.rows[0].page > first_page + 1:
            break
        if draft.kind != "paragraph" or draft.closed:
            continue
        text, row = _text(draft), draft.rows[0]
        lang = language(text)
        if lang in running:
            continue
        if body == 0 and (
            any(other.kind == "title" for other in drafts)
            or text.rstrip().endswith((",", "，", ":", "："))
            or len(text) > 120
        ):
            break
        looks = row.bold or row.centred or row.size > 1.15 * body or body == 0
        large = row.size >= 0.85 * largest or largest <= 1.15 * body
        lead = any(text.startswith(word) for word in lexicon("layout")["ends"]["lead"])
        lead = lead or text.startswith(("[", "(", "（", "［")) or bool(opening("captions", text)[0])
        if looks and large and not is_over(text) and not lead and len(text) <= LONGEST_TITLE[lang] and has_words(text):
            titled = [other for other in drafts if other.kind == "title" and language(other.text) == lang]
            if heading_mark(text)[0] not in ("", "roman", "capital") or list_mark(text)[0]:
                running.add(lang)
            elif not titled or (len(titled) == 1 and row.size > 1.15 * body):
                draft.kind, draft.closed = "title", True
            else:
                running.add(lang)
            if body == 0:
                break
        elif is_over(text) and len(draft.rows) > 1:
            running.add(lang)


def _second_title(drafts: Sequence[Draft]) -> None:
    """The title of a text in the other language that follows the first in the same file: it looks like the first title."""
    titles = [draft for draft in drafts if draft.kind == "title"]
    if not titles:
        return
    look = titles[0].rows[0]
    known = {language(_text(draft)) for draft in titles}
    for draft in drafts:
        row = draft.rows[0] if draft.rows else look
        alike = abs(row.size - look.size) < 0.3 and row.bold == look.bold and row.centred == look.centred
        text = _text(draft) if draft.rows else ""
        if draft.kind != "paragraph" or draft.closed or not alike or language(text) in known:
            continue
        if len(text) <= LONGEST_TITLE["en"] and not is_over(text) and not heading_mark(text)[0]:
            draft.kind, draft.closed = "title", True
            return


def _byline(drafts: Sequence[Draft]) -> None:
    """The authors' names under a Chinese title: no heading, and 孙　萌 is 孙萌."""
    for title, draft in itertools.pairwise(drafts):
        names = draft.text.split() if not heading_mark(draft.text)[0] else []
        if title.kind != "title" or draft.kind != "paragraph" or len(draft.rows) != 1:
            continue
        if any(name in words("ends", "no_names") for name in names) or draft.rows[0].bold:
            continue
        if not names or not all(len(name) <= 4 and all("\u4e00" <= c <= "\u9fff" for c in name) for name in names):
            continue
        if len(names) == 1 and not 2 <= len(names[0]) <= 4:
            continue
        draft.closed = True
        row = draft.rows[0]
        kept, single = [], 0
        for place, glyph in enumerate(row.glyphs):
            alone = glyph.text != " " and all(
                row.glyphs[i].text == " " for i in (place - 1, place + 1) if 0 <= i < len(row.glyphs)
            )
            single = single + 1 if alone else (single if glyph.text == " " else 0)
            if not (glyph.text == " " and single % 2 == 1):
                kept.append(glyph)
        row.glyphs = kept
        row.text = draft.shown = "".join(glyph.text for glyph in kept)
        return


def _one(
    draft: Draft, before: Draft | None, following: Draft | None, series: list[str], body: float, bold_body: bool
) -> None:
    """Kind and marker of one block, given its neighbours and the lists that are open."""
    text = _text(draft)
    lang = language(text)
    over = is_over(text)
    short = len(text) <= LONGEST_HEADING[lang] and len(draft.rows) <= 3
    if (
        over
        and short
        and draft.rows[0].bold
        and not bold_body
        and text.rstrip().endswith(("?", "？"))
        and len(draft.rows) == 1
    ):
        # A heading may be a question.
        over = False
    kind, mark = heading_mark(text)
    if _starred(text, before, following):
        draft.kind, draft.marker = "footnote", note_mark(text)[1]
        return
    if short and not over and opening("captions", text)[0]:
        draft.kind = "caption"
        return
    if kind and short and _stands_alone(draft, text, kind, mark, over, before, following, body):
        draft.kind, draft.series = "heading", kind
        return
    listed, sign = list_mark(text)
    if not listed and draft.rows[0].numbered and not (draft.rows[0].bold and not bold_body):
        listed, sign = "paragraph", text.split()[0]
    if listed:
        draft.marker = sign.strip()
        governed = (
            before is not None and bool(re.search(r"[:：—]$", _text(before)))
            if before is not None and before.rows
            else False
        )
        if not listed.startswith("paragraph") or governed or listed in series:
            draft.kind = "list_item"
            if listed not in series:
                series.append(listed)
        return
    if not listed and not over:
        row = draft.rows[0]
        looks = (row.bold and not bold_body) or (body and row.size > 1.1 * body) or (row.centred and len(text) < 80)
        byline = before is not None and before.kind == "title" and not row.bold and row.size <= 1.1 * body
        bracketed = byline or text.startswith(("[", "（", "(", "［"))
        if short and looks and has_words(text) and not bracketed and not text.rstrip().endswith((",", "，", "、")):
            draft.kind, draft.series = "heading", "plain"
            return
    if over and series and following is not None and not list_mark(_text(following))[0] and not listed:
        series.clear()


def _starred(text: str, before: Draft | None, following: Draft | None) -> bool:
    """Whether a block is a note by its star: the only such block among its neighbours, so no bullet of a list."""
    kind, mark = note_mark(text)
    if kind != "symbol" or mark.startswith("§"):
        return False
    return not any(near is not None and near.rows and _text(near).startswith(mark[0]) for near in (before, following))


def _stands_alone(
    draft: Draft,
    text: str,
    kind: str,
    mark: str,
    over: bool,
    before: Draft | None,
    following: Draft | None,
    body: float,
) -> bool:
    """Whether a block with a heading's mark is a heading, and not a paragraph or list item with a number."""
    row = draft.rows[0]
    rest = text[len(mark) :].strip()
    looks = row.bold or (body and row.size > 1.1 * body) or row.centred
    if kind in ("part", "annex", "chapter", "section", "article"):
        return not re.search(r"[。；;，：:]$|[。；;，]", rest) and not (rest.endswith((".", ",")) and len(rest) > 40)
    if over and not looks:
        return False
    if re.search(r"[。；;]", rest) or (rest.endswith(",") and not looks):
        return False
    if kind in ("han", "roman"):
        return bool(rest)
    if looks:
        return bool(rest)
    if kind == "capital":
        return bool(rest) and len(rest) < 100
    listed = list_mark(text)[0]
    neighbour = any(
        near is not None
        and near.rows
        and near.kind != "heading"
        and list_mark(_text(near))[0] == listed
        and not is_over(_text(near))
        for near in (before, following)
    )
    if kind == "han_bracket":
        return bool(rest) and not neighbour and len(rest) <= 40
    if kind in ("arabic_2", "arabic_3"):
        return bool(rest) and len(rest) <= (40 if language(rest) == "zh" else 90) and not neighbour
    # "1. Title" without any looks of a heading: only where sentences follow it that have no such number.
    chinese = language(rest) == "zh"
    return bool(rest) and chinese and len(rest) <= 30 and not neighbour and "，" not in rest


def _levels(drafts: Sequence[Draft], body: float) -> None:
    order = list(lexicon("layout")["headings"])
    marked = [draft for draft in drafts if draft.kind == "heading" and draft.series in order]
    ranks = sorted(
        {order.index(draft.series) for draft in marked} | ({0} if any(d.series == "annex" for d in marked) else set())
    )
    if ranks and not any(draft.series == "part" for draft in marked):
        ranks = [rank for rank in ranks if rank != 0]
    levels = {order[rank]: place for place, rank in enumerate([r for r in ranks if order[r] != "annex"], start=1)}
    levels["annex"] = 1
    looks: dict[tuple[float, bool, bool], int] = {}
    for draft in marked:
        draft.level = levels[draft.series]
        row = draft.rows[0]
        looks.setdefault((round(row.size * 2), row.bold, row.centred), draft.level)
    plain = [draft for draft in drafts if draft.kind == "heading" and draft.level == 0]
    sizes = sorted({round(draft.rows[0].size * 2) for draft in plain}, reverse=True)
    above = 0
    for draft in drafts:
        if draft.kind != "heading" or draft.level:
            above = draft.level if draft.kind == "heading" else above
            continue
        row = draft.rows[0]
        key = (round(row.size * 2), row.bold, row.centred)
        if key in looks and row.size > 1.05 * body:
            draft.level = looks[key]
        elif marked and row.size <= 1.1 * body:
            # As small as the text: one level below the numbered heading that it stands under.
            draft.level = min(above + 1, 6) if draft.series == "plain" else 1
        else:
            draft.level = min(sizes.index(key[0]) + 1, 6)
