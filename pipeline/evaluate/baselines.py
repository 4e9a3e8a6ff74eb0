"""The two models that the shipped one is measured against: keywords, and a bag of words.

Keywords: the first force of ``corpus/lexicons/modality.toml`` with a cue in the passage, in the order of the file;
``declaration`` where there is none. Bag of words: a linear support vector machine (scikit-learn) on runs of up to three
words and of two to five characters of English, and of one to four characters of Chinese, by frequency and inverse document
frequency, trained on the train works.
Both see the passage alone, the bag of words also the legal status.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from pipeline.lexicons import lexicon
from pipeline.records import FORCES
from pipeline.works import LabelledPassage

KEYWORDS = "keywords"
BAG = "bag of words"


@lru_cache(maxsize=1)
def _cues() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """Force, English and Chinese cues, in the order of the lexicon."""
    made = []
    for force, cues in lexicon("modality").items():
        if force in FORCES:
            english = re.compile(r"\b(?:" + "|".join(cues["en"]) + r")\b", re.IGNORECASE)
            chinese = re.compile("|".join(_chinese(cue) for cue in cues["zh"]))
            made.append((force, english, chinese))
    return tuple(made)


def _chinese(cue: str) -> str:
    """A Chinese cue as a pattern: a full stop or dots inside it stand for some words between its parts."""
    return re.escape(cue).replace(r"\.", ".{1,40}?").replace("……", ".{1,40}?")


def by_keywords(text: str, lang: str) -> str:
    """The force of a passage by its first cue; ``declaration`` where there is none."""
    for force, english, chinese in _cues():
        if (chinese if lang == "zh" else english).search(text):
            return force
    return "declaration"


class BagOfWords:
    """A linear model for each language, trained on labelled passages.

    Args:
        passages: what to learn from, both languages.
    """

    def __init__(self, passages: Sequence[LabelledPassage]) -> None:
        self.models = {lang: _fit([p for p in passages if p.lang == lang], lang) for lang in ("en", "zh")}

    def __call__(self, rows: Sequence[tuple[str, str, str]]) -> list[str]:
        """The forces of (text, lang, legal status), in order."""
        said = [""] * len(rows)
        for lang, model in self.models.items():
            here = [i for i, row in enumerate(rows) if row[1] == lang]
            if here:
                for i, force in zip(here, model.predict([_text(rows[i][0], rows[i][2]) for i in here]), strict=True):
                    said[i] = str(force)
        return said


def _text(text: str, status: str) -> str:
    """The passage behind a word for its legal status, which no text contains."""
    return f"status{status or 'unknown'} {text}"


def features(lang: str) -> FeatureUnion:
    """What a linear model sees of a language's passages: weighted strings of characters, in English of words too."""
    if lang == "zh":
        grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
        return FeatureUnion([("grams", grams), ("status", TfidfVectorizer(token_pattern=r"^status\w+"))])
    pairs = TfidfVectorizer(ngram_range=(1, 3), min_df=2, sublinear_tf=True, token_pattern=r"[\w']+|[^\w\s]")
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    return FeatureUnion([("pairs", pairs), ("pieces", pieces)])


def _fit(passages: Sequence[LabelledPassage], lang: str) -> Pipeline:
    model = make_pipeline(features(lang), LinearSVC(C=0.3, class_weight="balanced", random_state=11))
    return model.fit([_text(p.text, p.legal_status) for p in passages], [p.force[0] for p in passages])
