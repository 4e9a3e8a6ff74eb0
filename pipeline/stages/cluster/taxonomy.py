"""A given taxonomy instead of found themes: a few names, words or examples a theme, matched without training.

A taxonomy is a TOML file of ``[[theme]]`` tables with ``id``, ``label_en``, ``label_zh``, and words or example sentences
in ``en`` and ``zh``; those that ship stand in ``corpus/taxonomies``. A passage goes to the theme whose names and words it is
nearest to in meaning, where every word of the theme that stands in it to the letter adds to the score.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from pipeline.config import ROOT
from pipeline.embedding import embed
from pipeline.records import Lang
from pipeline.stages.cluster.features import Floats, unit

TAXONOMIES = ROOT / "corpus" / "taxonomies"
WORD_BONUS = 0.12
MOST_WORDS = 3


class TaxonomyError(ValueError):
    """A taxonomy cannot be read; the message says what was asked, what is there, and what a taxonomy must hold."""


class Area(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A theme of a taxonomy: names in both languages, and words or examples that point to it."""

    id: str
    label_en: str
    label_zh: str
    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    parent: str = ""


def read(name: str) -> tuple[Area, ...]:
    """The themes of a taxonomy.

    Args:
        name: a shipped one such as ``seoul-2012``, or the path of a TOML file.

    Raises:
        TaxonomyError: if there is none of that name, or it is not of the form.
    """
    path = Path(name) if name.endswith(".toml") else TAXONOMIES / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in TAXONOMIES.glob("*.toml")))
        raise TaxonomyError(f"there is no taxonomy {name!r}; there are {known}, or give the path of a TOML file")
    try:
        areas = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")).get("theme", []), tuple[Area, ...])
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaxonomyError(f"{path}: {error}. A theme has id, label_en, label_zh, and lists en and zh") from error
    if not areas or len({area.id for area in areas}) != len(areas):
        raise TaxonomyError(f"{path}: a taxonomy has at least one [[theme]], each with an id of its own")
    return areas


def scores(areas: Sequence[Area], texts: Sequence[str], langs: Sequence[Lang], vectors: Floats) -> Floats:
    """How near each text is to each theme, shape (texts, themes).

    Args:
        vectors: of the texts, centred by language, unit length, shape (texts, dimensions).
    """
    described = [[a.label_en, a.label_zh, "; ".join(a.en), "；".join(a.zh)] for a in areas]
    flat = embed([text for four in described for text in four]).astype(np.float64).reshape(len(areas), 4, -1)
    means = {"en": flat[:, [0, 2]].mean(axis=(0, 1)), "zh": flat[:, [1, 3]].mean(axis=(0, 1))}
    centred = np.concatenate([flat[:, [0, 2]] - means["en"], flat[:, [1, 3]] - means["zh"]], axis=1)
    similarity = vectors @ unit(centred.mean(axis=1)).T
    for row, (text, lang) in enumerate(zip(texts, langs, strict=True)):
        lower = text.lower()
        for column, area in enumerate(areas):
            words = [area.label_en, *area.en] if lang == "en" else [area.label_zh, *area.zh]
            hits = sum(word.lower() in lower for word in words)
            similarity[row, column] += WORD_BONUS * min(hits, MOST_WORDS)
    return np.asarray(similarity)
