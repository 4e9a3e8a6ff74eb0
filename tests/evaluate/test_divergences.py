"""The measures of the audit: what a rule changes, and what counts as right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.evaluate import divergences
from pipeline.evaluate.changes import RULES, seed_of
from pipeline.evaluate.figures import Tally
from pipeline.records import FORCES, Force, Lang, Tagged
from pipeline.stages.tag import Ask
from pipeline.works import LabelledPassage, Work, WorkBead, WorkError


@pytest.mark.parametrize(
    ("kind", "lang", "text", "changed"),
    [
        ("number", "en", "within 90 days", "within 181 days"),
        ("number", "zh", "在60日内", "在121日内"),
        ("number", "zh", "2033年6月30日", None),
        ("number", "en", "under Article 5", None),
        ("date", "en", "by 2033", "by 2036"),
        ("date", "zh", "于2033年前", "于2036年前"),
        ("force", "en", "The Party shall report.", "The Party may report."),
        ("force", "en", "No Party shall report.", None),
        ("force", "zh", "缔约国应当报告。", "缔约国可以报告。"),
        ("force", "zh", "供应充足，反应迅速。", None),
        ("negation", "en", "The Party shall not report.", "The Party shall report."),
        ("negation", "zh", "船长不得离船。", "船长应离船。"),
        ("hedge", "zh", "缔约国应当报告。", "缔约国应当尽可能报告。"),
        ("missing", "en", "The master shall keep a full log, and the owner shall pay.", None),
        ("actor", "zh", "援助发展中国家", None),
    ],
)
def test_rules_change_one_thing_or_nothing(kind: str, lang: Lang, text: str, changed: str | None) -> None:
    found = RULES[kind](text, lang, seed_of("test"))
    if kind == "missing":
        assert found in ("The master shall keep a full log,", "and the owner shall pay.")
    else:
        assert found == changed


def test_a_name_is_changed_for_another() -> None:
    found = RULES["actor"]("a mission to Peru", "en", seed_of("test"))
    assert found is not None
    assert found.startswith("a mission to ")
    assert "Peru" not in found


def test_chance_is_the_same_for_the_same_parts() -> None:
    text = "Peru may, within 30 days or 4 months, write to 7 states that shall answer."
    assert [rule(text, "en", seed_of("a", 1)) for rule in RULES.values()] == [
        rule(text, "en", seed_of("a", 1)) for rule in RULES.values()
    ]


def labelled(identity: str, lang: Lang, text: str, force: Force) -> LabelledPassage:
    return LabelledPassage(
        id=identity, work="w", lang=lang, text=text, chapeau="", mark="", section="", before="", genre="treaty",
        field="", legal_status="binding", theme="", force=(force,), statements=(), actors=(), instruments=(),
        deadlines=(), quantities=(),
    )  # fmt: skip


WORK = Work(
    id="w",
    facts={"genre": "treaty", "legal_status": "binding", "date": "2033-01-01"},
    elements=(),
    zh=(
        labelled("z0", "zh", "各缔约国应在60日内向理事会提交年度报告。", "obligation"),
        labelled("z1", "zh", "理事会应于每年六月在本部举行例会。", "obligation"),
    ),
    en=(
        labelled(
            "e0", "en", "Each State Party shall submit its yearly report to the Board within 90 days.", "obligation"
        ),
        labelled("e1", "en", "The Board shall hold its regular meeting at headquarters every June.", "obligation"),
    ),
    beads=(WorkBead(en=(0,), zh=(0,), divergence="number"), WorkBead(en=(1,), zh=(1,))),
    warnings=(),
)


def tagger(asks: Sequence[Ask]) -> list[Tagged]:
    """Everything is a duty, and sure."""
    rest = {force: 0.95 if force == "obligation" else 0.05 / (len(FORCES) - 1) for force in FORCES}
    return [Tagged(id=a.id, lang=a.lang, force=("obligation",), confidence=0.95, probabilities=rest) for a in asks]


def test_marked_differences_are_counted_as_found_and_as_right() -> None:
    tally = Tally()
    divergences.labelled(tally, [WORK], tagger, {"w": "test"})  # type: ignore[arg-type]
    for data in ("all works", "test"):
        for measure in ("divergences, share of rows that are right", "divergences, share of marked ones found"):
            assert np.array_equal(tally.total(("texts", data, measure, "both", "pledgebook")), [1, 1])


def test_a_difference_planted_by_hand_is_found_in_its_bead_only(tmp_path: Path) -> None:
    """The bead that differed before is no find of the change in the other bead, and a change of nothing is not found."""
    tally = Tally()
    (tmp_path / "w.txt").write_text("# one\nzh | date | 六月 | 九月\n", "utf-8")
    (tmp_path / "w.second.txt").write_text("en | force | regular meeting | usual meeting\n", "utf-8")
    divergences.planted(tally, [WORK], tagger, {"w": "test"}, tmp_path)  # type: ignore[arg-type]

    def total(measure: str) -> list[float]:
        return list(tally.total(("texts", "test", f"divergences, {measure}", "both", "pledgebook")))

    assert total("planted ones found") == [1, 2]
    assert total("planted ones found: date") == [1, 1]
    assert total("planted ones found: force") == [0, 1]
    assert total("planted ones found, of the right kind") == [1, 1]
    assert total("share of rows that are right, planted") == [3, 3]


def test_a_mere_rewording_is_no_difference_to_find_and_a_row_on_it_is_an_alarm(tmp_path: Path) -> None:
    tally = Tally()
    (tmp_path / "w.txt").write_text("en | same | every June | each June\n", "utf-8")
    (tmp_path / "w.second.txt").write_text("en | same | every June | each May\n", "utf-8")
    divergences.planted(tally, [WORK], tagger, {"w": "test"}, tmp_path)  # type: ignore[arg-type]

    def total(measure: str) -> list[float]:
        return list(tally.total(("texts", "test", f"divergences, {measure}", "both", "pledgebook")))

    assert total("rows on beads that were only reworded") == [1, 2]
    assert total("share of rows that are right, planted") == [2, 3]
    assert not any("planted ones" in key[2] for key in tally.counts)


def test_a_sentence_taken_out_leaves_its_bead_with_one_side() -> None:
    change = divergences.Change(lang="en", kind="missing", old=WORK.en[1].text, new="")
    other, beads = divergences.plant(WORK, [change])
    assert [p.id for p in other.en] == ["e0"]
    assert beads == [WorkBead(en=(), zh=(1,))]
    assert other.beads[0] == WORK.beads[0]


@pytest.mark.parametrize("line", ["fr | date | a | b", "en | colour | a | b", "en | date | a", "en | date |  | b"])
def test_a_line_that_plants_nothing_is_an_error(tmp_path: Path, line: str) -> None:
    (tmp_path / "w.txt").write_text(line + "\n", "utf-8")
    with pytest.raises(WorkError, match=r"w\.txt:1"):
        divergences.read_changes(tmp_path / "w.txt")


def test_words_that_stand_twice_are_an_error() -> None:
    with pytest.raises(WorkError, match="2 times"):
        divergences.plant(WORK, [divergences.Change(lang="en", kind="force", old="shall", new="may")])


def test_changes_are_made_only_where_nothing_differs() -> None:
    tally = Tally()
    divergences.changed(tally, [WORK], tagger, "test")  # type: ignore[arg-type]
    same = tally.total(("texts", "test", "divergences, rows on pairs that say the same", "both", "pledgebook"))
    assert np.array_equal(same, [0, 1])
    assert tally.total(("texts", "test", "divergences, changes found", "both", "pledgebook"))[1] >= 2
