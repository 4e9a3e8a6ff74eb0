"""Names themes in both languages by the terms that set them apart.

Class-based TF-IDF (Grootendorst 2022, "BERTopic"): how often a term stands in a theme, times how rare it is in all. Terms are
words of two characters or more and pairs of neighbouring words; stop words of the policy lexicon, and numbers, are none.
A theme that has texts in one language only is named in the other by the term of that language nearest in meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from pipeline.embedding import embed
from pipeline.lexicons import lexicon
from pipeline.records import Lang

TERMS = 8
IN_LABEL = 3


@lru_cache(maxsize=2)
def stop_words(lang: Lang) -> frozenset[str]:
    """Words that name no theme."""
    return frozenset(lexicon("stopwords")[lang])


def terms_of(text: str, tokens: Sequence[tuple[int, int]], lang: Lang) -> Counter[str]:
    """Terms of a passage with their counts: content words, and pairs of neighbouring ones."""
    stop = stop_words(lang)
    found: Counter[str] = Counter()
    last, last_end = "", -1
    for start, end in tokens:
        word = text[start:end].lower() if lang == "en" else text[start:end]
        if len(word) < (3 if lang == "en" else 2) or word in stop or not all(c.isalpha() or c == "-" for c in word):
            last = ""
            continue
        found[word] += 1
        if last and start - last_end <= (1 if lang == "en" else 0):
            found[f"{last} {word}" if lang == "en" else last + word] += 1
        last, last_end = word, end
    return found


def name(counts: Sequence[Counter[str]], lang: Lang) -> list[tuple[str, ...]]:
    """The terms of each theme in one language, strongest first; none where the theme has no text in it.

    A pair of words that is nearly as frequent as one of its words takes that word's place.
    """
    everywhere: Counter[str] = Counter()
    for theme in counts:
        everywhere.update(theme)
    mean = sum(everywhere.values()) / max(1, len(counts))
    named: list[tuple[str, ...]] = []
    for theme in counts:
        size = sum(theme.values()) or 1
        least = 1 if size < 200 else 2
        scores = {t: n / size * float(np.log(1 + mean / everywhere[t])) for t, n in theme.items() if n >= least}
        ranked = sorted(scores, key=lambda t: (-scores[t] * (1.3 if _is_pair(t, theme) else 1.0), t))
        kept: list[str] = []
        for term in ranked:
            if all(term not in known and known not in term for known in kept):
                kept.append(term)
            if len(kept) == TERMS:
                break
        named.append(tuple(kept))
    return named


def _is_pair(term: str, theme: Counter[str]) -> bool:
    return " " in term or (len(term) > 3 and theme[term] > 1)


def fill(
    named: list[tuple[str, ...]], other: list[tuple[str, ...]], vocabulary: Sequence[str]
) -> list[tuple[str, ...]]:
    """For themes without terms in a language: the terms of its vocabulary nearest in meaning to those of the other."""
    empty = [i for i, terms in enumerate(named) if not terms and other[i]]
    if not empty or not vocabulary:
        return named
    words = embed(vocabulary)
    filled = list(named)
    for i in empty:
        near = words @ embed(other[i][:IN_LABEL]).T
        filled[i] = tuple(dict.fromkeys(vocabulary[int(at)] for at in near.argmax(axis=0)))
    return filled


def label(terms: tuple[str, ...], otherwise: str) -> str:
    """A theme's name: its strongest terms; what is given if there are none."""
    return " · ".join(terms[:IN_LABEL]) or otherwise
