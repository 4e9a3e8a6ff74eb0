"""Cuts text into words: jieba with the policy lexicon for Chinese, spaCy's rules for English."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from typing import Any

from pipeline.lexicons import LEXICONS
from pipeline.records import Lang


@lru_cache(maxsize=1)
def segmenter() -> Any:
    """jieba with the policy lexicon, its cache in a folder of this process alone.

    jieba writes its cache into the shared temporary folder with ``marshal``, where another user could put a file of
    theirs; a private folder that nobody else can write prevents it.
    """
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory(prefix="pledgebook-") as private:
        os.chmod(private, 0o700)
        tokenizer.tmp_dir = private
        tokenizer.initialize()
    for word in sorted(policy_words()):
        tokenizer.add_word(word)
    return tokenizer


def policy_words() -> set[str]:
    """Chinese words that the general dictionary cuts wrongly: the terms of the policy lexicon."""
    path = LEXICONS / "words_zh.txt"
    return {line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"}


@lru_cache(maxsize=1)
def english_tokenizer() -> Any:
    """spaCy's English tokeniser alone: rules, no model."""
    import spacy

    return spacy.blank("en").tokenizer


def tokens(text: str, lang: Lang) -> list[tuple[int, int]]:
    """The words of a text as half-open spans; white space belongs to none."""
    if lang == "zh":
        cut = [(a, b) for _, a, b in segmenter().tokenize(text, HMM=True)]
    else:
        cut = [(token.idx, token.idx + len(token.text)) for token in english_tokenizer()(text)]
    return [(a, b) for a, b in cut if text[a:b].strip()]
