"""The baselines do what they say: the first cue in the order of the lexicon, and a linear model that learns."""

from __future__ import annotations

import pytest

from pipeline.config import ROOT
from pipeline.evaluate.baselines import BagOfWords, by_keywords
from pipeline.works import read_work


@pytest.mark.parametrize(
    ("lang", "text", "force"),
    [
        ("en", "The carrier shall keep a log.", "obligation"),
        ("en", "The carrier shall not open the seal.", "prohibition"),
        ("en", "The carrier may ask for a receipt.", "permission"),
        ("en", "This Act shall enter into force on Monday.", "obligation"),  # a word list cannot know better
        ("en", "Mayors met in Lisbon.", "declaration"),  # no cue inside a word
        ("zh", "承运人应当记录。", "obligation"),
        ("zh", "承运人不得开启封记。", "prohibition"),
        ("zh", "我们将继续合作。", "commitment"),
        ("zh", "货物按时到达。", "declaration"),
        ("zh", "货物检查由港口负责。", "obligation"),
    ],
)
def test_keywords(lang: str, text: str, force: str) -> None:
    assert by_keywords(text, lang) == force


def test_a_bag_of_words_learns_what_it_is_shown() -> None:
    work = read_work(sorted((ROOT / "corpus" / "works").glob("*.txt"))[0])
    said = BagOfWords(work.passages)([(p.text, p.lang, p.legal_status) for p in work.passages])
    right = sum(a == p.force[0] for a, p in zip(said, work.passages, strict=True))
    assert right / len(said) > 0.9
