"""A stage whose model is not there."""

from __future__ import annotations

from typing import Any

from pipeline.config import TagSettings
from pipeline.records import TaggedDocument
from pipeline.stage import Stage


def build(settings: TagSettings) -> Any:
    raise FileNotFoundError("no such model")


STAGE = Stage("tag", ("passages", "facts"), "tagged", TaggedDocument, "document", build)
