"""The second reader of the audit: what it measures, how it weighs it, and that it belongs to its encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import models
from pipeline.config import ROOT
from pipeline.encoder import Encoded, Words, unit
from pipeline.records import DIVERGENCES, FORCES, Lang, Passage, Tagged
from pipeline.stages import audit
from pipeline.stages.audit import reader
from pipeline.stages.audit.reader import Judge, Reader
from pipeline.stages.audit.sides import Found, Pair, Side
from pipeline.train.audit import ALARMS, Text, fit

HIDDEN = 8
# What answers to what in the tests: each English word has its own direction, and its Chinese character the same one.
GLOSSARY = {"港": "ports", "船": "ships", "报": "report", "查": "inspect", "年": "yearly", "应": "shall", "灯": "lamps"}


def direction(word: str) -> NDArray[np.float32]:
    index = sorted(GLOSSARY.values()).index(GLOSSARY.get(word, word))
    return np.eye(HIDDEN, dtype=np.float32)[index]


class Pieces:
    """Stands for the encoder: a piece a word or character, whose states are its meaning."""

    def encode(self, texts: Sequence[str], contexts: Sequence[str], words: bool = False) -> list[Encoded]:
        found = []
        for text in texts:
            parts = text.split() if " " in text or text.isascii() else list(text)
            starts, at = [], 0
            for part in parts:
                at = text.index(part, at)
                starts.append((at, at + len(part)))
                at += len(part)
            states = np.stack([direction(part) for part in parts])
            even = np.full(len(FORCES), -np.log(len(FORCES)), np.float32)
            found.append(Encoded(states[0], even, np.exp(even), {}, Words(starts, states, states, states)))
        return found


def side(text: str, lang: Lang, chapeau: str = "") -> Side:
    one = Passage(
        id=lang, document=lang, ordinal=0, lang=lang, text=chapeau + text, anchors=(), boxes=(), item_start=len(chapeau)
    )
    even = {force: 1 / len(FORCES) for force in FORCES}
    tags = Tagged(id=lang, lang=lang, force=("obligation",), confidence=0.5, probabilities=even)
    return Side(lang, (one,), (tags,), "binding")


def pair(zh: str, en: str) -> Pair:
    return Pair(side(zh, "zh"), side(en, "en"), 0.9)


def expected() -> NDArray[np.float64]:
    """Every piece is usually answered in full, with a spread of one."""
    weights = np.zeros((2, 2, HIDDEN + 2))
    weights[..., -2:] = 1.0
    return weights


def test_words_without_an_answer_stand_out_and_are_quoted() -> None:
    pairs = [pair("港应报", "ports shall report"), pair("港应报", "ports shall report ships lamps inspect yearly")]
    found = reader.evidence(pairs, reader.read(Pieces(), pairs), expected())  # type: ignore[arg-type]
    assert found.loose[0].max() < found.loose[1].max()
    assert found.worst[1]["en"] == ("ships lamps inspect yearly", pytest.approx(1.0))
    assert found.worst[1]["zh"][1] == pytest.approx(0.0)


def test_a_chapeau_answers_but_is_not_asked_for_answers() -> None:
    both = Pair(side("报", "zh", "港应"), side("report ships", "en"), 0.9)
    (read,) = reader.read(Pieces(), [both])  # type: ignore[arg-type]
    assert read[0].own.tolist() == [False, False, True]
    assert read[1].own.all()


def test_what_is_usual_is_learnt_for_each_piece() -> None:
    pairs = [pair("港应报", "ports shall report"), pair("船应报", "lamps shall report")]
    usual = reader.Usual()
    usual.add(reader.read(Pieces(), pairs))  # type: ignore[arg-type]
    weights = usual.weights()
    assert weights.shape == (2, 2, HIDDEN + 2)
    chinese = weights[0, 0]
    assert direction("船") @ chinese[:-2] < direction("港") @ chinese[:-2]


def test_a_work_is_held_against_itself_once_it_is_long_enough() -> None:
    middle, spread = np.array([0.0]), np.array([1.0])
    loosely = np.full((200, 1), 3.0) + np.linspace(0, 1, 200)[:, None]
    alone = reader.relative(loosely[:1], loosely[:1], middle, spread)[0, 0]
    assert abs(np.median(reader.relative(loosely, loosely, middle, spread))) < 0.6 < 2 < alone
    assert reader.relative(loosely[:1], loosely[:0], middle, spread)[0, 0] == 3


def test_what_a_rule_says_stays_and_the_reader_speaks_where_no_rule_does() -> None:
    pairs = [pair("港应报", "ports shall report") for _ in range(2)]
    rule = [Found("number", "high", "Chinese has “3”, English “4”")]
    eager = Judge(ROOT, Pieces(), made(pairs, threshold=-1.0))  # type: ignore[arg-type]
    told = eager(pairs, [rule, []])
    assert told[0] == rule
    assert [f.kind for f in told[1]] == [DIVERGENCES[0]]
    silent = Judge(ROOT, Pieces(), made(pairs, threshold=1.0))  # type: ignore[arg-type]
    assert silent(pairs, [rule, []]) == [rule, []]
    assert silent([], []) == []


def made(pairs: Sequence[Pair], threshold: float) -> Reader:
    """A reader to which all beads are alike."""
    found = reader.evidence(pairs, reader.read(Pieces(), pairs), expected())  # type: ignore[arg-type]
    loose, plain = found.loose.shape[1], found.plain.shape[1]
    return Reader(
        expected=expected(), middle=np.zeros(loose), spread=np.ones(loose), mean=np.zeros(loose + plain),
        scale=np.ones(loose + plain), weights=np.zeros(loose + plain + 1),
        kinds=np.zeros((len(DIVERGENCES), loose + plain + 1)), threshold=np.array(threshold),
    )  # fmt: skip


def test_a_long_work_is_measured_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [pair("港应报", "ports shall report"), pair("船查", "ships inspect lamps"), pair("港", "ports yearly")]
    judge = Judge(ROOT, Pieces(), made(pairs, threshold=1.0))  # type: ignore[arg-type]
    whole = judge.measure(pairs)
    monkeypatch.setattr(reader, "AT_ONCE", 2)
    parts = judge.measure(pairs)
    assert np.array_equal(whole.loose, parts.loose)
    assert np.array_equal(whole.plain, parts.plain)
    assert whole.worst == parts.worst


def texts(count: int) -> list[Text]:
    """Works of the words of the glossary; every fourth bead of the changed ones has a word too many in English."""
    draw = np.random.default_rng(4)
    made = []
    for work in range(count):
        for stands in (True, False):
            pairs, labels = [], []
            for bead in range(16):
                chosen = draw.choice(list(GLOSSARY), 4, replace=False)
                english = [GLOSSARY[sign] for sign in chosen]
                if planted := not stands and bead % 4 == 0:
                    english += [word for word in GLOSSARY.values() if word not in english]
                pairs.append(pair("".join(chosen), " ".join(english)))
                labels.append("missing" if planted else "")
            made.append(Text(f"w{work}", pairs, labels, [[] for _ in pairs], stands))
    return made


def test_a_fit_learns_what_was_planted_and_is_the_same_each_time() -> None:
    read = texts(10)
    found = fit(Pieces(), read)  # type: ignore[arg-type]
    again = fit(Pieces(), read)  # type: ignore[arg-type]
    assert all(np.array_equal(getattr(found, name), getattr(again, name)) for name in ("weights", "kinds", "threshold"))
    judge = Judge(ROOT, Pieces(), found)  # type: ignore[arg-type]
    odds, differs = [], []
    for text in texts(12)[-4:]:
        measured = judge.measure(text.pairs)
        odds += list(judge.reader.odds(judge.reader.measures(measured, measured)))
        differs += [bool(label) for label in text.labels]
    planted, same = (np.array(odds)[np.array(differs) == kind] for kind in (True, False))
    assert len(planted) == 8
    assert np.median(planted) > np.quantile(same, 0.95)
    assert set(judge.reader.kind(judge.reader.measures(measured, measured))) == {"missing"}
    assert np.mean(same >= judge.reader.threshold) <= 5 * ALARMS


def test_a_fit_without_planted_differences_says_so() -> None:
    only = [Text("w", [pair("港", "ports")], [""], [[]], True)]
    with pytest.raises(ValueError, match="corpus/planted"):
        fit(Pieces(), only)  # type: ignore[arg-type]


def test_a_reader_is_only_used_with_its_encoder(tmp_path: Path) -> None:
    for name, version in (("encoder", "aaa"), ("audit", "bbb")):
        folder = tmp_path / name / version
        folder.mkdir(parents=True)
        (folder / "data.bin").write_bytes(b"x")
        models.write_card(folder, {"encoder": "another"})
        models.promote(tmp_path, name, version)
    with pytest.raises(models.ModelError, match="train --audit"):
        Reader.load(tmp_path)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    saved = made([pair("港应报", "ports shall report")], threshold=2.0)
    (tmp_path / "encoder" / "aaa").mkdir(parents=True)
    (tmp_path / "encoder" / "aaa" / "data.bin").write_bytes(b"x")
    models.write_card(tmp_path / "encoder" / "aaa", {})
    models.promote(tmp_path, "encoder", "aaa")
    folder = tmp_path / "audit" / "bbb"
    folder.mkdir(parents=True)
    saved.save(folder / reader.NAME)
    models.write_card(folder, {"encoder": "aaa"})
    models.promote(tmp_path, "audit", "bbb")
    loaded = Reader.load(tmp_path)
    assert np.array_equal(loaded.expected, saved.expected)
    assert loaded.threshold == 2.0


def test_the_shipped_reader_doubts_what_only_one_language_says() -> None:
    same = [
        pair(zh, en)
        for zh, en in (
            ("各缔约国应于每年三月提交报告。", "Each State Party shall submit a report in March of each year."),
            ("理事会设在本部。", "The Board has its seat at headquarters."),
            ("船长可请求港务局提供引航员。", "The master may ask the port authority for a pilot."),
            ("港务局应检查封条，并将结果登记。", "The port authority shall inspect the seals and register the results."),
            ("任何船舶不得在航道内抛锚。", "No ship shall anchor in the fairway."),
            ("争端应以谈判解决。", "Disputes shall be settled by negotiation."),
            ("委员任期四年，可连选连任。", "Members serve for four years and may be re-elected."),
        )
    ]  # fmt: skip
    changed = [
        pair("港务局应检查封条，并将结果登记。", "The port authority shall inspect the seals."),
        pair("船长可请求港务局提供引航员。", "The master is notified of the arrival of a pilot."),
        pair("任何船舶不得在航道内抛锚。", "Ships welcome the new anchorage in the fairway."),
    ]
    judge = Judge(ROOT / "models")
    assert not any(audit.compare_all(same, judge))
    around = judge.measure(same)

    def odds(pairs: list[Pair]) -> NDArray[np.float64]:
        return judge.reader.odds(judge.reader.measures(judge.measure(pairs), around))

    assert (odds(changed) > odds([same[3], same[2], same[4]])).all()


def test_rows_have_length_one() -> None:
    assert np.allclose(np.linalg.norm(unit(np.array([[3.0, 4.0], [0.0, 2.0]], np.float32)), axis=1), 1)
