"""Labels that are doubted: planted errors are found, in both languages, and what is only hard or one of two forces is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.clauses import read_clauses
from pipeline.evaluate.doubts import Case, _clause_lines, confident, out_of_fold, suspects
from pipeline.records import FORCES
from pipeline.train.examples import Example

SAY = {
    ("en", "obligation"): "Each {} shall keep a register.",
    ("en", "permission"): "Any {} may open a register.",
    ("zh", "obligation"): "各{}应保存登记册。",
    ("zh", "permission"): "任何{}可以开设登记册。",
}
WHO = {"en": ("port", "ferry", "pilot", "quay", "canal"), "zh": ("港口", "渡轮", "领航员", "码头", "运河")}


def example(lang: str, force: str, work: int, who: str, text: str = "") -> Example:
    words = text or SAY[lang, force].format(who)
    return Example(f"{lang}{force}{work}{who}", f"w{work}", lang, words, "", "binding", (force,))


@pytest.fixture
def rows() -> list[Example]:
    return [example(lang, force, n, who) for lang, force in SAY for n, who in enumerate(WHO[lang] * 2)]


@pytest.mark.parametrize(
    ("chances", "given", "found"),
    [
        # Labels 0 and 1 are given with 0.9 and 0.8 on average; the fourth row says 1 and is likelier 0.
        ([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.95, 0.05]], [0, 0, 1, 1], [(3, 0, 0.9)]),
        # Likelier, but less than what is so labelled on average: only hard.
        ([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.6, 0.4]], [0, 0, 1, 1], []),
        # A label that nothing has is never suggested.
        ([[0.1, 0.9], [0.2, 0.8]], [0, 0], []),
        ([[0.9, 0.1], [0.1, 0.9]], [0, 1], []),
    ],
)
def test_confident_learning(chances: list[list[float]], given: list[int], found: list[tuple[int, int, float]]) -> None:
    said = confident(np.array(chances), np.array(given))
    assert [(row, label) for row, label, _ in said] == [(row, label) for row, label, _ in found]
    assert [ahead for *_, ahead in said] == pytest.approx([ahead for *_, ahead in found])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_planted_error_is_found_and_nothing_else(rows: list[Example], lang: str) -> None:
    wrong = example(lang, "permission", 2, "x", SAY[lang, "obligation"].format(WHO[lang][0]))
    cases = [Case(row, "f", n, "held out") for n, row in enumerate([*rows, wrong])]
    linear = out_of_fold([case.example for case in cases])
    assert linear.shape == (len(cases), len(FORCES))
    found = suspects(cases, np.log(linear).astype(np.float32), linear)
    assert [(d.line, d.given, d.suggested) for d in found] == [(len(rows), "permission", "obligation")]
    assert 0 < found[0].score <= 1


def test_a_model_has_not_learnt_from_the_work_that_it_is_asked_about(rows: list[Example]) -> None:
    # A word that stands in one work only, and says the force there, teaches nothing about that work.
    alone = [example("en", force, 9, "x", f"zebra {force}") for force in ("obligation", "permission")]
    said = out_of_fold([*rows, *alone])[-2:]
    assert abs(said[0, FORCES.index("obligation")] - said[1, FORCES.index("obligation")]) < 0.05


def test_another_force_of_the_same_passage_is_no_error(rows: list[Example]) -> None:
    linear = np.full((3, len(FORCES)), 0.01)
    linear[:, 0] = 0.93
    both = Example("b", "w", "en", "t", "", "", ("permission", "obligation"))
    one = Example("c", "w", "en", "t", "", "", ("permission",))
    cases = [Case(e, "f", n, "held out") for n, e in enumerate((rows[0], both, one))]
    assert [d.line for d in suspects(cases, np.log(linear).astype(np.float32), linear)] == [2]


def test_a_clause_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "ports.txt").write_text(
        "genre: law\nfield: ports\nlegal_status: binding\n\n## Ports\n"
        "obligation | {Each port} shall report.\n// a remark | not a clause\npermission | {任何港口}可以开放。\n", "utf-8",
    )  # fmt: skip
    places = _clause_lines(tmp_path)
    assert [places[c.source, c.text] for c in read_clauses(tmp_path)] == [6, 8]
