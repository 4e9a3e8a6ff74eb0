"""Reads a corpus as a history: what a later document of a series repeats, strengthens, weakens or leaves out.

In order: the documents that have a date and a title are joined into series (the same kind of text, and titles that say the
same once ordinals, years and words such as "communiqué" are taken away, see ``corpus/lexicons/lineage.toml``); each is held
against the one before it; operative statements are matched by the meaning of their passages and the rare words that
they share; what changed in force, time limit, hedges and numbers becomes a row.

Precision comes before recall: sentence vectors alone pair what merely has the same subject, so a pair must also share
words that are rare in the two documents, be the best match of both sides, and be better than the next by a margin. A
statement counts as dropped or new only if nothing in the other document comes near it; what lies between is not told.
A document without a date is ordered by nothing and is left out. The two languages of a work are one document: they are
compared in a language that both works have, English first, so that no change is told twice; works without a common
language are not compared, because shared words could not bear the match out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.config import Settings
from pipeline.lexicons import lexicon
from pipeline.records import (
    OPERATIVE_FORCES,
    Alignments,
    Change,
    Facts,
    Lang,
    Lineage,
    LineageLink,
    Passage,
    Passages,
    Quantity,
    Statement,
    Tagged,
    TaggedDocument,
    Vectors,
    stable_id,
)
from pipeline.stage import Stage, tick

# Titles of a series share at least this part of the shorter one's telling words. Nuclear security summits in two
# cities share three of four, resolutions on one subject four of six; the reports of two provinces share none.
SAME_TITLE = 0.65
# The score is the mean of the cosines of meaning and of weighted words. Measured on the two communiqués of
# corpus/works that were written to differ: changes read by hand score 0.3 to 0.5, pairs of one subject 0.28 and less.
# Pairs of Chinese characters, unlike words, cross the borders of words and so are shared less often.
MATCH: dict[Lang, float] = {"en": 0.3, "zh": 0.28}
MARGIN = 0.02
NEAR = 0.24
# Words that must be shared at least, whatever the meaning: two statements of one field are always somewhat alike.
SHARED = 0.12

WORD = re.compile(r"[A-Za-z][A-Za-z'-]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True)
class _Work:
    """A dated document, or both languages of one: its documents, date, kind and the words of its titles."""

    id: str
    documents: tuple[str, ...]
    date: str
    genre: str
    words: dict[Lang, frozenset[str]]


@dataclass(frozen=True)
class _Claim:
    """An operative statement with its passage and the passage's row in the matrix of vectors."""

    passage: Passage
    ordinal: int
    row: int
    statement: Statement
    tags: Tagged


@dataclass(frozen=True)
class _Side:
    """A work in one language: its passages with their vectors, shape (passages, dimensions), and its claims."""

    passages: tuple[Passage, ...]
    vectors: NDArray[np.float32]
    claims: tuple[_Claim, ...]


@cache
def _generic() -> tuple[frozenset[str], re.Pattern[str]]:
    words = lexicon("lineage")
    chinese = sorted(words["generic_zh"], key=len, reverse=True)
    return frozenset(words["generic_en"]), re.compile("|".join(map(re.escape, chinese)))


def title_words(title: str, lang: Lang) -> frozenset[str]:
    """What tells a title from others: its words in English, its pairs of characters in Chinese."""
    english, chinese = _generic()
    if lang == "en":
        return frozenset(w for w in re.findall(r"[a-zé]+", title.lower()) if w not in english)
    return frozenset(_pairs(chinese.sub(" ", title)))


def _pairs(text: str) -> list[str]:
    return [run[i : i + 2] for run in HAN.findall(text) for i in range(len(run) - 1)]


def same_series(one: Mapping[Lang, frozenset[str]], other: Mapping[Lang, frozenset[str]]) -> bool:
    """Whether two titles name documents of one series, in any language that both have."""
    for lang in ("en", "zh"):
        a, b = one.get(lang, frozenset()), other.get(lang, frozenset())
        if a and b and len(a & b) >= max(1, SAME_TITLE * min(len(a), len(b))) and len(a & b) * 2 >= max(len(a), len(b)):
            return True
    return False


def _terms(text: str) -> list[str]:
    """Words by their first six letters, which undoes most endings, and pairs of Chinese characters."""
    return [w.lower()[:6] for w in WORD.findall(text)] + _pairs(text)


def _weigh(texts: Sequence[str]) -> Any:
    """Unit rows of the terms of texts, each weighed by how rare it is: a sparse matrix of shape (texts, terms)."""
    from scipy import sparse
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    table = CountVectorizer(analyzer=_terms, binary=True, dtype=np.float64).fit_transform(texts)
    rarity = np.log(len(texts) / np.asarray(table.sum(axis=0)).ravel())
    return normalize(table @ sparse.diags(rarity))


def _scores(earlier: _Side, later: _Side) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores and word overlap of every earlier passage (rows) with every later one (columns)."""
    old = [p.text[p.item_start :] for p in earlier.passages]
    new = [p.text[p.item_start :] for p in later.passages]
    weights = _weigh([*old, *new])
    words = (weights[: len(old)] @ weights[len(old) :].T).toarray()
    meaning = (earlier.vectors @ later.vectors.T).astype(np.float64)
    return (meaning + words) / 2, words


def match(earlier: _Side, later: _Side) -> tuple[list[tuple[int, int, float]], list[int], list[int]]:
    """Pairs of claims with their scores; the earlier claims that nothing comes near; the later ones."""
    if not earlier.claims or not later.claims:
        return [], list(range(len(earlier.claims))), list(range(len(later.claims)))
    scores, words = _scores(earlier, later)
    least = MATCH[later.passages[0].lang]
    rows = sorted({c.row for c in earlier.claims})
    columns = sorted({c.row for c in later.claims})
    small = scores[np.ix_(rows, columns)]
    pairs = []
    for a, i in enumerate(rows):
        b = int(small[a].argmax())
        j, best = columns[b], float(small[a, b])
        rivals = [*np.delete(small[a], b), *np.delete(small[:, b], a)]
        if best >= least and words[i, j] >= SHARED and best - max(rivals, default=0.0) >= MARGIN:
            olds = [k for k, c in enumerate(earlier.claims) if c.row == i]
            news = [k for k, c in enumerate(later.claims) if c.row == j]
            old, new = _closest(olds, news, earlier, later)
            pairs.append((old, new, best))
    dropped = [k for k, c in enumerate(earlier.claims) if scores[c.row].max() < NEAR]
    fresh = [k for k, c in enumerate(later.claims) if scores[:, c.row].max() < NEAR]
    return pairs, dropped, fresh


def _closest(olds: Sequence[int], news: Sequence[int], earlier: _Side, later: _Side) -> tuple[int, int]:
    """Of the statements of two passages, the two whose clauses share most words; the first of equals."""

    def shared(pair: tuple[int, int]) -> float:
        one, other = (_clause(s.claims[k]) for s, k in zip((earlier, later), pair, strict=True))
        return len(one & other) / max(1, min(len(one), len(other)))

    return max(((a, b) for a in olds for b in news), key=shared)


def _clause(claim: _Claim) -> set[str]:
    return set(_terms(claim.passage.text[claim.statement.start : claim.statement.end]))


def _named(limit: str, text: str) -> bool:
    """Whether a text has a year, number or word of a time limit that it may give in other words or another place."""
    telling = [*re.findall(r"\d+", limit), *(w for w in WORD.findall(limit) if len(w) > 3)]
    return any(word in text for word in telling)


def compare(
    old: Statement, new: Statement, old_tags: Tagged, new_tags: Tagged, old_text: str = "", new_text: str = ""
) -> tuple[Change, str]:
    """What became of a statement, and what to say of it.

    Args:
        old: the earlier statement, new: the later one.
        old_tags: the tags of the earlier one's passage, new_tags: those of the later one's.
        old_text: the text of the earlier passage, new_text: of the later one; a time limit named there is not missing.
    """
    up: list[str] = []
    down: list[str] = []

    def note(rises: bool, text: str) -> None:
        (up if rises else down).append(text)

    # 4 is a hedged 5: the hedge is told for itself below. A right binds its bearer to nothing, however firmly it stands.
    levels = [0 if s.force == "permission" else 5 if s.strength == 4 else s.strength for s in (old, new)]
    if levels[0] != levels[1]:
        note(levels[1] > levels[0], f"{old.force} ({old.strength}) → {new.force} ({new.strength})")
    if bool(old.hedges) != bool(new.hedges):
        hedges = ", ".join(h.text for h in (old.hedges or new.hedges))
        note(bool(old.hedges), f"hedge {'removed' if old.hedges else 'added'}: {hedges}")
    limits = [s.deadline.to if s.deadline else None for s in (old, new)]
    if limits[0] and limits[1] and limits[0] != limits[1]:
        note(limits[1] < limits[0], f"deadline {limits[0]} → {limits[1]}")
    elif old.deadline and not (new.deadline or new_tags.deadlines or _named(old.deadline.text, new_text)):
        note(False, f"deadline removed: {old.deadline.text}")
    elif new.deadline and not (old.deadline or old_tags.deadlines or _named(new.deadline.text, old_text)):
        note(True, f"deadline added: {new.deadline.text}")
    wider: list[str] = []
    narrower: list[str] = []
    for one, other in _numbers(old, new, old_tags, new_tags):
        more, told = other.value > one.value, f"{one.value:g} → {other.value:g} {one.unit}".rstrip()
        if one.unit in lexicon("lineage")["time"]:
            # A limit is firmer the shorter it is; "at least ten days" is no limit, but asks for more the longer it is.
            note(more == (other.high is None), told)
        else:
            (wider if more else narrower).append(told)
    detail = "; ".join((*up, *down, *wider, *narrower))
    if (up or wider) and (down or narrower):
        return "mixed", detail
    if up or down:
        return ("strengthened" if up else "weakened"), detail
    if wider or narrower:
        return ("extended" if wider else "narrowed"), detail
    return "repeated", "no change of force, time limit, hedge or number found"


def _numbers(old: Statement, new: Statement, old_tags: Tagged, new_tags: Tagged) -> list[tuple[Quantity, Quantity]]:
    """The numbers of a unit that each statement has exactly one number of, where the two differ."""
    found = []
    for statement, tags in ((old, old_tags), (new, new_tags)):
        inside = [q for q in tags.quantities if statement.start <= q.start < statement.end]
        units = Counter(q.unit for q in inside)
        found.append({q.unit: q for q in inside if q.unit and units[q.unit] == 1})
    return [
        (one, found[1][unit])
        for unit, one in found[0].items()
        if unit in found[1] and found[1][unit].value != one.value
    ]


class _Corpus:
    """The documents of a corpus as dated works, and their sides."""

    def __init__(
        self,
        facts: Mapping[str, Facts],
        passages: Mapping[str, Passages],
        tagged: Mapping[str, TaggedDocument],
        vectors: Mapping[str, Vectors],
        alignments: Alignments,
    ) -> None:
        self.facts, self.passages, self.tagged, self.vectors = facts, passages, tagged, vectors
        groups = [(w.work, w.documents) for w in alignments.works if not w.doubtful]
        grouped = {d for _, documents in groups for d in documents}
        groups += [(d, (d,)) for d in facts if d not in grouped]
        works = [self._work(name, tuple(d for d in documents if d in facts)) for name, documents in groups]
        self.works = sorted((w for w in works if w.date and any(w.words.values())), key=lambda w: (w.date, w.id))

    def _work(self, name: str, documents: tuple[str, ...]) -> _Work:
        own = [self.facts[d] for d in documents]
        english = " ".join(f.title_en or (f.title if f.languages == ("en",) else "") for f in own)
        chinese = " ".join(f.title_zh or (f.title if f.languages == ("zh",) else "") for f in own)
        return _Work(
            id=name,
            documents=documents,
            date=min((f.date for f in own if f.date), default=""),
            genre=own[0].genre if own else "",
            words={"en": title_words(english, "en"), "zh": title_words(chinese, "zh")},
        )

    def links(self) -> list[tuple[_Work, _Work]]:
        """Each work with the one before it in its series; works of one day are in no order."""
        found = []
        for at, later in enumerate(self.works):
            before = [
                w
                for w in self.works[:at]
                if w.date < later.date and w.genre == later.genre and same_series(w.words, later.words)
            ]
            if before:
                found.append((before[-1], later))
        return found

    def side(self, work: _Work, lang: Lang) -> _Side:
        passages: list[Passage] = []
        rows: list[NDArray[np.float32]] = []
        claims: list[_Claim] = []
        for document in work.documents:
            held = self.vectors[document]
            matrix = np.frombuffer(held.data, np.dtype("<f2")).reshape(-1, held.dimensions).astype(np.float32)
            pairs = zip(self.passages[document].passages, self.tagged[document].tagged, matrix, strict=True)
            for passage, tags, vector in pairs:
                if passage.lang != lang:
                    continue
                for ordinal, statement in enumerate(tags.statements):
                    if statement.force in OPERATIVE_FORCES:
                        claims.append(_Claim(passage, ordinal, len(passages), statement, tags))
                passages.append(passage)
                rows.append(vector)
        stacked = np.stack(rows) if rows else np.zeros((0, 1), np.float32)
        return _Side(tuple(passages), stacked, tuple(claims))


def _id(claim: _Claim) -> str:
    """The statement's id: its passage's and its place in it, as in the table of commitments."""
    return stable_id("s", claim.passage.id, claim.ordinal)


def history(earlier: _Side, later: _Side, series: str) -> list[LineageLink]:
    """The rows of two documents: pairs in the order of the later one, then what is new, then what is gone."""
    pairs, dropped, fresh = match(earlier, later)
    links = []
    for i, j, score in sorted(pairs, key=lambda pair: pair[1]):
        a, b = earlier.claims[i], later.claims[j]
        change, detail = compare(a.statement, b.statement, a.tags, b.tags, a.passage.text, b.passage.text)
        links.append(
            LineageLink(
                series=series, earlier=_id(a), later=_id(b), change=change, detail=detail, score=round(score, 4)
            )
        )
    for j in fresh:
        detail = "nothing in the earlier document comes near it"
        links.append(
            LineageLink(series=series, earlier="", later=_id(later.claims[j]), change="new", detail=detail, score=0.0)
        )
    for i in dropped:
        detail = "nothing in the later document comes near it"
        links.append(
            LineageLink(
                series=series, earlier=_id(earlier.claims[i]), later="", change="dropped", detail=detail, score=0.0
            )
        )
    return links


def lineage(
    facts: Mapping[str, Facts],
    passages: Mapping[str, Passages],
    tagged: Mapping[str, TaggedDocument],
    vectors: Mapping[str, Vectors],
    alignments: Alignments,
) -> Lineage:
    """The history of every series of a corpus, in order of date."""
    corpus = _Corpus(facts, passages, tagged, vectors, alignments)
    links: list[LineageLink] = []
    for before, after in corpus.links():
        tick(0)
        for lang in ("en", "zh"):
            one, other = corpus.side(before, lang), corpus.side(after, lang)
            if one.claims and other.claims:
                links += history(one, other, stable_id("l", before.id, after.id))
                break
    return Lineage(links=tuple(links))


def build(settings: Settings) -> Any:
    """The stage's function."""
    return lineage


STAGE = Stage("lineage", ("facts", "passages", "tagged", "vectors", "alignments"), "lineage", Lineage, "corpus", build)
