"""The word lists in ``corpus/lexicons``: read once per process, and checked when they are read.

``lexicon(name)`` gives a file as it stands, for lists whose reader knows their shape. The three gazetteers (states,
organisations, instruments) come as typed entries through ``states()``, ``organisations()`` and ``instruments()``: a
misspelt key, a kind of actor that does not exist, an entry without a name or a name that two entries share is refused
with file and entry, because a name that means two things would be linked by chance.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

from pipeline.config import ROOT
from pipeline.records import LAYER_OF_KIND, ActorKind, Lang

LEXICONS = ROOT / "corpus" / "lexicons"


class LexiconError(ValueError):
    """A word list is not as it must be; the message has the file, the entry and what is allowed."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The names of something in both languages."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()

    def names(self, lang: Lang) -> tuple[str, ...]:
        return self.en if lang == "en" else self.zh


class ActorEntry(Entry, frozen=True):
    """A state, organisation, body, office or group with its canonical id."""

    id: str
    kind: ActorKind


class InstrumentEntry(Entry, frozen=True):
    """A treaty, law, plan or initiative; ``year`` of adoption, 0 where it is not adopted or has many."""

    id: str
    year: int = 0
    field: str = ""


@cache
def lexicon(name: str) -> dict[str, Any]:
    """The lexicon ``corpus/lexicons/NAME.toml`` as it stands.

    Raises:
        LexiconError: if there is no such file or it is not TOML; the message says where.
    """
    file = LEXICONS / f"{name}.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(path.stem for path in LEXICONS.glob("*.toml"))) or "none"
        raise LexiconError(f"there is no lexicon {name!r} in {LEXICONS}; there are: {known}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{file} is not TOML in UTF-8: {error}") from error


EntryType = TypeVar("EntryType", bound=Entry)


def entries(name: str, tables: Mapping[str, Any], make: type[EntryType], group: str) -> tuple[EntryType, ...]:
    """Typed entries out of tables of ``ID = { en = […], zh = […] }``.

    Args:
        name: the lexicon's name, for messages.
        tables: group name to entries.
        make: the record of an entry.
        group: the field of the record that takes the group's name; empty if none does.

    Raises:
        LexiconError: for an entry that is malformed, has no name, or shares a name or an id with another.
    """
    made: list[EntryType] = []
    for title, table in tables.items():
        for key, raw in table.items():
            fields = {**raw, "id": key, **({group: title} if group else {})}
            try:
                entry = msgspec.convert(fields, make)
            except msgspec.ValidationError as error:
                raise LexiconError(f"{name}.toml [{title}] {key}: {error}") from None
            if not entry.en and not entry.zh:
                raise LexiconError(f"{name}.toml [{title}] {key} has no name in either language")
            made.append(entry)
    _refuse_shared(name, made)
    return tuple(made)


def _refuse_shared(name: str, made: Iterable[Entry]) -> None:
    owner: dict[tuple[str, str], str] = {}
    for entry in made:
        key = str(getattr(entry, "id", ""))
        for what, word in (("id", key), *(("en", w) for w in entry.en), *(("zh", w) for w in entry.zh)):
            if word != word.strip() or not word:
                raise LexiconError(f"{name}.toml {key}: the name {word!r} is empty or has blanks around it")
            other = owner.setdefault((what, word), key)
            if other != key or (what == "id" and owner.get(("seen", key))):
                raise LexiconError(f"{name}.toml: {other} and {key} both have {what} {word!r}; a name means one thing")
        owner[("seen", key)] = key


@cache
def states() -> tuple[ActorEntry, ...]:
    """Every state by its ISO 3166-1 alpha-3 code."""
    tables = {"state": lexicon("countries")["states"]}
    return entries("countries", tables, ActorEntry, "kind")


@cache
def organisations() -> tuple[ActorEntry, ...]:
    """Organisations, bodies, offices, groups of states and named non-state actors, by kind."""
    tables = lexicon("organisations")
    for kind in tables:
        if kind not in LAYER_OF_KIND:
            raise LexiconError(f"organisations.toml [{kind}] is no kind of actor; kinds: {', '.join(LAYER_OF_KIND)}")
    return entries("organisations", tables, ActorEntry, "kind")


@cache
def instruments() -> tuple[InstrumentEntry, ...]:
    """Treaties, laws, declarations, plans and initiatives."""
    return entries("instruments", lexicon("instruments"), InstrumentEntry, "field")
