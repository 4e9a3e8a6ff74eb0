"""Measures lineage on pairs of documents whose statements were linked by the people who wrote them (``corpus/lineage``).

Each sentence is a passage; it is tagged and embedded as in the flow, and the flow's own stage says what became of it. A link
is right if both its sentences are linked so; its change is measured on right links alone. A statement told to be new or
dropped is right if it has no counterpart.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np

from pipeline.embedding import embed
from pipeline.evaluate.figures import Tally
from pipeline.records import (
    Alignments,
    Change,
    Facts,
    Lang,
    Lineage,
    Passage,
    Passages,
    Record,
    Tagged,
    TaggedDocument,
    Vectors,
    stable_id,
)
from pipeline.stages.lineage import lineage
from pipeline.stages.tag import Ask, Tagger
from pipeline.works import WorkError

OURS = "pledgebook"
SECTION = "texts"


class History(Record, frozen=True):
    """Two documents of a series, the later after the earlier: dates, titles, sentences by key, and the links of the keys."""

    name: str
    lang: Lang
    genre: str
    legal_status: str
    dates: tuple[str, str]
    titles: tuple[str, str]
    sentences: tuple[dict[str, str], dict[str, str]]
    links: tuple[tuple[str, str, str], ...]


def read_history(file: Path) -> History:
    """Reads a file of ``corpus/lineage``: headers, then the sections ``earlier``, ``later`` and ``links``.

    Raises:
        WorkError: a sentence is linked by no line, or a line links what there is not.
    """
    head: dict[str, str] = {}
    parts: dict[str, list[str]] = {"earlier": [], "later": [], "links": []}
    section = ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:].strip()
        elif section and line.strip():
            parts[section].append(line)
        elif line.strip():
            key, _, value = line.partition(":")
            head[key.strip()] = value.strip()
    sentences = [dict(_halves(line) for line in parts[side]) for side in ("earlier", "later")]
    links = []
    for line in parts["links"]:
        one, other, change = line.partition("|")[0].split()
        if change not in (*get_args(Change), "none") or not {one, other} <= {*sentences[0], *sentences[1], "-"}:
            raise WorkError(f"{file.name}: no such link: {line!r}")
        links.append((one, other, change))
    left = {*sentences[0], *sentences[1]} - {key for link in links for key in link[:2]}
    if left:
        raise WorkError(f"{file.name}: sentences that no link names: {', '.join(sorted(left))}")
    (old_date, old_title), (new_date, new_title) = (_halves(head[side]) for side in ("earlier", "later"))
    return History(
        name=file.stem,
        lang="zh" if head["lang"] == "zh" else "en",
        genre=head["genre"],
        legal_status=head["legal_status"],
        dates=(old_date, new_date),
        titles=(old_title, new_title),
        sentences=(sentences[0], sentences[1]),
        links=tuple(links),
    )


def _halves(line: str) -> tuple[str, str]:
    one, _, other = line.partition("|")
    return one.strip(), other.strip()


def told(history: History, tagger: Tagger) -> list[tuple[str, str, str]]:
    """The links that the flow's stage finds, as keys of sentences; an empty key where there is no counterpart."""
    facts: dict[str, Facts] = {}
    passages: dict[str, Passages] = {}
    tagged: dict[str, TaggedDocument] = {}
    vectors: dict[str, Vectors] = {}
    keys: dict[str, str] = {}
    for document, sentences, date, title in zip(
        ("earlier", "later"), history.sentences, history.dates, history.titles, strict=True
    ):
        facts[document] = Facts(
            document=document, title=title, title_en="", title_zh="", languages=(history.lang,), issuer="", date=date,
            symbol="", genre=history.genre, legal_status=history.legal_status,  # type: ignore[arg-type]
        )  # fmt: skip
        rows = [
            Passage(
                id=f"{document}-{key}", document=document, ordinal=i, lang=history.lang, text=text, anchors=(), boxes=()
            )
            for i, (key, text) in enumerate(sentences.items())
        ]
        tags = tagger([Ask(p.id, p.text, p.lang, history.legal_status, history.genre, date=date) for p in rows])  # type: ignore[arg-type]
        passages[document] = Passages(document=document, passages=tuple(rows))
        tagged[document] = TaggedDocument(document=document, tagged=tuple(tags))
        data = embed([p.text for p in rows]).astype("<f2")
        vectors[document] = Vectors(document=document, dimensions=data.shape[1], data=data.tobytes())
        keys |= _statements(rows, tags, sentences)
    found: Lineage = lineage(facts, passages, tagged, vectors, Alignments(works=()))
    return [(keys.get(link.earlier, ""), keys.get(link.later, ""), link.change) for link in found.links]


def _statements(rows: Sequence[Passage], tags: Sequence[Tagged], sentences: dict[str, str]) -> dict[str, str]:
    return {
        stable_id("s", passage.id, ordinal): key
        for passage, tagged, key in zip(rows, tags, sentences, strict=True)
        for ordinal in range(len(tagged.statements))
    }


def measure(tally: Tally, folder: Path, tagger: Tagger) -> None:
    """Adds how right the links, their changes, and what is told to be new or dropped are.

    Args:
        tally: keys are (section, data, measure, lang, model).
        folder: histories, ``*.txt``.
        tagger: the shipped model.
    """
    for file in sorted(folder.glob("*.txt")):
        history = read_history(file)
        found = told(history, tagger)
        gold = {(one, other): change for one, other, change in history.links if "-" not in (one, other)}
        alone = {
            one if other == "-" else other
            for one, other, change in history.links
            if change in ("new", "dropped", "none")
        }
        pairs = [(link, gold.get(link[:2])) for link in found if all(link[:2])]
        single = [link for link in found if not all(link[:2])]

        def add(measure: str, counts: Sequence[int], history: History = history) -> None:
            tally.add((SECTION, "lineage", f"lineage, {measure}", history.lang, OURS), history.name, np.array(counts))

        add("links that are right", [sum(bool(change) for _, change in pairs), len(pairs)])
        add("links that are found", [sum(bool(change) for _, change in pairs), len(gold)])
        add("changes that are right, of right links", [sum(link[2] == change for link, change in pairs if change),
                                                       sum(bool(change) for _, change in pairs)])  # fmt: skip
        add("new and dropped that are right", [sum((link[0] or link[1]) in alone for link in single), len(single)])
