"""Every block after the title is a passage."""

from __future__ import annotations

from typing import Any

from pipeline.config import SegmentSettings
from pipeline.records import Anchor, Facts, Parsed, Passage, Passages, stable_id
from pipeline.stage import Stage
from tests.fakes.parse import count_call


def segment(parsed: Parsed, facts: Facts) -> Passages:
    count_call("segment", parsed.path)
    return Passages(
        document=parsed.document,
        passages=tuple(
            Passage(
                id=stable_id("p", parsed.document, block.ordinal, block.text),
                document=parsed.document,
                ordinal=ordinal,
                lang=block.lang,
                text=block.text,
                anchors=(Anchor(start=0, end=len(block.text), block=block.id, block_start=0),),
                boxes=tuple(line.box for line in block.lines),
                section=(facts.title,),
            )
            for ordinal, block in enumerate(parsed.blocks[1:])
        ),
    )


def build(settings: SegmentSettings) -> Any:
    return segment


STAGE = Stage("segment", ("parsed", "facts"), "passages", Passages, "document", build)
