"""The Chinese actor words of the lexicon, arranged for looking up, and the kind that a phrase's own words tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.lexicons import lexicon
from pipeline.records import ActorKind
from pipeline.stages.tag.names import Gazetteer


@dataclass(frozen=True)
class Words:
    """The lexicon of Chinese actor words, arranged for looking up."""

    whole: dict[str, ActorKind]
    whole_names: Gazetteer
    heads: dict[str, ActorKind]
    not_alone: frozenset[str]
    not_actors: frozenset[str]
    pointing: frozenset[str]
    governing: frozenset[str]
    people: tuple[str, ...]
    bodies: frozenset[str]
    offices: tuple[str, ...]
    follows: tuple[str, ...]
    modifier_kind: dict[str, ActorKind]
    pronouns: dict[str, ActorKind]
    titles: tuple[str, ...]
    surnames: str
    passive: re.Pattern[str]


@cache
def words() -> Words:
    """The lexicon, read once a process."""
    raw: dict[str, Any] = lexicon("actors")["zh"]
    whole = {word: kind for kind, listed in raw["whole"].items() for word in listed}
    return Words(
        whole=whole,
        whole_names=Gazetteer((word, word) for word in whole),
        heads={head: kind for kind, listed in raw["heads"].items() for head in listed},
        not_alone=frozenset(raw["heads_not_alone"]),
        not_actors=frozenset(raw["not_actors"]),
        pointing=frozenset(raw["pointing"]),
        governing=frozenset(raw["governing"]),
        people=tuple(raw["people"]),
        bodies=frozenset(raw["body_heads"]),
        offices=tuple(raw["offices"]),
        follows=tuple(raw["kind_follows_modifier"]),
        modifier_kind={word: kind for kind, listed in raw["kind_of_modifier"].items() for word in listed},
        pronouns={word: kind for kind, listed in raw["pronouns"].items() for word in listed},
        titles=tuple(raw["titles"]),
        surnames=raw["surnames"],
        passive=re.compile(
            rf"(?:被|受)(?:{'|'.join(raw['passives'])})(?:的)?(?:{'|'.join(raw['passive_heads'])})(?!员会|民|权)"
        ),
    )


def kind_of(surface: str) -> tuple[ActorKind, str] | None:
    """The kind of a Chinese phrase by its own words and the head that told; None if it names no actor."""
    lexicon_words = words()
    if surface in lexicon_words.pronouns:
        return lexicon_words.pronouns[surface], surface
    plain = re.sub(r"^(?:各|全|本|该|我|两|双|其他|有关|相关)+(?=.{2})", "", surface)
    for form in (surface, plain):
        if form in lexicon_words.whole:
            return _by_modifier(surface, form, lexicon_words.whole[form]), form
    for size in range(min(8, len(surface)), 0, -1):
        head = surface[-size:]
        kind = lexicon_words.whole.get(head) if size > 1 else None
        kind = kind or lexicon_words.heads.get(head)
        if kind:
            return _by_modifier(surface, head, kind), head
    return None


def _by_modifier(surface: str, head: str, kind: ActorKind) -> ActorKind:
    before = surface.removesuffix(head)
    if any(head.endswith(word) for word in words().follows):
        for word in sorted(words().modifier_kind, key=len, reverse=True):
            if word in before or (word in head and word != head and head.startswith(word)):
                return words().modifier_kind[word]
    return kind
