"""A passage with "shall" or 应 has one obligation, whose bearer is what stands before that word."""

from __future__ import annotations

import re
from typing import Any

from pipeline.config import TagSettings
from pipeline.records import Actor, Facts, Instrument, Passage, Passages, Quantity, Statement, Tagged, TaggedDocument
from pipeline.stage import Stage

DUTY = re.compile(r"\s*(?:shall|应)\s*")


def tag(passages: Passages, facts: Facts) -> TaggedDocument:
    return TaggedDocument(document=passages.document, tagged=tuple(tag_one(p) for p in passages.passages))


def tag_one(passage: Passage) -> Tagged:
    duty = DUTY.search(passage.text)
    statements: tuple[Statement, ...] = ()
    actors: tuple[Actor, ...] = ()
    if duty and duty.start():
        bearer = Actor(
            start=0, end=duty.start(), text=passage.text[: duty.start()], kind="state_group", layer="national", id=""
        )
        actors = (bearer,)
        statements = (
            Statement(
                start=0,
                end=len(passage.text),
                force="obligation",
                strength=5,
                binding="legally_binding",
                bearer=bearer,
                confidence=0.9,
            ),
        )
    numbers = [
        Quantity(start=m.start(), end=m.end(), text=m[0], value=float(m[0]), low=float(m[0]), high=float(m[0]), unit="")
        for m in re.finditer(r"\d+", passage.text)
    ]
    named = [
        Instrument(start=m.start(), end=m.end(), text=m[0], id="harbour-plan")
        for m in re.finditer(r"Harbour Plan|《港湾计划》", passage.text)
    ]
    return Tagged(
        id=passage.id,
        lang=passage.lang,
        force=("obligation",) if statements else ("declaration",),
        confidence=0.9,
        probabilities={"obligation": 0.9} if statements else {"declaration": 0.9},
        statements=statements,
        actors=actors,
        instruments=tuple(named),
        quantities=tuple(numbers),
    )


def build(settings: TagSettings) -> Any:
    return tag


STAGE = Stage("tag", ("passages", "facts"), "tagged", TaggedDocument, "document", build)
