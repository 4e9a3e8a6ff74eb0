"""Stages as filters: JSON Lines in, JSON Lines out, one line for every line, in order.

Lines are read in batches, since the models are much faster on many passages than on one; what is malformed ends the
filter with the number of the line and the reason, after everything before it has been answered.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pipeline.config import Config
from pipeline.records import Block, Box, Lang, LegalStatus, Line, Parsed, Request, Source, stable_id
from pipeline.sources import InputError
from pipeline.store import sha256_of

BATCH = 256


class LineError(ValueError):
    """A line of the input is not what it must be; the message has its number and the reason."""


class TextLine(msgspec.Struct, frozen=True):
    """A line with an id and a text; other keys may stand beside them."""

    id: str | int
    text: str


class PassageLine(TextLine, frozen=True):
    """A line of ``tag``: also its language and the legal status of its document, where they are known."""

    lang: Lang | None = None
    legal_status: LegalStatus | None = None


L = TypeVar("L", bound=TextLine)


def read_lines(kind: type[L], stream: Iterable[bytes] | None = None) -> Iterator[L]:
    """The records of standard input (or a stream of lines), as they come.

    Raises:
        LineError: at the first line that is not UTF-8, not JSON, blank, or without what the record needs.
    """
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(stream if stream is not None else sys.stdin.buffer, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not text.strip():
            raise LineError(f'line {number}: the line is blank; each line is a JSON object with "id" and "text"')
        try:
            text.decode("utf-8")
            yield decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise LineError(f"line {number}: {_words(error)}") from None


def _words(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 (byte {error.start}: {error.reason})"
    return str(error).replace("`", "").replace(" - at $.", " in ")


def write_line(record: Any) -> None:
    """A record as a line of JSON in UTF-8 on standard output, whatever the terminal's own encoding."""
    sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")


def in_batches(lines: Iterator[L], answer: Callable[[Sequence[L]], Iterable[Any]]) -> None:
    """Answers lines in batches and writes the answers in order.

    Raises:
        LineError: at a malformed line, after the lines before it have been answered.
    """
    batch: list[L] = []
    trouble: LineError | None = None
    while trouble is None:
        try:
            batch.append(next(lines))
            if len(batch) < BATCH:
                continue
        except StopIteration:
            break
        except LineError as error:
            trouble = error
        _write_all(answer, batch)
        batch = []
    _write_all(answer, batch)
    if trouble is not None:
        raise trouble


def _write_all(answer: Callable[[Sequence[L]], Iterable[Any]], batch: Sequence[L]) -> None:
    if batch:
        for record in answer(batch):
            write_line(record)
        sys.stdout.buffer.flush()


def segment(stream: Iterable[bytes] | None = None) -> None:
    """``pledgebook segment``: language, sentences and words of each text."""
    from pipeline.stages.segment import segment_text

    def answer(lines: Sequence[TextLine]) -> Iterator[dict[str, Any]]:
        for line in lines:
            lang, sentences, tokens = segment_text(line.text)
            yield {"id": line.id, "lang": lang, "sentences": sentences, "tokens": tokens}

    in_batches(read_lines(TextLine, stream), answer)


def tag(config: Config, stream: Iterable[bytes] | None = None) -> None:
    """``pledgebook tag``: force, statements and mentions of each passage."""
    from pipeline.stages.tag import tag_passages

    def answer(lines: Sequence[PassageLine]) -> Iterator[dict[str, Any]]:
        asks = [Request(id=str(x.id), text=x.text, lang=x.lang, legal_status=x.legal_status) for x in lines]
        for line, tagged in zip(lines, tag_passages(asks, config.tag), strict=True):
            yield msgspec.to_builtins(tagged) | {"id": line.id}

    in_batches(read_lines(PassageLine, stream), answer)


def cluster(themes: int | None, stream: Iterable[bytes] | None = None) -> None:
    """``pledgebook cluster``: the theme of each text, among all of them."""
    from pipeline.stages.cluster import cluster_texts

    lines = list(read_lines(TextLine, stream))
    places, found = cluster_texts([(str(line.id), line.text) for line in lines], themes)
    names = {theme.id: theme for theme in found}
    for line, place in zip(lines, places, strict=True):
        theme = names[place.theme]
        write_line(
            {
                "id": line.id,
                "theme": place.theme,
                "label_en": theme.label_en,
                "label_zh": theme.label_zh,
                "score": place.score,
            }
        )


def align(source: Path, target: Path) -> None:
    """``pledgebook align``: which lines of two files say the same."""
    from pipeline.stages.align import align_sentences

    for bead in align_sentences(_file_lines(source), _file_lines(target)):
        write_line({"source": bead.source, "target": bead.target, "score": bead.score})


def _file_lines(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"there is no {path}; name a text file with one sentence a line") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8 and run again") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def parse(files: Sequence[Path], config: Config) -> int:
    """``pledgebook parse``: the blocks of files, in reading order.

    Returns:
        how many failures there were; each is told on standard error.
    """
    from pipeline.stages.parse import parse as parse_file

    failures = 0
    for file in files:
        if not file.is_file():
            raise InputError(f"there is no file {file}")
        digest = sha256_of(file)
        source = Source(document=stable_id("d", digest), path=str(file), file=str(file.absolute()), sha256=digest)
        parsed: Parsed = parse_file(source, config.parse)
        for block in parsed.blocks:
            write_line(block_line(block, str(file)))
        for failure in parsed.failures:
            failures += 1
            where = f"{file}, page {failure.page}" if failure.page else str(file)
            print(f"{where}: {failure.reason}", file=sys.stderr)
        sys.stdout.buffer.flush()
    return failures


def block_line(block: Block, path: str) -> dict[str, Any]:
    """A block as a line of ``parse``: ``bbox`` on its first page, ``spans`` where it has more than one place."""
    spans = [{"page": group[0].page, "bbox": _union(group)} for group in _places(block.lines)]
    first = [box for box in (line.box for line in block.lines) if box.page == block.lines[0].box.page]
    line: dict[str, Any] = {
        "document": block.document,
        "path": path,
        "page": block.page,
        "bbox": _union(first) if first else None,
        "kind": block.kind,
        "lang": block.lang,
        "text": block.text,
    }
    if block.kind == "heading":
        line["level"] = block.level
    if block.marker:
        line["marker"] = block.marker
    if block.rows:
        line["rows"] = block.rows
    if block.notes:
        line["notes"] = [{"offset": note.offset, "marker": note.marker} for note in block.notes]
    if len(spans) > 1:
        line["spans"] = spans
    return line


def _union(boxes: Sequence[Box]) -> list[float]:
    return [
        round(min(box.x0 for box in boxes), 2),
        round(min(box.top for box in boxes), 2),
        round(max(box.x1 for box in boxes), 2),
        round(max(box.bottom for box in boxes), 2),
    ]


def _places(lines: Sequence[Line]) -> list[list[Box]]:
    """The boxes of a block's lines, a group a place: another page, or further up on the same one, is another place."""
    number = 0
    numbered: list[tuple[int, Box]] = []
    for line in lines:
        if numbered:
            last = numbered[-1][1]
            number += line.box.page != last.page or line.box.bottom <= last.top
        numbered.append((number, line.box))
    return [[box for _, box in group] for _, group in groupby(numbered, key=lambda pair: pair[0])]
