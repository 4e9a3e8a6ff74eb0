"""Files are written whole or not at all, and errors of writing say what to do."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.records import Failure
from pipeline.store import Cache, DamagedError, OutputError, atomic_write, atomic_write_all, explain, make_folder

RECORD = Failure(path="港口.pdf", page=3, stage="parse", reason="no text")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.write("failure", "k1", RECORD)
    assert cache.has("failure", "k1")
    assert not cache.has("failure", "k2")
    assert cache.keys("failure") == {"k1"}
    assert cache.keys("nothing") == set()
    assert cache.read("failure", "k1", Failure) == RECORD


@pytest.mark.parametrize("cut", [0, 1, 31, 33, -1])
def test_a_truncated_artefact_is_noticed_and_removed(tmp_path: Path, cut: int) -> None:
    cache = Cache(tmp_path)
    cache.write("failure", "k", RECORD)
    path = cache.path("failure", "k")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DamagedError):
        cache.read("failure", "k", Failure)
    assert not path.exists()


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    atomic_write(path, b"old")

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"the disk is full; free some space or choose another --output"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_run_on_a_disk_that_fills_up_says_so_and_keeps_what_was_there(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the write fails in the middle, in whatever process."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Treaty\n" + "Each Party shall report. " * 2000, "utf-8")
    script = tmp_path / "start.py"
    script.write_text(
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from pipeline.config import load\n"
        "from pipeline.run import run\n"
        "from pipeline.store import OutputError\n"
        "from tests.fakes import FAKES\n"
        "if __name__ == '__main__':\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "    try:\n"
        f"        run([Path({str(tmp_path / 'in')!r})], Path({str(tmp_path / 'out')!r}), "
        "load(None, {'run': {'workers': 1}}), None, print, FAKES)\n"
        "    except OutputError as error:\n"
        "        print(error)\n"
        "        sys.exit(2)\n",
        "utf-8",
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    assert "the disk is full" in done.stdout
    assert not [path for path in (tmp_path / "out").rglob("*") if path.suffix == ".tmp"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "no permission"),
        (errno.ENOTDIR, "a file stands where a folder is needed"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_writing_errors_in_words(number: int, words: str) -> None:
    message = explain(Path("out"), OSError(number, os.strerror(number)))
    assert words in message
    assert "out" in message


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="a file stands where a folder is needed"):
        make_folder(tmp_path / "out" / "deeper")


def test_the_sweep_keeps_what_is_used_and_removes_the_oldest_of_the_rest(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for at, key in enumerate(["a", "b", "c"]):
        cache.write("failure", key, RECORD)
        os.utime(cache.path("failure", key), (at, at))
    (tmp_path / "failure" / ".d.1.tmp").write_bytes(b"left by a killed run")
    size = cache.path("failure", "a").stat().st_size
    cache.sweep([("failure", "a")], 3 * size)
    assert cache.keys("failure") == {"a", "b", "c"}
    cache.sweep([("failure", "a")], 2 * size)
    assert cache.keys("failure") == {"a", "c"}
    cache.sweep([("failure", "a")], 0)
    assert cache.keys("failure") == {"a"}
    assert len(list((tmp_path / "failure").iterdir())) == 1


def test_of_several_files_all_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atomic_write_all(tmp_path, {"a.csv": b"1", "b.csv": b"1"})
    real, count = os.fsync, iter(range(9))

    def fills_up(number: int) -> None:
        if next(count) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(number)

    monkeypatch.setattr(os, "fsync", fills_up)
    with pytest.raises(OutputError, match=r"b\.csv: the disk is full"):
        atomic_write_all(tmp_path, {"a.csv": b"2", "b.csv": b"2"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"1", "b.csv": b"1"}
