"""The English actor nouns of the lexicon, arranged for looking up, and the records that the grammars share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.lexicons import lexicon
from pipeline.records import ActorKind


@dataclass(frozen=True)
class Token:
    """A word at ``text[start:end]`` with its Penn part of speech; ``low`` is its small form."""

    start: int
    end: int
    text: str
    low: str
    tag: str


@dataclass(frozen=True)
class Mention:
    """A stretch that names an actor; ``kind`` and ``id`` as far as its own words tell, ``head`` the noun that told."""

    start: int
    end: int
    kind: ActorKind
    id: str = ""
    head: str = ""


@dataclass(frozen=True)
class Words:
    """The lexicon of English actor nouns, arranged for looking up."""

    heads: dict[tuple[str, ...], ActorKind]
    longest: int
    names: dict[str, ActorKind]
    pointing: frozenset[str]
    participles: frozenset[str]
    modified_only: frozenset[str]
    free_in_plural: frozenset[str]
    capital_only: frozenset[str]
    takes_of: frozenset[str]
    follows: frozenset[str]
    modifier_kind: dict[str, ActorKind]
    plurals: dict[str, str]
    pronouns: dict[str, ActorKind]
    agentive: tuple[str, ...]
    not_agentive: frozenset[str]


@cache
def words() -> Words:
    """The lexicon, read once a process."""
    raw: dict[str, Any] = lexicon("actors")["en"]
    heads = {_parts(head): kind for kind, listed in raw["heads"].items() for head in listed}
    return Words(
        heads=heads,
        longest=max(len(head) for head in heads),
        names={name: kind for kind, listed in raw["name_heads"].items() for name in listed},
        pointing=frozenset(raw["pointing"]),
        participles=frozenset(raw["participles"]),
        modified_only=frozenset(raw["modified_only"]),
        free_in_plural=frozenset(raw["free_in_plural"]),
        capital_only=frozenset(raw["capital_only"]),
        takes_of=frozenset(raw["takes_of"]),
        follows=frozenset(raw["kind_follows_modifier"]),
        modifier_kind={word: kind for kind, listed in raw["kind_of_modifier"].items() for word in listed},
        plurals=raw["plurals"],
        pronouns={word: kind for kind, listed in raw["pronouns"].items() for word in listed},
        agentive=tuple(raw["agentive"]),
        not_agentive=frozenset(raw["not_agentive"]),
    )


def _parts(phrase: str) -> tuple[str, ...]:
    """A phrase as the tagger's tokens: hyphens stand alone, and so does the 's of "people's"."""
    return tuple(re.findall(r"'s|[^\s'-]+|-|'", phrase.lower()))


def singulars(word: str) -> tuple[str, ...]:
    """The forms a small-letter noun may have in the lexicon, itself first."""
    irregular = words().plurals.get(word)
    if irregular:
        return (irregular, word)
    forms = [word]
    if word.endswith("ies") and len(word) > 4:
        forms.append(word[:-3] + "y")
    if word.endswith(("ses", "xes", "ches", "shes")):
        forms.append(word[:-2])
    if word.endswith("s") and not word.endswith("ss"):
        forms.append(word[:-1])
    return tuple(forms)
