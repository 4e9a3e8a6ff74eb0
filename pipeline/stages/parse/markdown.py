"""Markdown: its headings, lists, tables and notes as they are marked up; the text without the marks of emphasis and links."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.records import Block
from pipeline.stages.parse.kinds import assign
from pipeline.stages.parse.model import Draft
from pipeline.stages.parse.written import marked, paragraph, table, written_blocks

NOTE = re.compile(r"\[\^([^\]\s]{1,20})\]")
NOTE_TEXT = re.compile(r"^\[\^([^\]\s]{1,20})\]:\s*", re.M)
FRONT_MATTER = re.compile(r"\A---\s*\n.*?\n(?:---|\.\.\.)\s*\n", re.S)
MOST_NESTED = 40


def read_markdown(document: str, text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text.

    Args:
        document: its id.
        text: the whole text; YAML front matter is left out.
    """
    text = FRONT_MATTER.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = NOTE_TEXT.sub(lambda match: f"\n\ufdd0{match.group(1)}\ufdd1", text)
    tokens = MarkdownIt("commonmark", {"maxNesting": MOST_NESTED, "html": True}).enable("table").parse(text)
    drafts = _drafts(tokens)
    assign(drafts, 0.0)
    return written_blocks(document, drafts)


def _drafts(tokens: Sequence[Token]) -> list[Draft]:
    drafts: list[Draft] = []
    lists: list[list[str | int]] = []
    mark = ""
    cells: list[list[str]] | None = None
    for index, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append([token.type, int(token.attrGet("start") or 1)])
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            mark = "• "
            if lists and lists[-1][0] == "ordered_list_open":
                mark = f"{lists[-1][1]}{token.markup} "
                lists[-1][1] = int(lists[-1][1]) + 1
        elif token.type == "table_open":
            cells = []
        elif token.type == "tr_open" and cells is not None:
            cells.append([])
        elif token.type == "table_close" and cells is not None:
            drafts.append(table(cells))
            cells = None
        elif token.type == "inline":
            written = _inline(token)
            if cells is not None and cells:
                cells[-1].append(written)
            elif written.strip():
                drafts.append(_block(tokens[index - 1], written, mark, bool(lists)))
                mark = ""
        elif token.type in ("fence", "code_block", "html_block"):
            plain = (
                re.sub(r"<[^>]+>|<!--.*?-->", " ", token.content, flags=re.S)
                if token.type == "html_block"
                else token.content
            )
            drafts += [paragraph(line) for line in plain.splitlines() if line.strip()]
    return drafts


def _inline(token: Token) -> str:
    """The text of a paragraph: breaks as blanks, links and emphasis without their marks, pictures left out."""
    parts: list[str] = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            wide_before = bool(parts and parts[-1] and parts[-1][-1] > "\u2e80")
            parts.append("" if wide_before else " ")
    return "".join(parts)


def _block(opener: Token, text: str, mark: str, listed: bool) -> Draft:
    note = re.match("\ufdd0([^\ufdd1]+)\ufdd1", text)
    if note:
        draft = paragraph(text[note.end() :])
        draft.kind, draft.marker = "footnote", note.group(1)
        return draft
    draft = marked(NOTE.split(mark + text))
    if opener.type == "heading_open":
        level = int(opener.tag[1])
        draft.kind, draft.level, draft.closed, draft.series = (
            ("title" if level == 1 else "heading"),
            max(0, level - 1),
            True,
            "given",
        )
    elif mark:
        draft.kind, draft.marker, draft.closed = "list_item", mark.strip(), True
    elif listed:
        draft.closed = True
    return draft
