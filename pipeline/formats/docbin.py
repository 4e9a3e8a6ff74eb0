"""spaCy's DocBin: a file a language, a ``Doc`` a passage, ready for ``spacy train``.

A ``Doc`` has the project's own words (cut where a mark ends inside one, so that every mark is a span exactly), its text
to the character, spans in groups (``statements`` labelled by force, ``actors`` by kind, each slot under its column's name),
and in ``cats`` 1.0 for each force that the passage has. Ids, places and review states are in ``user_data``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.formats.conll import cut_words, marks_of
from pipeline.formats.marked import MarkedPassage
from pipeline.records import FORCES, Lang
from pipeline.text import strip_span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span
    from spacy.vocab import Vocab

LANGS: tuple[Lang, ...] = ("en", "zh")
STATEMENTS, ACTORS = "statements", "actors"


def files(passages: Iterable[MarkedPassage]) -> dict[str, bytes]:
    """``en.spacy`` and ``zh.spacy``, those of them that hold anything."""
    import spacy
    from spacy.tokens import DocBin

    vocabs = {lang: spacy.blank(lang).vocab for lang in LANGS}
    bins = {lang: DocBin(attrs=["ORTH", "SPACY"], store_user_data=True) for lang in LANGS}
    for passage in passages:
        lang = passage.row.lang
        bins[lang].add(doc_of(passage, vocabs[lang]))
    return {f"{lang}.spacy": held.to_bytes() for lang, held in bins.items() if len(held)}


def doc_of(passage: MarkedPassage, vocab: Vocab) -> Doc:
    """A passage as a ``Doc`` with the same text."""
    from spacy.tokens import Doc

    marks = marks_of(passage)
    text = passage.row.text
    marks[STATEMENTS] = [(*strip_span(text, s.start, s.end), s.force) for s in passage.statements]
    pieces = list(_with_blanks(text, cut_words(passage, marks)))
    doc = Doc(vocab, words=[word for word, _ in pieces], spaces=[space for _, space in pieces])
    names = {"actor": ACTORS}
    for column, found in marks.items():
        doc.spans[names.get(column, column)] = [_span(doc, start, end, kind) for start, end, kind in found]
    doc.cats = {force: float(force in passage.force) for force in FORCES}
    row = passage.row
    doc.user_data |= {
        "passage": row.id,
        "document": row.document,
        "page": row.page,
        "legal_status": passage.legal_status,
        "statements": [s.id for s in passage.statements],
        "reviewed": passage.decided,
    }
    return doc


def _span(doc: Doc, start: int, end: int, kind: str) -> Span:
    """The words of a mark; the text was cut where it begins and ends."""
    span = doc.char_span(start, end, label=kind)
    if span is None:
        raise ValueError(f"no words are exactly {doc.text[start:end]!r}")
    return span


def _with_blanks(text: str, words: list[tuple[int, int]]) -> Iterable[tuple[str, bool]]:
    """Words with whether one blank follows; any other white space is a word of its own, as spaCy has it."""
    at = 0
    for number, (start, end) in enumerate(words):
        if at < start:
            yield text[at:start], False
        follows = words[number + 1][0] if number + 1 < len(words) else len(text)
        blank = text[end : end + 1] == " " and follows > end
        yield text[start:end], blank
        at = end + blank
    if at < len(text):
        yield text[at:], False
