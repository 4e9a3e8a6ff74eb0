"""Finds what a document defines and what it cites.

Definitions are read off the passages by the turns of phrase in the lexicon: what is defined, as what, and who holds so
(empty where the document itself does). The sense, broad or narrow, is named in the passage or in an earlier one of the
same paragraph. References are the footnotes and the list at the end, taken apart into author, title, venue, year, issue
and address as far as each gives them; what a note does not give stays empty and its whole text stands beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pipeline.config import FindSettings
from pipeline.lexicons import lexicon
from pipeline.records import (
    Block,
    Definition,
    Facts,
    Findings,
    Lang,
    Parsed,
    Passage,
    Passages,
    Reference,
    TaggedDocument,
)
from pipeline.stage import Stage

LONGEST_TERM = 40


def definitions(passages: tuple[Passage, ...]) -> Iterator[Definition]:
    """The definitions of a document, in reading order; at most one a passage and pattern place."""
    block, sense = "", ""
    for passage in passages:
        here = passage.anchors[-1].block
        sense = sense_of(passage.text, passage.lang) or (sense if here == block else "")
        block = here
        found = define(passage.text, passage.lang)
        if found:
            term, definition, holder = found
            yield Definition(passage=passage.id, term=term, definition=definition, holder=holder, sense=sense)


def define(text: str, lang: Lang) -> tuple[str, str, str] | None:
    """Term, definition and holder of the first definition in a passage; None if there is none."""
    words = lexicon("findings")["definitions"]
    for pattern in _patterns(lang):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            term = groups["term"].strip(" “”‘’\"'「」，,")
            holder = (groups.get("holder") or "").strip(" ，,")
            for lead in sorted(words["before_holder"], key=len, reverse=True):
                holder = holder.removeprefix(lead)
            if 1 < len(term) <= LONGEST_TERM and not _is_no_term(term, lang):
                return term, groups["definition"].strip(" ，,;；.。"), holder
    return None


def _is_no_term(term: str, lang: Lang) -> bool:
    banned = lexicon("findings")["definitions"]["not_terms"][lang]
    if lang == "zh":
        return any(term.startswith(word) or term == word for word in banned)
    return term.lower().split()[0] in banned


@lru_cache(maxsize=2)
def _patterns(lang: Lang) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in lexicon("findings")["definitions"][lang])


def sense_of(text: str, lang: Lang) -> str:
    """``broad`` or ``narrow`` if the passage speaks of one of them, empty if of none or of both."""
    senses = lexicon("findings")["senses"]
    lower = text.lower()
    said = [sense for sense in ("broad", "narrow") if any(cue in lower for cue in senses[sense][lang])]
    return said[0] if len(said) == 1 else ""


def references(parsed: Parsed) -> Iterator[Reference]:
    """The notes of a document and the works of its list of references, in reading order."""
    listed = False
    headings = lexicon("findings")["references"]["headings"]
    for block in parsed.blocks:
        if block.kind == "heading":
            name = re.sub(r"[\s\W\d]", "", block.text).lower()
            listed = any(name == re.sub(r"\s", "", word) for lang in ("en", "zh") for word in headings[lang])
        elif block.kind == "footnote" or (listed and block.kind in ("list_item", "paragraph")):
            yield cite(block)


def cite(block: Block) -> Reference:
    """A note or entry taken apart; fields that it does not give are empty."""
    text = " ".join(block.text.split())
    body = text.removeprefix(block.marker).strip() if block.marker else text
    words = lexicon("findings")["references"]
    fields = dict.fromkeys(("author", "title", "venue", "year", "issue", "url"), "")

    def take(*names: str) -> bool:
        for name in names:
            match = re.search(words[name], body)
            if match:
                fields.update(
                    {key: value.strip() for key, value in match.groupdict().items() if value and not fields[key]}
                )
                return True
        return False

    take("url")
    if block.lang == "zh" or "《" in body:
        take("zh", "zh_title")
        take("zh_venue", "publisher")
        take("zh_issue") or take("year")
    else:
        take("en_quoted", "en_book", "en_institution")
        take("year")
        take("issue")
    return Reference(document=block.document, page=block.page, marker=block.marker, text=text, **fields)


def build(settings: FindSettings) -> Any:
    """The stage's function: a document's blocks and passages to its definitions and references."""

    def find(parsed: Parsed, facts: Facts, passages: Passages, tagged: TaggedDocument) -> Findings:
        return Findings(
            document=parsed.document,
            definitions=tuple(definitions(passages.passages)) if settings.definitions else (),
            references=tuple(references(parsed)) if settings.references else (),
        )

    return find


STAGE = Stage("find", ("parsed", "facts", "passages", "tagged"), "findings", Findings, "document", build)
