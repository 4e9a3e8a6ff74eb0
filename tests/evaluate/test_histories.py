"""Histories whose links are known: how they are read, and what counts as right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.config import ROOT
from pipeline.evaluate.figures import Tally
from pipeline.evaluate.histories import measure, read_history
from pipeline.records import FORCES, Statement, Tagged
from pipeline.stages.tag import Ask
from pipeline.works import WorkError

TEXT = """about: fictional
lang: en
genre: communique
legal_status: political
earlier: 2031-05-03 | Communiqué of the First Lantern Summit
later: 2033-06-11 | Communiqué of the Second Lantern Summit

## earlier
e1 | We will light the northern channel between Cape Oleander and the Brae shoals with forty buoys.
e2 | We will publish the salaries of harbour clerks and the menus of their canteens.
## later
l1 | The northern channel between Cape Oleander and the Brae shoals will be lit by us with forty buoys.
l2 | We will teach swimming to all children on the outer islands before they are ten years old.
## links
e1 l1 repeated |
e2 - dropped |
- l2 new |
"""


def tagger(asks: Sequence[Ask]) -> list[Tagged]:
    """Every passage is one promise."""
    return [
        Tagged(
            id=a.id, lang=a.lang, force=("commitment",), confidence=0.9, probabilities=dict.fromkeys(FORCES, 0.1),
            statements=(Statement(start=0, end=len(a.text), force="commitment", strength=3, binding="politically_binding"),),
        )
        for a in asks
    ]  # fmt: skip


def test_links_changes_and_what_stands_alone_are_counted(tmp_path: Path) -> None:
    (tmp_path / "lanterns.txt").write_text(TEXT, "utf-8")
    tally = Tally()
    measure(tally, tmp_path, tagger)  # type: ignore[arg-type]

    def total(name: str) -> list[float]:
        return list(tally.total(("texts", "lineage", f"lineage, {name}", "en", "pledgebook")))

    assert total("links that are right") == [1, 1]
    assert total("links that are found") == [1, 1]
    assert total("changes that are right, of right links") == [1, 1]
    assert total("new and dropped that are right") == [2, 2]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("e2 - dropped |\n", "", "no link names: e2"),
        ("repeated", "improved", "no such link"),
        ("e1 l1", "e9 l1", "no such link"),
    ],
)
def test_a_link_that_is_not_there_is_an_error(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "lanterns.txt").write_text(TEXT.replace(old, new), "utf-8")
    with pytest.raises(WorkError, match=words):
        read_history(tmp_path / "lanterns.txt")


def test_the_histories_of_the_corpus_can_be_read() -> None:
    found = [read_history(file) for file in sorted((ROOT / "corpus" / "lineage").glob("*.txt"))]
    assert {h.lang for h in found} == {"en", "zh"}
    assert all(sum(link[2] not in ("none", "new", "dropped") for link in h.links) >= 15 for h in found)
