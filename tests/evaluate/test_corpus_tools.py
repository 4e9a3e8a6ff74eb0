"""Near-duplicates, agreement, splits, and the generated part of a document."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pipeline.evaluate.agreement import agreement, kappa
from pipeline.evaluate.corpus import SplitError, split_lists, twins
from pipeline.evaluate.stats import BEGIN, END, part, write_part
from pipeline.works import LabelledPassage, LabelledStatement, Work, WorkBead, WorkError

DUTY = "Each operator shall keep a register of every source in its care and show it on request."
LONG = "各运营者应登记其保管的每一枚放射源，并应要求出示登记册。"
OTHER = "Fishing boats return to the harbour before dark, and the market opens at dawn."


def passage(work: str, text: str, force: str = "obligation", bearer: tuple[int, int] | None = None) -> LabelledPassage:
    statement = LabelledStatement(force=force, bearer=bearer)  # type: ignore[arg-type]
    return LabelledPassage(
        id=f"{work}:{text[:20]}", work=work, lang="zh" if text[0] > "\u4e00" else "en", text=text, chapeau="", mark="",
        section="", before="", genre="law", field="climate", legal_status="binding", theme="t", force=(force,),  # type: ignore[arg-type]
        statements=(statement,), actors=(), instruments=(), deadlines=(), quantities=(), line=7,
    )  # fmt: skip


def work(name: str, *passages: LabelledPassage) -> Work:
    return Work(
        id=name, facts={"genre": "law", "field": "climate", "layout": "separate"}, elements=(), en=passages, zh=(),
        beads=(WorkBead(en=(0,), zh=()),), warnings=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        (DUTY, DUTY, True),
        (DUTY, DUTY.replace("every source", "each source"), True),
        (DUTY, DUTY.upper(), True),  # case is no difference
        (DUTY, "Each operator shall train its guards.", False),
        (DUTY, OTHER, False),
        (
            "各运营者应登记其保管的每一枚放射源，并应要求出示登记册。",
            "各运营者应登记其保管的每枚放射源，并应要求出示登记册。",
            True,
        ),
        ("各运营者应登记其保管的每一枚放射源。", "渔船应在天黑前返回港口。", False),
    ],
)
def test_twins(first: str, second: str, alike: bool) -> None:
    pairs, touched = twins([passage("a", first), passage("b", second)])
    assert (len(pairs), touched) == ((1, 2) if alike else (0, 0))


def test_a_work_may_repeat_itself() -> None:
    assert twins([passage("a", DUTY), passage("a", DUTY)]) == ([], 0)


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("aabb", "aabb", 1.0),
        ("aabb", "bbaa", -1.0),
        ("aabb", "abab", 0.0),
        ("aaaa", "aaaa", 1.0),
        # 35 and 15 agreed of 70, as in the textbook table 20 5 / 10 15: (0.7 - 0.5) / (1 - 0.5)
        ("y" * 25 + "n" * 25, "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15, 0.4),
    ],
)
def test_kappa(first: str, second: str, value: float) -> None:
    assert kappa(first, second) == pytest.approx(value)


def test_agreement_pairs_by_text_and_lists_what_differs() -> None:
    first = work("a", passage("a", DUTY, "obligation", (0, 13)), passage("a", OTHER, "declaration"))
    second = work("a", passage("a", OTHER, "constitutive"), passage("a", DUTY, "obligation", (5, 13)))
    found = agreement([first], [second])
    assert (found.passages, found.works) == (2, 1)
    assert [(d.line, d.first, d.second) for d in found.disagreements] == [(7, ("declaration",), ("constitutive",))]
    assert found.spans["bearers, exact"] == 0.0
    assert found.spans["bearers, overlap"] == 1.0
    assert {k.label: k.kappa for k in found.forces}["obligation"] == 1.0


def test_a_text_that_was_changed_is_not_compared() -> None:
    assert agreement([work("a", passage("a", DUTY))], [work("a", passage("a", DUTY + " "))]).passages == 0


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('dev = ["a"]\ntest = ["b"]\nsamples = ["c"]', ""),
        ('dev = ["a"]\ntest = ["a"]\nsamples = []', "'a'"),
        ('dev = ["a"]\ntest = ["x"]\nsamples = []', "'x'"),
        ('dev = ["a"]\ntest = ["b"]\nsamples = ["x"]', "'x'"),
    ],
)
def test_splits(tmp_path: Path, toml: str, says: str) -> None:
    file = tmp_path / "splits.toml"
    file.write_text(toml, "utf-8")
    works = [work(name) for name in "abc"]
    if says:
        with pytest.raises(SplitError, match=says):
            split_lists(works, file)
    else:
        assert split_lists(works, file) == ({"a": "dev", "b": "test", "c": "train"}, ("c",))


def test_the_generated_part_replaces_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "CORPUS.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    write_part(file, part({"Counts": [("what", "n"), ("works", "3")]}, None))
    text = file.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| works | 3 |" in text
    write_part(file, part({"Counts": [("what", "n"), ("works", "3")]}, None))
    assert file.read_text("utf-8") == text


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "CORPUS.md"
    file.write_text("no marks", "utf-8")
    with pytest.raises(WorkError, match="lacks the marks"):
        write_part(file, part({}, None))
    assert file.read_text("utf-8") == "no marks"


def test_records_are_plain_data() -> None:
    found = agreement([work("a", passage("a", DUTY))], [work("a", passage("a", DUTY))])
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found
