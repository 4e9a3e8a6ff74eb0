"""The runner: what is done again and what is not, whatever the number of workers, and what trouble costs."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.run import Summary
from pipeline.stage import FlowError
from tests.conftest import ENGLISH, files_of

Go = Callable[..., Summary]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_text("utf-8-sig"))))


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The stages that were really carried out since the last time it was asked, as ``stage path``."""
    folder = tmp_path / "calls"
    folder.mkdir()
    monkeypatch.setenv("PLEDGEBOOK_TEST_CALLS", str(folder))

    def since() -> list[str]:
        found = sorted(path.name.rpartition(" ")[0] for path in folder.iterdir())
        for path in folder.iterdir():
            path.unlink()
        return found

    return since


def test_one_and_many_workers_write_the_same_bytes(corpus: Path, tmp_path: Path, go: Go) -> None:
    go(corpus, tmp_path / "one", workers=1)
    go(corpus, tmp_path / "three", workers=3)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "three")


def test_the_same_documents_elsewhere_give_the_same_bytes(corpus: Path, tmp_path: Path, go: Go) -> None:
    go(corpus, tmp_path / "here")
    corpus.rename(tmp_path / "moved")
    go(tmp_path / "moved", tmp_path / "there")
    assert files_of(tmp_path / "here") == files_of(tmp_path / "there")


def test_a_second_run_does_nothing(corpus: Path, tmp_path: Path, go: Go, calls: Callable[[], list[str]]) -> None:
    go(corpus, tmp_path / "out")
    assert len(calls()) == 6
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir() if path.is_file()}
    summary = go(corpus, tmp_path / "out")
    assert summary.unchanged
    assert summary.worked == 0
    assert calls() == []
    assert before == {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir() if path.is_file()}


def test_adding_a_document_costs_that_document(
    corpus: Path, tmp_path: Path, go: Go, calls: Callable[[], list[str]]
) -> None:
    go(corpus, tmp_path / "out")
    calls()
    (corpus / "new.txt").write_text("New treaty\nThe Board shall sit.\n", "utf-8")
    assert go(corpus, tmp_path / "out").worked == 1
    assert calls() == ["parse new.txt", "segment new.txt"]
    assert {row["title"] for row in table(tmp_path / "out", "commitments.csv")} >= {"New treaty", "Harbour treaty"}
    go(corpus, tmp_path / "fresh")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "fresh")


def test_removing_a_document_removes_its_rows(
    corpus: Path, tmp_path: Path, go: Go, calls: Callable[[], list[str]]
) -> None:
    go(corpus, tmp_path / "out")
    calls()
    (corpus / "canal.txt").unlink()
    go(corpus, tmp_path / "out")
    assert calls() == []
    for name in ("commitments.csv", "documents.csv", "quantities.csv", "actors.csv"):
        assert "anal" not in (tmp_path / "out" / name).read_text("utf-8-sig"), name


def test_changing_a_document_changes_its_rows(corpus: Path, tmp_path: Path, go: Go) -> None:
    go(corpus, tmp_path / "out")
    (corpus / "canal.txt").write_text("Canal treaty\nThe Canal Board shall rest.\n", "utf-8")
    assert go(corpus, tmp_path / "out").worked == 1
    bearers = {row["bearer"] for row in table(tmp_path / "out", "commitments.csv")}
    assert "The Canal Board" in bearers
    assert "The Canal Council" not in bearers


@pytest.mark.parametrize(
    ("section", "values", "redone"),
    [
        ("segment", {"before": 10}, ["segment canal.txt", "segment harbour.txt", "segment 第二 部分_港口 条约.txt"]),
        ("tag", {"batch": 3}, []),
        ("run", {"seconds": 50}, []),
    ],
)
def test_a_setting_redoes_its_stage_and_what_follows(
    corpus: Path,
    tmp_path: Path,
    go: Go,
    calls: Callable[[], list[str]],
    section: str,
    values: dict[str, int],
    redone: list[str],
) -> None:
    go(corpus, tmp_path / "out")
    calls()
    go(corpus, tmp_path / "out", settings={section: values})
    assert calls() == redone


def test_equal_files_are_read_once(corpus: Path, tmp_path: Path, go: Go) -> None:
    (corpus / "z copy.txt").write_text(ENGLISH, "utf-8")
    summary = go(corpus, tmp_path / "out")
    assert summary.counts["documents"] == 3
    rows = {row["path"]: row["same_as"] for row in table(tmp_path / "out", "documents.csv")}
    assert rows["harbour.txt"] == "z copy.txt"
    assert "z copy.txt" not in rows


TROUBLE = [
    ("CRASH", "crashed"),
    ("VANISH", "ended without a word"),
    ("RAISE", "a bad number"),
    ("ENCRYPTED", "the file is encrypted"),
    ("HALF", "stage 'parse'"),
]


@pytest.mark.parametrize("workers", [1, 3])
def test_trouble_costs_only_its_own_document(corpus: Path, tmp_path: Path, go: Go, workers: int) -> None:
    go(corpus, tmp_path / "well")
    for word, _ in TROUBLE:
        (corpus / f"{word}.txt").write_text(f"{word} now\nNobody shall read this.\n", "utf-8")
    go(corpus, tmp_path / "out", workers=workers)
    failures = {row["path"]: row for row in table(tmp_path / "out", "failures.csv")}
    assert sorted(failures) == sorted(f"{word}.txt" for word, _ in TROUBLE)
    for word, reason in TROUBLE:
        assert reason in failures[f"{word}.txt"]["reason"]
        assert failures[f"{word}.txt"]["stage"] == "parse"
    assert (tmp_path / "out" / "commitments.csv").read_bytes() == (tmp_path / "well" / "commitments.csv").read_bytes()
    states = {row["path"]: row["state"] for row in table(tmp_path / "out", "documents.csv")}
    assert states["CRASH.txt"] == "failed"
    assert states["canal.txt"] == "complete"


def test_a_hang_is_given_up_and_a_slow_document_with_progress_is_not(corpus: Path, tmp_path: Path, go: Go) -> None:
    (corpus / "hang.txt").write_text("HANG on\n", "utf-8")
    (corpus / "slow.txt").write_text("SLOW one\nThe slow State shall wait.\n", "utf-8")
    settings = {"run": {"seconds": 2}}
    go(corpus, tmp_path / "out", settings=settings)
    failures = table(tmp_path / "out", "failures.csv")
    assert [(row["path"], row["page"], row["stage"]) for row in failures] == [("hang.txt", "0", "parse")]
    assert "no progress for 2 s" in failures[0]["reason"]
    assert "The slow State" in {row["bearer"] for row in table(tmp_path / "out", "commitments.csv")}
    started = time.monotonic()
    go(corpus, tmp_path / "out", settings=settings)
    assert time.monotonic() - started < 1.5


def test_too_much_memory_is_given_up(corpus: Path, tmp_path: Path, go: Go) -> None:
    (corpus / "eat.txt").write_text("EAT all\n", "utf-8")
    go(corpus, tmp_path / "out", settings={"run": {"memory_mb": 300}})
    failures = table(tmp_path / "out", "failures.csv")
    assert [row["path"] for row in failures] == ["eat.txt"]
    assert "more than 300 MB of memory" in failures[0]["reason"]


def test_a_failure_is_kept_until_something_changes(
    corpus: Path, tmp_path: Path, go: Go, calls: Callable[[], list[str]]
) -> None:
    (corpus / "RAISE.txt").write_text("RAISE it\n", "utf-8")
    go(corpus, tmp_path / "out")
    assert go(corpus, tmp_path / "out").worked == 0
    assert go(corpus, tmp_path / "out", retry=True).worked == 1
    assert go(corpus, tmp_path / "out", settings={"run": {"seconds": 60}}).worked == 1


def test_a_file_without_text_is_a_failure_and_never_silent(corpus: Path, tmp_path: Path, go: Go) -> None:
    (corpus / "empty.txt").write_bytes(b"")
    assert go(corpus, tmp_path / "out").failures == 1
    assert table(tmp_path / "out", "failures.csv")[0]["path"] == "empty.txt"


def test_a_damaged_artefact_is_made_anew(corpus: Path, tmp_path: Path, go: Go) -> None:
    go(corpus, tmp_path / "out")
    before = files_of(tmp_path / "out")
    for path in (tmp_path / "out" / ".pledgebook" / "cache" / "rows").iterdir():
        path.write_bytes(path.read_bytes()[:-7] + b"garbage")
    (tmp_path / "out" / "commitments.csv").unlink()
    go(corpus, tmp_path / "out")
    assert files_of(tmp_path / "out") == before


def test_a_killed_run_leaves_the_last_outputs_and_resumes(
    corpus: Path, tmp_path: Path, go: Go, calls: Callable[[], list[str]]
) -> None:
    output = tmp_path / "out"
    go(corpus, output)
    before = files_of(output)
    calls()
    (corpus / "new.txt").write_text("New treaty\nThe Board shall sit.\n", "utf-8")
    (corpus / "slow.txt").write_text("SLOW one\nThe slow State shall wait.\n" + "More text.\n" * 50, "utf-8")
    script = tmp_path / "start.py"
    script.write_text(
        "from pathlib import Path\n"
        "from pipeline.config import load\n"
        "from pipeline.run import run\n"
        "from tests.fakes import FAKES\n"
        "if __name__ == '__main__':\n"
        f"    settings = load(None, {{'run': {{'workers': 2, 'seconds': 20, 'memory_mb': 900}}, "
        f"'review': {{'folder': {str(tmp_path / 'reviews')!r}}}}})\n"
        f"    run([Path({str(corpus)!r})], Path({str(output)!r}), settings, None, print, FAKES)\n",
        "utf-8",
    )
    root = Path(__file__).resolve().parents[1]
    process = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(root)})
    deadline = time.monotonic() + 60
    while not list((tmp_path / "calls").glob("segment new.txt*")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait(30)
    assert files_of(output) == before
    calls()
    time.sleep(0.5)
    go(corpus, output)
    assert "parse new.txt" not in calls()
    go(corpus, tmp_path / "fresh")
    assert files_of(output) == files_of(tmp_path / "fresh")


def test_two_runs_do_not_write_to_one_folder_at_once(corpus: Path, tmp_path: Path, go: Go) -> None:
    from pipeline.store import OutputError, locked, make_folder

    state = tmp_path / "out" / ".pledgebook"
    make_folder(state)
    with locked(state), pytest.raises(OutputError, match="another run is writing"):
        go(corpus, tmp_path / "out")


def test_a_stage_that_cannot_start_ends_the_run_with_its_reason(corpus: Path, tmp_path: Path) -> None:
    from pipeline.config import load
    from pipeline.run import run
    from pipeline.worker import RunError
    from tests.fakes import FAKES

    flow = tuple("tests.fakes.broken" if name == "tests.fakes.tag" else name for name in FAKES)
    with pytest.raises(RunError, match=r"stage 'tag' cannot start: .*no such model"):
        run([corpus], tmp_path / "out", load(None, {"run": {"workers": 1}}), None, print, flow)


def test_a_wrong_order_is_refused_before_anything_runs(corpus: Path, tmp_path: Path) -> None:
    from pipeline.config import load
    from pipeline.run import run
    from tests.fakes import FAKES

    with pytest.raises(FlowError, match="stage 'segment' needs 'facts'"):
        run([corpus], tmp_path / "out", load(), None, print, (FAKES[0], FAKES[2], FAKES[1], *FAKES[3:]))


def test_a_cluster_writes_the_same_bytes(corpus: Path, tmp_path: Path, go: Go) -> None:
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    (corpus / "RAISE.txt").write_text("RAISE it\n", "utf-8")
    go(corpus, tmp_path / "local")
    go(corpus, tmp_path / "cluster", settings={"run": {"executor": "dask"}})
    assert files_of(tmp_path / "local") == files_of(tmp_path / "cluster")


def test_a_scheduler_that_does_not_answer_is_said(corpus: Path, tmp_path: Path, go: Go) -> None:
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    from pipeline.executors import ClusterError

    with pytest.raises(ClusterError, match="does not answer"):
        go(corpus, tmp_path / "out", settings={"run": {"executor": "dask", "scheduler": "tcp://127.0.0.1:9"}})


def test_a_sign_of_life_starts_the_time_limit_anew_and_counts_no_page(tmp_path: Path) -> None:
    from pipeline.limits import Journal, Limits, guarded
    from pipeline.stage import tick

    journal = Journal(tmp_path, "d-1")
    with guarded(journal, Limits(seconds=2, memory_mb=1000)) as watch:
        watch.stage("tag")
        for _ in range(3):
            time.sleep(1)
            tick(0)
        tick(2)
        assert journal.pages() == 2
    assert journal.ending(Limits(seconds=2, memory_mb=1000)) is None


@pytest.mark.parametrize(
    ("title", "reason"), [("A treaty", "too few to cluster"), ("A VANISHING treaty", "ended without a word")]
)
def test_a_corpus_stage_that_fails_costs_its_own_tables(corpus: Path, tmp_path: Path, title: str, reason: str) -> None:
    from pipeline.config import load
    from pipeline.run import run
    from tests.fakes import FAKES

    (corpus / "more.txt").write_text(f"{title}\nThe Board shall sit.\n", "utf-8")
    flow = tuple("tests.fakes.falling" if name == "tests.fakes.cluster" else name for name in FAKES)
    run([corpus], tmp_path / "out", load(None, {"run": {"workers": 2}}), None, lambda text: None, flow)
    failures = table(tmp_path / "out", "failures.csv")
    assert [(row["path"], row["stage"]) for row in failures] == [("", "cluster")]
    assert reason in failures[0]["reason"]
    assert table(tmp_path / "out", "themes.csv") == []
    assert len(table(tmp_path / "out", "alignments.csv")) == 3
    assert len(table(tmp_path / "out", "commitments.csv")) == 6


@pytest.mark.parametrize(
    ("asked", "documents", "cores", "memory", "workers"),
    [
        (0, 100, 8, 64_000, 8),
        (0, 100, 8, 4_000, 2),
        (0, 100, 2, 1_000, 1),
        (5, 100, 2, 1_000, 5),
        (0, 1, 8, 64_000, 2),
        (99, 500, 2, 1, 61),
    ],
)
def test_how_many_workers(
    monkeypatch: pytest.MonkeyPatch, asked: int, documents: int, cores: int, memory: float, workers: int
) -> None:
    from pipeline import executors

    monkeypatch.setattr(executors, "cores", lambda: cores)
    monkeypatch.setattr(executors, "machine_mb", lambda: memory)
    assert executors.how_many(asked, documents) == workers


def test_the_memory_of_this_process_and_machine_is_known() -> None:
    from pipeline.limits import machine_mb, peak_mb, resident_mb

    assert 5 < resident_mb() <= peak_mb() * 1.1
    assert peak_mb() < machine_mb()
