"""The first block is the title; the rest is made up."""

from __future__ import annotations

from typing import Any

from pipeline.config import FactsSettings
from pipeline.records import Facts, Parsed
from pipeline.stage import Stage


def facts(parsed: Parsed) -> Facts:
    title = parsed.blocks[0].text if parsed.blocks else ""
    return Facts(
        document=parsed.document,
        title=title,
        title_en=title,
        title_zh="",
        languages=tuple(sorted({block.lang for block in parsed.blocks})),
        issuer="",
        date="2031-05-14",
        symbol="",
        genre="treaty",
        legal_status="binding",
    )


def build(settings: FactsSettings) -> Any:
    return facts


STAGE = Stage("facts", ("parsed",), "facts", Facts, "document", build)
