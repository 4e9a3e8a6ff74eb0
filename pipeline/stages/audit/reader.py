"""A second reader: what a model that has read both languages finds unlike, where no rule has words to show for it.

It weighs evidence of four sorts about a bead: what force the encoder gives each language; how well each piece of one language
is answered by some piece of the other (contextual word alignment in the manner of SimAlign; Jalili Sabet et al. 2020), less
what such a piece is usually answered by; length, lists, denials, figures; and words of force and hedge that one language has
and the other has not. A free translation leaves much unanswered everywhere, so what is measured of a bead is held against the
other beads of its work. The weights are learnt from the project's works, as they stand and with the differences and the
harmless rewordings that people planted in them (``pipeline.train.audit``); they lie under ``models/audit``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import encoder as encoders
from pipeline import models
from pipeline.embedding import embed
from pipeline.encoder import Encoded, Encoder, context
from pipeline.lexicons import lexicon
from pipeline.records import DIVERGENCES, FORCES, Lang
from pipeline.stages.audit import cues
from pipeline.stages.audit.gaps import USUAL, size
from pipeline.stages.audit.sides import NAMES, Found, Pair, Severity, Side, denials, hints, says
from pipeline.text import simplified

NAME = "reader.npz"
LANGS: tuple[Lang, Lang] = ("zh", "en")
STATES = ("middle", "last")
# Pieces that are averaged before the worst of a text is taken: a word, two, a phrase.
WINDOWS = (1, 2, 4)
# What a work's own beads must tell of its looseness, in beads, until it outweighs what is usual.
PRIOR_BEADS = 10
# Beads whose words are in memory at once.
AT_ONCE = 256
# Texts that are all alike spread no less.
LEAST = 0.01
# The penalty on how well a piece is usually answered.
RIDGE = 5.0
# No measure counts for more than so many spreads.
FAR = 6.0
LIST = {"zh": re.compile("[、；]|[和与及或并]"), "en": re.compile(r"[,;]|\b(?:and|or)\b")}


@dataclass(frozen=True)
class Read:
    """One side as the encoder reads it: its words with their chapeau, and which pieces are its own."""

    side: Side
    code: Encoded
    own: NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """What is measured of the beads of a work.

    Attributes:
        loose: measures that grow with the freedom of a translation, shape (beads, loose).
        plain: the others, shape (beads, plain).
        worst: the words of each language that are answered least, and by how much, for each bead.
    """

    loose: NDArray[np.float64]
    plain: NDArray[np.float64]
    worst: list[dict[Lang, tuple[str, float]]]


def read(encoder: Encoder, pairs: Sequence[Pair]) -> list[tuple[Read, Read]]:
    """Runs the encoder over both sides of every pair, Chinese first."""
    sides = [side for pair in pairs for side in (pair.zh, pair.en)]
    texts, marks = zip(*(_text(side) for side in sides), strict=True) if sides else ((), ())
    codes = encoder.encode(texts, [context(side.status) for side in sides], words=True)
    found = [
        Read(side, code, np.array([any(a < e and s < b for a, b in own) for s, e in code.words.offsets], bool))
        for side, code, own in zip(sides, codes, marks, strict=True)
        if code.words
    ]
    return list(zip(found[::2], found[1::2], strict=True))


def _text(side: Side) -> tuple[str, list[tuple[int, int]]]:
    """The text of a side, and where in it the words stand that no chapeau lends it."""
    joint = "" if side.lang == "zh" else " "
    text, own = "", []
    for passage in side.passages:
        text += (joint if text else "") + simplified(passage.text[: passage.item_start])
        start = len(text)
        text += simplified(passage.text[passage.item_start :])
        own.append((start, len(text)))
    return text, own


class Usual:
    """How well pieces are usually answered, by their word embeddings: ridge regressions over pairs that say the same."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, int], tuple[NDArray[np.float64], NDArray[np.float64], float, int]] = {}

    def add(self, reads: Sequence[tuple[Read, Read]]) -> None:
        """Takes more pairs in."""
        for state in STATES:
            for lang in range(len(LANGS)):
                x = np.vstack([_alone(pair[lang]) for pair in reads])
                x = np.hstack([x, np.ones((len(x), 1))])
                y = np.concatenate([_answers(pair, lang, state) for pair in reads])
                new = (x.T @ x, x.T @ y, float(y @ y), len(y))
                old = self.sums.get((state, lang))
                self.sums[state, lang] = tuple(a + b for a, b in zip(old, new, strict=True)) if old else new

    def weights(self) -> NDArray[np.float64]:
        """Weights, intercept and the spread of what is left, shape (states, languages, hidden + 2)."""
        found = []
        for state in STATES:
            for lang in range(len(LANGS)):
                xx, xy, yy, count = self.sums[state, lang]
                w = np.linalg.solve(xx + RIDGE * np.eye(len(xx)), xy)
                found.append([*w, math.sqrt((yy - 2 * w @ xy + w @ xx @ w) / count)])
        return np.array(found).reshape(len(STATES), len(LANGS), -1)


def _alone(side: Read) -> NDArray[np.float64]:
    assert side.code.words is not None
    return side.code.words.alone[side.own].astype(np.float64)


def _answers(pair: tuple[Read, Read], lang: int, state: str) -> NDArray[np.float64]:
    """For each piece of a side's own words, the likeness of the piece of the other side that is most like it."""
    one, other = (getattr(side.code.words, state) for side in (pair[lang], pair[1 - lang]))
    if not len(other):
        return np.zeros(int(pair[lang].own.sum()))
    return np.asarray((one[pair[lang].own] @ other.T).max(axis=1), dtype=np.float64)


def evidence(pairs: Sequence[Pair], reads: Sequence[tuple[Read, Read]], expected: NDArray[np.float64]) -> Evidence:
    """Measures every pair of a work; see ``Usual`` for what is expected of a piece."""
    loose, plain, worst = [], [], []
    meaning = _meanings(pairs)
    for pair, both in zip(pairs, reads, strict=True):
        covered, words = _unanswered(both, expected)
        worst.append(words)
        said = [side.code for side in both]
        apart = 0.5 * float(np.abs(_force(said[0]) - _force(said[1])).sum())
        loose.append([*covered, *_sizes(pair), apart])
        plain.append([*_forces(*said), *_words(pair), *_names_apart(pair, meaning), float(pair.zh.status == "binding")])
    return Evidence(np.array(loose), np.array(plain), worst)


def _unanswered(
    both: tuple[Read, Read], expected: NDArray[np.float64]
) -> tuple[list[float], dict[Lang, tuple[str, float]]]:
    """How much less than usual the pieces of each side are answered, in spreads: on average and in the worst window.

    Returns:
        the measures; and for each language its worst words and how bad they are, by the states of the last layer.
    """
    found: list[float] = []
    words: dict[Lang, tuple[str, float]] = {}
    for state, by_lang in zip(STATES, expected, strict=True):
        worst = []
        for lang, weights in enumerate(by_lang):
            side = both[lang]
            less = (_alone(side) @ weights[:-2] + weights[-2] - _answers(both, lang, state)) / weights[-1]
            if not len(less):
                less = np.zeros(1)
            windows = [np.convolve(less, np.ones(n) / n, "valid") if len(less) >= n else less for n in WINDOWS]
            worst.append([float(w.max()) for w in windows])
            found += [*worst[-1], float(less.mean())]
            if state == STATES[-1]:
                at = int(windows[-1].argmax())
                words[LANGS[lang]] = (_quote(side, at, min(len(less), WINDOWS[-1])), worst[-1][-1])
        found += [max(pair) for pair in zip(*worst, strict=True)]
    return found, words


def _quote(side: Read, at: int, count: int) -> str:
    """The words of ``count`` own pieces from the ``at``-th on, out to word ends."""
    assert side.code.words is not None
    text = _text(side.side)[0]
    offsets = [o for o, own in zip(side.code.words.offsets, side.own, strict=True) if own][at : at + count]
    if not offsets:
        return ""
    start, end = offsets[0][0], offsets[-1][1]
    while 0 < start < len(text) and text[start - 1 : start + 1].isascii() and text[start - 1 : start + 1].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1 : end + 1].isascii() and text[end - 1 : end + 1].isalnum():
        end += 1
    return text[start:end].strip(" ,;:.，；：。、")


def _meanings(pairs: Sequence[Pair]) -> dict[str, NDArray[np.float32]]:
    """The meaning of every bearer, actor and title of some beads, by its words."""
    names = sorted({name for pair in pairs for side, _ in pair.both for group in NAMED for name in group(side)})
    return dict(zip(names, embed(names), strict=True))


def _names_apart(pair: Pair, meaning: Mapping[str, NDArray[np.float32]]) -> list[float]:
    """How unlike the other language's names the worst matched bearer, actor and title is; 0 where a language has none."""
    found = []
    for group in NAMED:
        zh, en = (np.array([meaning[name] for name in group(side)]) for side in (pair.zh, pair.en))
        alike = zh @ en.T if len(zh) and len(en) else np.ones((1, 1))
        found.append(1.0 - float(min(alike.max(axis=0).min(), alike.max(axis=1).min())))
    return found


def _sizes(pair: Pair) -> list[float]:
    zh, en = max(1, size(pair.zh.own)), max(1, size(pair.en.own))
    more = math.log(zh / en) + USUAL
    lists = [len(LIST[side.lang].findall(side.own)) for side in (pair.zh, pair.en)]
    return [abs(more), math.log(zh), abs(lists[0] - lists[1]) / (1 + lists[0])]


def _force(code: Encoded) -> NDArray[np.float64]:
    return np.asarray(np.exp(code.force), dtype=np.float64)


def _forces(zh: Encoded, en: Encoded) -> list[float]:
    """How likely each pair of unlike forces is, and each force in one language alone."""
    pairs = np.sqrt(np.outer(_force(zh), _force(en)))
    return [*pairs[~np.eye(len(FORCES), dtype=bool)], *np.abs(zh.forces - en.forces)]


def _words(pair: Pair) -> list[float]:
    """Denials, figures and named parts in one language more than in the other; acts and forces that one has words for."""
    no = [denials(side.own, side.lang) for side in (pair.zh, pair.en)]
    figures = [Counter(re.findall(r"\d+", side.own)) for side in (pair.zh, pair.en)]
    more = [bool(figures[0] - figures[1]), bool(figures[1] - figures[0])]
    found = [abs(no[0] - no[1]), no[0] > 0 and not no[1], no[1] > 0 and not no[0], sum(more), all(more)]
    counts = [[count(side) for side in (pair.zh, pair.en)] for count in (_hedges, _conditions)]
    for zh, en in (*counts, *([len(group(side)) for side in (pair.zh, pair.en)] for group in NAMED)):
        found += [abs(zh - en), bool(zh) != bool(en)]
    for table in ("acts", "force"):
        for name in lexicon("divergence")[table]:
            for one, other in pair.both:
                said = bool(says(one, table, name))
                found += [
                    said and not says(other, table, name),
                    said and not hints(other.text, other.lang, table, name),
                ]
    operators = [Counter(name for name, _ in cues.operators(side)) for side in (pair.zh, pair.en)]
    found.append(sum(((operators[0] - operators[1]) + (operators[1] - operators[0])).values()))
    return [float(value) for value in found]


def _hedges(side: Side) -> int:
    return sum(bool(says(side, "hedge", name)) for name in lexicon("divergence")["hedge"])


def _conditions(side: Side) -> int:
    return sum(bool(statement.condition) for tagged in side.tags for statement in tagged.statements)


def _bearers(side: Side) -> list[str]:
    return list(dict.fromkeys(s.bearer.text for tagged in side.tags for s in tagged.statements if s.bearer))


def _actors(side: Side) -> list[str]:
    return list(dict.fromkeys(actor.text for tagged in side.tags for actor in tagged.actors))


def _titles(side: Side) -> list[str]:
    return list(dict.fromkeys(one.text for tagged in side.tags for one in tagged.instruments))


NAMED: tuple[Callable[[Side], list[str]], ...] = (_bearers, _actors, _titles)


@dataclass(frozen=True)
class Reader:
    """What was learnt, as arrays.

    Attributes:
        expected: how well pieces are usually answered (see ``Usual``).
        middle, spread: of each loose measure in a usual work, shape (loose,).
        mean, scale: of every measure, shape (measures,).
        weights: of the measures for the log odds of a difference, the intercept last, shape (measures + 1,).
        kinds: the same for each kind of difference, shape (kinds, measures + 1).
        threshold: from which log odds on a difference is told.
    """

    expected: NDArray[np.float64]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    kinds: NDArray[np.float64]
    threshold: NDArray[np.float64]

    def save(self, file: Path) -> None:
        """Writes the arrays."""
        with file.open("wb") as stream:
            np.savez(stream, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, home: Path) -> Reader:
        """Reads the arrays of the reader in use after checking them against its card.

        Raises:
            ModelError: if a file is missing or altered, or was fitted over another encoder than the one in use.
        """
        folder, encoder = models.current(home, "audit"), models.current(home, "encoder").name
        fitted = models.check(folder)["encoder"]
        if fitted != encoder:
            raise models.ModelError(
                f"the audit in {folder} was fitted over encoder {fitted}, but {encoder} is in use. "
                "Fit it anew with `pledgebook train --audit`"
            )
        with np.load(folder / NAME, allow_pickle=False) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def measures(self, found: Evidence, among: Evidence) -> NDArray[np.float64]:
        """All measures of some beads, standardised; the loose ones as the beads ``among`` of their work make them."""
        return standard(together(found, among, self.middle, self.spread), self.mean, self.scale)

    def odds(self, measures: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log odds that the two languages of each bead differ."""
        return np.asarray(measures @ self.weights[:-1] + self.weights[-1])

    def kind(self, measures: NDArray[np.float64]) -> list[str]:
        """What kind a difference of each bead would most likely be."""
        return [DIVERGENCES[int(i)] for i in (measures @ self.kinds[:, :-1].T + self.kinds[:, -1]).argmax(axis=1)]


def together(
    found: Evidence, among: Evidence, middle: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """All measures of some beads as they are: the loose ones against those of ``among``, and the plain ones."""
    return np.hstack([relative(found.loose, among.loose, middle, spread), found.plain])


def standard(
    measures: NDArray[np.float64], mean: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Measures in spreads around their mean, none further than ``FAR``."""
    return np.clip((measures - mean) / scale, -FAR, FAR)


def centre(loose: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The median of each measure and how far its upper fifth lies above it: differences only ever raise a measure."""
    middle = np.median(loose, axis=0)
    return middle, np.maximum(np.quantile(loose, 0.8, axis=0) - middle, LEAST)


def relative(
    loose: NDArray[np.float64], among: NDArray[np.float64], middle: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Loose measures against those of the work's beads ``among``; few beads move what is usual only a little."""
    share = len(among) / (len(among) + PRIOR_BEADS)
    own_middle, own_spread = centre(among) if len(among) else (middle, spread)
    return (loose - (share * own_middle + (1 - share) * middle)) / (share * own_spread + (1 - share) * spread)


class Judge:
    """The encoder and the reader in use.

    Args:
        home: the folder of the models.
        encoder, reader: others than those in use.

    Raises:
        ModelError: if a model is missing or altered, or the two do not belong together.
    """

    def __init__(self, home: Path, encoder: Encoder | None = None, reader: Reader | None = None) -> None:
        self.encoder = encoder or encoders.load(models.current(home, "encoder"))
        self.reader = reader or Reader.load(home)

    def __call__(
        self, pairs: Sequence[Pair], told: Sequence[Sequence[Found]], among: Sequence[Pair] = ()
    ) -> list[list[Found]]:
        """What is told of each bead of a work: what the rules say and, where they say nothing, what the reader finds.

        Args:
            pairs: the beads.
            told: what the rules say of each.
            among: other beads of their work, against which they are held; if there are none, against each other.
        """
        if not pairs:
            return []
        found = self.measure(pairs)
        measures = self.reader.measures(found, self.measure(among) if among else found)
        likely = self.reader.odds(measures) >= self.reader.threshold
        return [
            list(rows) or ([_own(pair, kind, worst)] if here else [])
            for pair, rows, here, kind, worst in zip(
                pairs, told, likely, self.reader.kind(measures), found.worst, strict=True
            )
        ]

    def measure(self, pairs: Sequence[Pair]) -> Evidence:
        """The evidence of some beads, a few hundred at a time: the states of all words of a long work would fill the memory."""
        parts = [
            evidence(some, read(self.encoder, some), self.reader.expected)
            for some in (pairs[at : at + AT_ONCE] for at in range(0, len(pairs), AT_ONCE))
        ]
        return Evidence(
            np.vstack([part.loose for part in parts]),
            np.vstack([part.plain for part in parts]),
            [words for part in parts for words in part.worst],
        )


def _own(pair: Pair, kind: str, worst: Mapping[Lang, tuple[str, float]]) -> Found:
    """The reader's finding, in words: what each language is taken to say, or what is answered least."""
    forces = {side.lang: max(FORCES, key=side.chance) for side, _ in pair.both}
    severity: Severity = "medium" if pair.zh.status == "binding" else "low"
    if kind == "force" and forces["zh"] != forces["en"]:
        return Found(
            kind, severity, f"Chinese reads like {cues.MEANS[forces['zh']]}, English like {cues.MEANS[forces['en']]}"
        )
    lang = max(LANGS, key=lambda lang: worst[lang][1])
    other: Lang = "en" if lang == "zh" else "zh"
    return Found(kind, severity, f"{NAMES[lang]} has “{worst[lang][0]}”, to which little in the {NAMES[other]} answers")
