"""The parser beside other PDF readers, on the same files in one process: pages a second, characters, blocks.

In order: pdfium's raw text (the floor: no blocks, no order), the parser, pdfplumber's ``extract_text``, and PyMuPDF's
blocks if it is installed (its licence keeps it out of the dependencies: ``pip install pymupdf`` to compare). Each reader
runs once to warm up and then as often as fits into a few seconds; the best run counts. Pages that are pictures are left
out of this; ``--scans`` measures optical recognition.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pypdfium2

from pipeline.config import ParseSettings, cores
from pipeline.records import Source
from pipeline.stages.parse import parse

SECONDS = 4.0
Reader = Callable[[Path], tuple[int, int, int]]


def by_pdfium(path: Path) -> tuple[int, int, int]:
    """Pages, characters and blocks (none) of pdfium's raw text."""
    document = pypdfium2.PdfDocument(path)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return len(texts), sum(map(len, texts)), 0


def by_parser(path: Path, ocr: str = "off") -> tuple[int, int, int]:
    """Pages, characters and blocks of this project's parser."""
    settings = ParseSettings(ocr="off" if ocr == "off" else "auto")
    parsed = parse(Source(document="bench", path=path.name, file=str(path.resolve()), sha256=""), settings)
    return len(parsed.pages), sum(len(block.text) for block in parsed.blocks), len(parsed.blocks)


def by_pdfplumber(path: Path) -> tuple[int, int, int]:
    """Pages and characters of pdfplumber's ``extract_text``."""
    with pdfplumber.open(path) as document:
        texts = [page.extract_text() or "" for page in document.pages]
    return len(texts), sum(map(len, texts)), 0


def by_pymupdf(path: Path) -> tuple[int, int, int]:
    """Pages, characters and blocks of PyMuPDF."""
    document = importlib.import_module("pymupdf").open(path)
    pages = [page.get_text("blocks") for page in document]
    return len(pages), sum(len(block[4]) for page in pages for block in page), sum(map(len, pages))


def has_text(path: Path) -> bool:
    """Whether a PDF has any text of its own."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return False
    found = any(page.get_textpage().count_chars() > 20 for page in document)
    document.close()
    return found


def measure(reader: Reader, files: list[Path], seconds: float = SECONDS) -> tuple[float, int, int, int]:
    """Pages a second in the best of several runs over the files, and pages, characters and blocks of one run."""
    totals = [sum(values) for values in zip(*map(reader, files), strict=True)]
    best, begun = float("inf"), time.perf_counter()
    while best == float("inf") or time.perf_counter() - begun < seconds:
        started = time.perf_counter()
        for path in files:
            reader(path)
        best = min(best, time.perf_counter() - started)
    pages, characters, blocks = totals
    return pages / best, pages, characters, blocks


def compare(files: list[Path]) -> list[tuple[str, float, int, int, int]]:
    """A row for each reader: name, pages a second on one core, pages, characters, blocks."""
    digital = [path for path in files if has_text(path)]
    if not digital:
        return []
    readers: list[tuple[str, Reader]] = [
        ("pdfium raw text", by_pdfium),
        ("pledgebook parse", by_parser),
        ("pdfplumber extract_text", by_pdfplumber),
    ]
    if importlib.util.find_spec("pymupdf"):
        readers.append(("PyMuPDF blocks", by_pymupdf))
    return [(name, *measure(reader, digital)) for name, reader in readers]


def scans(files: list[Path]) -> tuple[int, float]:
    """Pages that are pictures, and the seconds a page that optical recognition takes on the cores there are."""
    pictures = [path for path in files if not has_text(path)]
    if not pictures:
        return 0, 0.0
    by_parser(pictures[0], "auto")
    started = time.perf_counter()
    pages = sum(by_parser(path, "auto")[0] for path in pictures)
    return pages, (time.perf_counter() - started) / max(1, pages)


def main(arguments: list[str] | None = None) -> None:
    """Prints the comparison for files or folders."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.parse", description=__doc__)
    options.add_argument("paths", nargs="+", type=Path)
    options.add_argument("--scans", action="store_true", help="measure optical recognition too")
    chosen = options.parse_args(arguments)
    files = sorted(file for path in chosen.paths for file in (path.rglob("*.pdf") if path.is_dir() else [path]))
    rows = compare(files)
    print(f"{'reader':<26}{'pages/s a core':>15}{'pages':>8}{'characters':>12}{'blocks':>8}")
    for name, speed, pages, characters, blocks in rows:
        print(f"{name:<26}{speed:>15.1f}{pages:>8}{characters:>12}{blocks or '-':>8}")
    if chosen.scans:
        pages, seconds = scans(files)
        print(f"optical recognition: {seconds:.1f} s a page on {cores()} cores ({pages} pages)")


if __name__ == "__main__":
    main()
