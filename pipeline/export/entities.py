"""Gathers the mentions of actors and instruments into entities, over documents and both languages.

Mentions with the same canonical id are one entity, whatever their language or form. A mention without one (a generic
actor, "States Parties") is gathered by its words, language and kind; its row has no id, since nothing vouches for one.
The name in each language is the one that the gazetteer gives for the id; else the form met most often, the longer of two
met equally often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from pipeline import lexicons
from pipeline.lexicons import Entry
from pipeline.records import Lang
from pipeline.tables import DocumentRows, EntityRow, InstrumentRow, Mention

Gathered = list[tuple[str, Mention]]


def actors(documents: Sequence[DocumentRows]) -> tuple[EntityRow, ...]:
    """The actors of all documents, the most mentioned first."""
    found = (
        EntityRow(
            id=mentions[0][1].id,
            name_en=_name(mentions, "en", _known_actors()),
            name_zh=_name(mentions, "zh", _known_actors()),
            kind=_most(m.kind for _, m in mentions),
            layer=_most(m.layer for _, m in mentions),
            forms=_forms(mentions),
            count=len(mentions),
            documents=len({document for document, _ in mentions}),
            places=_places(mentions),
        )
        for mentions in _gather((rows.document, mention) for rows in documents for mention in rows.actors)
    )
    return tuple(sorted(found, key=lambda row: (-row.count, row.id, row.forms, row.kind)))


def instruments(documents: Sequence[DocumentRows]) -> tuple[InstrumentRow, ...]:
    """The instruments of all documents, the most mentioned first."""
    found = (
        InstrumentRow(
            id=mentions[0][1].id,
            name_en=_name(mentions, "en", _known_instruments()),
            name_zh=_name(mentions, "zh", _known_instruments()),
            forms=_forms(mentions),
            count=len(mentions),
            documents=len({document for document, _ in mentions}),
            places=_places(mentions),
        )
        for mentions in _gather((rows.document, mention) for rows in documents for mention in rows.instruments)
    )
    return tuple(sorted(found, key=lambda row: (-row.count, row.id, row.forms)))


def _gather(mentions: Iterable[tuple[str, Mention]]) -> list[Gathered]:
    groups: dict[tuple[str, ...], Gathered] = {}
    for document, mention in mentions:
        words = " ".join(mention.text.split()).casefold()
        key = ("id", mention.id) if mention.id else ("words", mention.lang, mention.kind, words)
        groups.setdefault(key, []).append((document, mention))
    return list(groups.values())


@cache
def _known_actors() -> Mapping[str, Entry]:
    return {entry.id: entry for entry in (*lexicons.states(), *lexicons.organisations())}


@cache
def _known_instruments() -> Mapping[str, Entry]:
    return {entry.id: entry for entry in lexicons.instruments()}


def _name(mentions: Gathered, lang: Lang, known: Mapping[str, Entry]) -> str:
    entry = known.get(mentions[0][1].id)
    if entry and entry.names(lang):
        return entry.names(lang)[0]
    counts = Counter(mention.text for _, mention in mentions if mention.lang == lang)
    return min(counts, key=lambda text: (-counts[text], -len(text), text)) if counts else ""


def _most(values: Iterable[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))


def _forms(mentions: Gathered) -> tuple[str, ...]:
    return tuple(sorted({mention.text for _, mention in mentions}))


def _places(mentions: Gathered) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{document}:{mention.page}" for document, mention in mentions))
