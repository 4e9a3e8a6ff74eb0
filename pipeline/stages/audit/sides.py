"""What the audit knows of one language of a bead, and how it reads cue words in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

from pipeline.lexicons import lexicon
from pipeline.records import Divergence, Force, Lang, LegalStatus, Passage, Tagged
from pipeline.text import simplified

Severity = Literal["low", "medium", "high"]
NAMES: dict[Lang, str] = {"en": "English", "zh": "Chinese"}


@dataclass(frozen=True)
class Side:
    """The passages of one language of a bead, in order, with their tags."""

    lang: Lang
    passages: tuple[Passage, ...]
    tags: tuple[Tagged, ...]
    status: LegalStatus

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(passage.id for passage in self.passages)

    @cached_property
    def text(self) -> str:
        """The words of the passages with the chapeau that governs them; Traditional characters as Simplified."""
        return simplified(("" if self.lang == "zh" else " ").join(p.text for p in self.passages))

    @cached_property
    def own(self) -> str:
        """The words of the passages without a chapeau: what only this bead says."""
        return simplified(("" if self.lang == "zh" else " ").join(p.text[p.item_start :] for p in self.passages))

    @cached_property
    def forces(self) -> frozenset[Force]:
        return frozenset(force for tagged in self.tags for force in tagged.force)

    def chance(self, force: Force) -> float:
        """How likely the force is the primary one of some passage: the highest of theirs."""
        return max((tagged.probabilities.get(force, 0.0) for tagged in self.tags), default=0.0)


@dataclass(frozen=True)
class Pair:
    """The two sides of a bead; ``score`` is how alike the alignment holds them to be."""

    zh: Side
    en: Side
    score: float

    @property
    def both(self) -> tuple[tuple[Side, Side], tuple[Side, Side]]:
        """Each side with the other one."""
        return (self.zh, self.en), (self.en, self.zh)


@dataclass(frozen=True)
class Found:
    """A difference before it is put on record."""

    kind: str
    severity: Severity
    detail: str

    def record(self, work: str, source: tuple[str, ...], target: tuple[str, ...]) -> Divergence:
        return Divergence(
            work=work, kind=self.kind, severity=self.severity, source=source, target=target, detail=self.detail
        )


@cache
def cues(table: str, key: str, group: str, lang: Lang) -> re.Pattern[str]:
    """The words of one group of a table of ``divergence.toml``, as one pattern."""
    section: Mapping[str, Any] = lexicon("divergence")[table]
    section = section[key] if key else section
    return joined(section[group][lang], lang)


def joined(cues: list[str], lang: Lang) -> re.Pattern[str]:
    """One pattern of many cues; English ones stand at word borders and ignore case."""
    if lang == "en":
        return re.compile(rf"(?<![\w-])(?:{'|'.join(cues)})(?![\w-])", re.IGNORECASE)
    return re.compile("|".join(f"(?:{cue})" for cue in cues))


def says(side: Side, table: str, key: str = "") -> str:
    """The first words of a side that say a thing outright; empty if none do. A force may stand in the chapeau."""
    found = cues(table, key, "says", side.lang).search(side.text if table == "force" else side.own)
    return found.group() if found else ""


def hints(text: str, lang: Lang, table: str, key: str = "") -> bool:
    """Whether a text has a word that may carry a thing at all."""
    return bool(cues(table, key, "hints", lang).search(text))


def busy(text: str, lang: Lang) -> str:
    """A text without the words that only look like denials or exceptions (不断, not only)."""
    return _idle(lang).sub("※", text)


@cache
def _idle(lang: Lang) -> re.Pattern[str]:
    return joined(sorted(lexicon("divergence")["idle"][lang], key=lambda word: (-len(word), word)), lang)


@cache
def _denial(lang: Lang) -> re.Pattern[str]:
    return joined([*lexicon("modality")["negation"][lang], *lexicon("divergence")["refusing"][lang]], lang)


def denials(text: str, lang: Lang) -> int:
    """How many words of a text deny, forbid or refuse."""
    return len(_denial(lang).findall(text))


def denies(text: str, lang: Lang) -> bool:
    """Whether a text has any word that denies, forbids or refuses."""
    return bool(_denial(lang).search(text))
