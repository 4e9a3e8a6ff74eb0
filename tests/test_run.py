"""The command on the real flow: small documents in both languages, one that is empty, and the second run."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_contract import CHINESE, ENGLISH

ROOT = Path(__file__).resolve().parents[1]


def pledgebook(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *args], capture_output=True, text=True, encoding="utf-8", cwd=ROOT
    )


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_text("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("run")
    source, output = folder / "港口 文件", folder / "out"
    source.mkdir()
    (source / "harbour.en.md").write_text(ENGLISH, "utf-8")
    (source / "harbour.zh.txt").write_text(CHINESE, "gb18030")
    (source / "empty.pdf").write_bytes(b"")
    return source, output, pledgebook("run", str(source), "--output", str(output), "--workers", "2")


def test_a_run_with_a_file_that_cannot_be_read_is_status_1_and_whole(
    made: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    _, output, done = made
    assert done.returncode == 1, done.stderr
    assert [row["path"] for row in rows(output, "failures.csv")] == ["empty.pdf"]
    assert {row["path"]: row["state"] for row in rows(output, "documents.csv")} == {
        "empty.pdf": "failed",
        "harbour.en.md": "complete",
        "harbour.zh.txt": "complete",
    }
    assert "3 documents" in done.stdout
    assert "failures.csv" in done.stderr


def test_commitments_stand_in_their_passages(made: tuple[Path, Path, subprocess.CompletedProcess[str]]) -> None:
    _, output, _ = made
    texts = [json.loads(line)["text"] for line in (output / "passages.jsonl").read_text("utf-8").splitlines()]
    found = rows(output, "commitments.csv")
    assert {row["lang"] for row in found} == {"en", "zh"}
    for row in found:
        assert any(row["quote"] in text for text in texts)
        for slot in ("bearer", "action", "condition", "deadline", "counterparty"):
            assert row[slot] in row["quote"], slot


def test_both_languages_are_one_work(made: tuple[Path, Path, subprocess.CompletedProcess[str]]) -> None:
    _, output, _ = made
    works = {row["path"]: row["work_id"] for row in rows(output, "documents.csv")}
    assert works["harbour.en.md"] == works["harbour.zh.txt"]
    assert rows(output, "alignments.csv")


def test_a_second_run_is_quick_and_says_that_there_is_nothing_to_do(
    made: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    source, output, _ = made
    started = time.monotonic()
    done = pledgebook("run", str(source), "--output", str(output), "--workers", "2")
    assert time.monotonic() - started < 2
    assert done.returncode == 1
    assert "nothing to do" in done.stdout


def test_a_part_of_the_run_can_be_written_again(
    made: tuple[Path, Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    _, output, _ = made
    done = pledgebook("export", "--output", str(output), "--to", str(tmp_path / "part.csv"), "--force", "obligation")
    assert done.returncode == 0, done.stderr
    forces = [row["force"] for row in rows(tmp_path, "part.csv")]
    assert set(forces) == {"obligation"}
    assert len(forces) == sum(row["force"] == "obligation" for row in rows(output, "commitments.csv"))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--to", "x.doc"), "'doc' is no format; allowed: xlsx, csv, parquet, jsonl"),
        (("--to", "x.csv", "--force", "duty"), "'duty' is no force; allowed: commitment, obligation"),
        (("--to", "x.csv", "--state", "done"), "'done' is no review state; allowed: unreviewed"),
    ],
)
def test_what_cannot_be_exported(
    made: tuple[Path, Path, subprocess.CompletedProcess[str]], args: tuple[str, ...], message: str
) -> None:
    done = pledgebook("export", "--output", str(made[1]), *args)
    assert done.returncode == 2
    assert message in done.stderr
