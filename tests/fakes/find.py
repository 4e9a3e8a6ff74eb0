"""A passage with "means" defines what stands before it."""

from __future__ import annotations

from typing import Any

from pipeline.config import FindSettings
from pipeline.records import Definition, Facts, Findings, Parsed, Passages, TaggedDocument
from pipeline.stage import Stage


def find(parsed: Parsed, facts: Facts, passages: Passages, tagged: TaggedDocument) -> Findings:
    definitions = tuple(
        Definition(
            passage=p.id, term=p.text.partition(" means ")[0], definition=p.text.partition(" means ")[2], holder=""
        )
        for p in passages.passages
        if " means " in p.text
    )
    return Findings(document=parsed.document, definitions=definitions)


def build(settings: FindSettings) -> Any:
    return find


STAGE = Stage("find", ("parsed", "facts", "passages", "tagged"), "findings", Findings, "document", build)
