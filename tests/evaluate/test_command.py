"""The command itself: a file of labelled passages is scored, bad lines are told, stale PDFs are not measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.config import ROOT
from pipeline.evaluate.documents import current, files_of
from pipeline.evaluate.figures import Tally
from pipeline.evaluate.others import _msr, _placed_names, _ud, _words
from pipeline.models import sha256
from pipeline.works import Work, read_work

ROWS = [
    {"text": "Each Party shall report by the end of 2033.", "force": ["obligation"], "lang": "en", "bearer": [[0, 10]],
     "deadline": [[24, 42]], "work": "a"},
    {"text": "任何人不得在禁渔期内捕鱼。", "force": ["prohibition"], "legal_status": "binding", "work": "b",
     "actors": [[0, 3, "non_state"]]},
    {"text": "We will open the harbour registry this spring.", "force": ["commitment"], "work": "b"},
]  # fmt: skip


def test_a_file_of_labelled_passages_is_scored_beside_the_baselines(tmp_path: Path) -> None:
    gold = tmp_path / "mine.jsonl"
    gold.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), "utf-8")
    for out in ("one", "two"):
        done = CliRunner().invoke(app, ["evaluate", str(gold), "--output", str(tmp_path / out)])
        assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "one" / "evaluation.json").read_text("utf-8"))
    assert (tmp_path / "one" / "evaluation.json").read_bytes() == (tmp_path / "two" / "evaluation.json").read_bytes()
    assert (tmp_path / "one" / "evaluation.html").read_bytes() == (tmp_path / "two" / "evaluation.html").read_bytes()
    force = {(f["lang"], f["model"]): f["value"] for f in found["figures"] if f["measure"] == "force accuracy"}
    assert set(force) == {
        (lang, model) for lang in ("en", "zh", "both") for model in ("pledgebook", "keywords", "bag of words")
    }
    assert {f["data"] for f in found["figures"]} == {"mine"}
    bearers = [f for f in found["figures"] if f["measure"] == "bearer F1, exact"]
    assert [f["lang"] for f in bearers] == ["both", "en"]  # the Chinese line has no bearers labelled, so none is scored


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('{"text": "x", "force": ["duty"]}', "line 1"),
        ('{"text": "x", "force": ["none"]}\n{"text": "x"}', "line 2"),
        ('{"text": "x", "force": []}', "at least one"),
        ("", "no labelled passage"),
    ],
)
def test_bad_lines_are_told(tmp_path: Path, lines: str, says: str) -> None:
    gold = tmp_path / "mine.jsonl"
    gold.write_text(lines, "utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(gold), "--output", str(tmp_path)])
    assert done.exit_code == 2
    assert says in done.output


@pytest.fixture
def work() -> Work:
    return read_work(sorted((ROOT / "corpus" / "works").glob("*.txt"))[0])


@pytest.mark.parametrize(("files", "note", "good"), [(True, "now", True), (True, "then", False), (False, "now", False)])
def test_only_pdfs_of_the_text_of_now_are_measured(
    tmp_path: Path, work: Work, files: bool, note: str, good: bool
) -> None:
    sources = ROOT / "corpus" / "works"
    for file in files_of(work, tmp_path):
        if files:
            file.path.write_bytes(b"%PDF")
    digest = sha256(sources / f"{work.id}.txt") if note == "now" else "0" * 64
    (tmp_path / "sources.json").write_text(json.dumps({work.id: digest}), "utf-8")
    kept, said = current([work], sources, tmp_path)
    assert (kept, len(said)) == (([work], 0) if good else ([], 1))
    assert all(work.id in line and "pledgebook corpus build" in line for line in said)


def test_words_are_counted_by_place(tmp_path: Path) -> None:
    tally = Tally()
    key = ("others", "MSR", "words F1", "zh", "pledgebook")
    lines = tmp_path / "msr.txt"
    lines.write_text("港口  开放  。\n", "utf-8")
    _msr(tally, lines)
    assert list(tally.total(key)) == [3, 3, 3]
    _words(tally, "MSR", "zh", "港口开放。", ["别", "的"])  # words that do not make up the text are no gold
    assert list(tally.total(key)) == [3, 3, 3]


def test_universal_dependencies_are_read(tmp_path: Path) -> None:
    tally = Tally()
    file = tmp_path / "en.conllu"
    file.write_text(
        "# sent_id = 1\n# text = Don't go.\n1-2\tDon't\t_\n1\tDo\tdo\n2\tn't\tnot\n3\tgo\tgo\n4\t.\t.\n\n", "utf-8"
    )
    _ud(tally, file, "en", "UD")
    assert list(tally.total(("others", "UD", "words F1", "en", "pledgebook"))) == [4, 4, 4]


def test_names_are_placed() -> None:
    rows = [("Ana", "B-PER"), ("Ruiz", "I-PER"), ("left", "O"), ("Oslo", "B-LOC"), ("for", "O"), ("Acme", "B-ORG")]
    assert _placed_names("Ana Ruiz left Oslo for Acme", rows) == [((0, 8), "persons"), ((23, 27), "organisations")]
