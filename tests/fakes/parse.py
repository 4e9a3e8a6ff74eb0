"""Reads a text file, a block a line. The first word of the file may be one of ``TROUBLE``."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from pipeline.config import ParseSettings
from pipeline.records import Block, Box, Failure, Line, PageSize, Parsed, Source, stable_id
from pipeline.stage import Stage, tick
from pipeline.text import language

TROUBLE = ("CRASH", "HANG", "RAISE", "EAT", "VANISH", "ENCRYPTED", "SLOW", "HALF")


def parse(source: Source) -> Parsed:
    text = Path(source.file).read_text("utf-8")
    word = text.split(maxsplit=1)[0] if text.split() else ""
    if word == "CRASH":
        os.abort()
    if word == "VANISH":
        os._exit(9)
    if word == "HANG":
        time.sleep(3600)
    if word == "RAISE":
        raise ValueError("a bad number")
    if word == "EAT":
        eaten = []
        while True:
            eaten.append(bytearray(b"x" * 20_000_000))
            time.sleep(0.01)
    if word == "SLOW":
        for _ in range(6):
            time.sleep(0.5)
            tick()
    if word == "ENCRYPTED":
        failure = Failure(path=source.path, page=0, stage="parse", reason="the file is encrypted")
        return Parsed(document=source.document, path=source.path, pages=(), blocks=(), failures=(failure,))
    count_call("parse", source.path)
    lines = [line for line in text.splitlines() if line.strip()]
    if word == "HALF":
        lines.append("half a character: \ud83d")
    blocks = tuple(block(source.document, ordinal, line) for ordinal, line in enumerate(lines))
    return Parsed(
        document=source.document,
        path=source.path,
        pages=(PageSize(page=1, width=600, height=800),),
        blocks=blocks,
    )


def block(document: str, ordinal: int, text: str) -> Block:
    """A block whose characters are 10 points wide, 20 a line, lines 20 points apart; a new page after 30 lines."""
    lines = tuple(
        Line(
            start=start,
            end=min(start + 20, len(text)),
            box=Box(
                page=1,
                x0=50,
                top=50.0 + start,
                x1=50.0 + 10 * (min(start + 20, len(text)) - start),
                bottom=62.0 + start,
            ),
            edges=tuple(50.0 + 10 * i for i in range(min(start + 20, len(text)) - start + 1)),
        )
        for start in range(0, len(text), 20)
    )
    kind: Any = "title" if ordinal == 0 else "paragraph"
    return Block(
        id=stable_id("b", document, ordinal, text),
        document=document,
        ordinal=ordinal,
        kind=kind,
        lang=language(text),
        text=text,
        page=1,
        lines=lines,
    )


def count_call(stage: str, path: str) -> None:
    """Notes a call where the test asks for it: one file a call, so that processes do not get in each other's way."""
    folder = os.environ.get("PLEDGEBOOK_TEST_CALLS")
    if folder:
        Path(folder, f"{stage} {path.replace('/', '_')} {time.time_ns()}").touch()


def build(settings: ParseSettings) -> Any:
    return parse


STAGE = Stage("parse", ("source",), "parsed", Parsed, "document", build)
