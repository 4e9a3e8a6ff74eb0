"""Reads a file of any format that policy documents come in and gives its blocks in reading order.

``parse`` never raises for what a file holds: what cannot be read becomes a ``Failure`` with a reason that a person
understands, for the whole file (page 0) or for a page of it, and the rest of the file is read all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pipeline.config import ParseSettings
from pipeline.records import Parsed, Source
from pipeline.stage import Stage
from pipeline.stages.parse.reading import parse

__all__ = ["STAGE", "parse"]


def build(settings: ParseSettings) -> Callable[[Source], Parsed]:
    """The stage's function: a file to its blocks."""
    return partial(parse, settings=settings)


STAGE = Stage("parse", ("source",), "parsed", Parsed, "document", build)
