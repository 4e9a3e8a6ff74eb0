"""``make bench``: measures a run cold and warm, its memory and the share of each stage, then peers on the same files.

In order: the files (those named, else the sample works) are counted; a run into an empty folder is timed, then an
unchanged second run in a process of its own, start-up included; then, if they are there, the parser beside other PDF
readers (``benchmarks/parse.py``) and the script that one would write without this project (``benchmarks/plain.py``).
Times are wall-clock on an otherwise idle machine; nothing is averaged away: three cold runs show the spread.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.config import ROOT, cores, load
from pipeline.run import Summary, run

COLD_RUNS = 3


def files_under(inputs: list[Path]) -> list[Path]:
    """The PDF files of some folders and files, in order of name."""
    found = [p for path in inputs for p in (sorted(path.rglob("*.pdf")) if path.is_dir() else [path])]
    return [path for path in found if path.suffix.lower() == ".pdf"]


def cold(inputs: list[Path], workers: int, ocr: str) -> tuple[Summary, float]:
    """A run into an empty folder: its summary and the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        summary = run(
            inputs,
            Path(folder) / "out",
            load(None, {"run": {"workers": workers}, "parse": {"ocr": ocr}}),
            say=lambda text: None,
        )
        return summary, time.perf_counter() - started


def warm(inputs: list[Path], ocr: str) -> float:
    """The seconds of an unchanged second run, as a user calls it: from the start of the process to its end."""
    folder = Path(tempfile.mkdtemp())
    try:
        command = [
            sys.executable,
            "-m",
            "pipeline.cli",
            "run",
            *map(str, inputs),
            "--output",
            str(folder),
            "--ocr",
            ocr,
        ]
        subprocess.run(command, check=False, capture_output=True, cwd=ROOT)
        started = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True, cwd=ROOT)
        return time.perf_counter() - started
    finally:
        shutil.rmtree(folder)


def report(inputs: list[Path], workers: int, ocr: str) -> None:
    """Prints what a run takes."""
    print(f"{workers} workers on {cores()} cores, Python {sys.version.split()[0]}, optical recognition {ocr}")
    runs = [cold(inputs, workers, ocr) for _ in range(COLD_RUNS)]
    summary = runs[0][0]
    pages = summary.counts["pages"]
    times = sorted(seconds for _, seconds in runs)
    print(f"{summary.counts['documents']} documents, {pages} pages, {summary.counts['passages']} passages")
    spread = ", ".join(f"{seconds:.1f}" for seconds in times)
    print(f"cold   {pages / times[len(times) // 2]:8.1f} pages/s (runs of {spread} s)")
    print(f"warm   {warm(inputs, ocr):8.2f} s for an unchanged second run, start-up included")
    print(f"memory {max(s.peak for s, _ in runs):8.0f} MB in the largest worker")
    total = sum(summary.seconds.values()) or 1
    print("\nstage        seconds  share   (over all workers)")
    for stage, seconds in sorted(summary.seconds.items(), key=lambda item: -item[1]):
        print(f"{stage:10} {seconds:9.2f} {seconds / total:6.0%}")


def peers(inputs: list[Path]) -> None:
    """Runs the comparisons that are there, each as a module of its own so that none warms up another."""
    files = [str(path) for path in files_under(inputs)]
    for name in ("parse", "plain"):
        if importlib.util.find_spec(f"benchmarks.{name}") and files:
            print(f"\n== {name}", flush=True)
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *files], check=False, cwd=ROOT)


def main(arguments: list[str]) -> int:
    """Measures the files and folders that are named, else the sample works."""
    inputs = [Path(argument).resolve() for argument in arguments] or [ROOT / "corpus" / "samples"]
    missing = [str(path) for path in inputs if not path.exists()]
    if missing:
        print(f"there is no {missing[0]}; name a folder: make bench INPUT=folder", file=sys.stderr)
        return 2
    report(inputs, min(2, cores()), "off")
    peers(inputs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
