"""The page, its pictures and the scoreboard, from figures made up here."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from pipeline.evaluate.baselines import BAG, KEYWORDS
from pipeline.evaluate.figures import Tally, confidence_cell, confusion_cell
from pipeline.evaluate.page import html
from pipeline.evaluate.passages import OURS
from pipeline.evaluate.plots import bars, curves, standalone
from pipeline.evaluate.result import Evaluation, collect
from pipeline.evaluate.scoreboard import markdown


@pytest.fixture
def evaluation() -> Evaluation:
    tally = Tally()
    for work in ("a", "b", "c"):
        for lang in ("en", "zh", "both"):
            for model, said in ((OURS, "obligation"), (BAG, "permission"), (KEYWORDS, "none")):
                tally.add(("passages", "test", "force", lang, model), work, confusion_cell("obligation", said) * 3)
            tally.add(
                ("passages", "test", "force, genre treaty", lang, OURS),
                work,
                confusion_cell("obligation", "obligation"),
            )
            tally.add(("passages", "test", "calibration error", lang, OURS), work, confidence_cell(True, 0.8))
            tally.add(("passages", "test", "bearer F1, exact", lang, OURS), work, [1, 2, 2])
            tally.add(("documents", "test", "sentences F1", lang, OURS), work, [9, 10, 10])
            grammar = ("others", "institutional grammar", "attribute as bearer F1, exact", lang, OURS)
            tally.add(grammar, work, [1, 2, 2])
            tally.add(("others", "<b>set</b>", "words F1", lang, OURS), work, [9, 10, 10])
    return collect(tally, "0.1.0", {"encoder": "e1"}, (), ("a set & its reason",))


def test_collect_makes_of_counts_what_they_are(evaluation: Evaluation) -> None:
    values = {(f.measure, f.lang, f.model): f.value for f in evaluation.figures if f.section == "passages"}
    assert values["force accuracy", "en", OURS] == 1.0
    assert values["force accuracy", "en", BAG] == 0.0
    assert values["force macro-F1", "zh", OURS] == 1.0
    assert values["calibration error", "zh", OURS] == pytest.approx(0.2)
    assert values["bearer F1, exact", "both", OURS] == 0.5
    assert len(evaluation.confusions) == 9
    assert {r.lang for r in evaluation.reliability} == {"en", "zh", "both"}


def test_the_page_opens_offline_and_escapes(evaluation: Evaluation) -> None:
    page = html(evaluation)
    assert "&lt;b&gt;set&lt;/b&gt;" in page
    assert "<b>set" not in page
    assert "a set &amp; its reason" in page
    assert not re.search(r"(?:src|href)=", page)
    assert "<script" not in page
    assert html(evaluation) == page


def test_every_picture_is_well_formed(evaluation: Evaluation) -> None:
    pictures = re.findall(r"<svg.*?</svg>", html(evaluation), re.DOTALL)
    assert len(pictures) >= 8
    for picture in pictures:
        ElementTree.fromstring(picture)


def test_a_picture_alone_is_a_file() -> None:
    made = standalone(curves([("mean <&>", "c1", [(0, 0.5), (10, 0.75)])], "a & b", "reviews"))
    root = ElementTree.fromstring(made)
    assert any("mean <&>" in (element.text or "") for element in root.iter())
    assert ElementTree.fromstring(bars([], "nothing")) is not None


def test_the_scoreboard_has_both_baselines_and_says_what_was_not_measured(evaluation: Evaluation) -> None:
    board = markdown(evaluation)
    for model in (OURS, BAG, KEYWORDS):
        assert re.search(rf"^\| English \| {model} \| \d\.\d{{3}}", board, re.MULTILINE)
    assert "| bearer F1, exact | 0.500" in board
    assert "| institutional grammar | attribute as bearer F1, exact | 0.500" in board
    assert "Not measured: a set & its reason." in board
