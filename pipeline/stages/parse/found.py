"""What a reader of one format gives back, and how it says that it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.records import Block, PageSize


class Unreadable(Exception):
    """Nothing of a file can be read; the message says why, for a person, and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader makes of a file: pages, blocks, and failures as (page, reason); page 0 is the whole file."""

    pages: tuple[PageSize, ...] = ()
    blocks: tuple[Block, ...] = ()
    failures: tuple[tuple[int, str], ...] = ()
