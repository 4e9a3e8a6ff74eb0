"""What people marked in Label Studio: its JSON export read into regions, each where it stands and with what belongs to it.

In order: the tasks of the file are read; of a task the one annotation that counts; of that its regions, with offsets in code
points or, from old versions, UTF-16 units, whichever gives the words that the region says it has; what the controls of a
region say is laid to it, and each slot to the statement that it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from pipeline.export.decisions import ReviewError
from pipeline.formats import label_studio as out
from pipeline.formats.marked import MarkedPassage
from pipeline.review.edits import LISTS, QUOTES


@dataclass
class Region:
    """A marked stretch: its id, label, place, and what its own controls say, by their names."""

    id: str
    label: str
    start: int
    end: int
    words: str
    said: dict[str, str] = field(default_factory=dict)
    owners: list[str] = field(default_factory=list)


@dataclass
class Annotated:
    """What one person marked in a passage: statements, the slots of each by its region's id, actors, passage forces."""

    statements: list[Region]
    slots: dict[str, list[Region]]
    actors: set[tuple[int, int]]
    forces: set[str] | None


def read(file: Path) -> list[dict[str, Any]]:
    """The tasks of an export.

    Raises:
        ReviewError: if it is none, with what it should be.
    """
    try:
        tasks = msgspec.json.decode(file.read_bytes())
    except FileNotFoundError:
        raise ReviewError(f"there is no {file}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReviewError(f"{file} is no JSON ({error})") from None
    if not isinstance(tasks, list) or not all(isinstance(task, dict) and "data" in task for task in tasks):
        raise ReviewError(f"{file} is no list of tasks; export from Label Studio in the format JSON, not JSON-MIN")
    return tasks


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def result_of(task: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The results of a task's annotation; None if nobody annotated it."""
    found = task.get("annotations", [])
    given = [a for a in found if isinstance(a, dict) and not a.get("was_cancelled")] if isinstance(found, list) else []
    if not given:
        return None
    if len(given) > 1:
        raise ReviewError(f"it has {len(given)} annotations; export and import those of one person at a time")
    result = given[0].get("result")
    if not isinstance(result, list) or not all(isinstance(part, dict) for part in result):
        raise ReviewError("its annotation has no list of results")
    return result


def annotated(result: list[dict[str, Any]], passage: MarkedPassage) -> Annotated:
    """The regions of an annotation.

    Args:
        result: the annotation's results, as ``result_of`` gives them.
        passage: the passage that it is on.

    Raises:
        ReviewError: if a region cannot be placed, or a slot belongs to no one statement.
    """
    regions: dict[str, Region] = {}
    text, forces = passage.row.text, None
    for part in result:
        if part.get("type") == "labels":
            region = _region(part, text)
            if region.id in regions:
                raise ReviewError(f"two regions have the id {region.id!r}")
            regions[region.id] = region
    for part in result:
        kind, control, value = part.get("type"), part.get("from_name"), mapping(part.get("value"))
        if kind == "relation":
            ends = [str(part.get("from_id")), str(part.get("to_id"))]
            for one, other in (ends, ends[::-1]):
                if one in regions and other in regions:
                    regions[one].owners.append(other)
        elif kind == "choices" and control == out.PASSAGE_FORCE:
            forces = {str(choice) for choice in value.get("choices", ())}
        elif kind in ("choices", "textarea") and str(part.get("id")) in regions:
            words = value.get("choices" if kind == "choices" else "text", ())
            said = " ".join(map(str, words if isinstance(words, list) else [words])).strip()
            regions[str(part["id"])].said[str(control)] = said
    statements = [r for r in regions.values() if r.label == out.STATEMENT]
    slots: dict[str, list[Region]] = {s.id: [] for s in statements}
    for region in regions.values():
        if region.label in (*QUOTES, *LISTS):
            slots[_owner(region, statements).id].append(region)
    actors = {(r.start, r.end) for r in regions.values() if r.label == out.ACTOR}
    return Annotated(sorted(statements, key=lambda r: (r.start, r.end)), slots, actors, forces)


def _region(part: dict[str, Any], text: str) -> Region:
    value = mapping(part.get("value"))
    labels, start, end = value.get("labels"), value.get("start"), value.get("end")
    if not isinstance(labels, list) or len(labels) != 1 or labels[0] not in out.COLOURS:
        raise ReviewError(f"a region has one label of {', '.join(out.COLOURS)}, not {labels!r}")
    if not isinstance(start, int) or not isinstance(end, int) or not isinstance(part.get("id"), str):
        raise ReviewError(f"the region labelled {labels[0]} has no id, or no whole numbers as start and end")
    place = offsets(text, start, end, value.get("text"))
    if place is None:
        raise ReviewError(f"the region {start}..{end} labelled {labels[0]} does not fit the words of the passage")
    return Region(part["id"], labels[0], *place, text[place[0] : place[1]])


def offsets(text: str, start: int, end: int, words: object) -> tuple[int, int] | None:
    """A region's place in code points, from offsets in code points or UTF-16 units; None if its words stand in neither.

    Args:
        text: the passage.
        start, end: half-open, as Label Studio has them.
        words: the words of the region; without them only a text in which both counts are the same is certain.
    """
    plain = (start, end) if 0 <= start < end <= len(text) else None
    if not isinstance(words, str):
        return plain if max(text, default="") < "\U00010000" else None
    if plain and text[start:end] == words:
        return plain
    units = text.encode("utf-16-le")
    head, body = units[: 2 * start], units[2 * start : 2 * end]
    try:
        if 0 <= start < end and body.decode("utf-16-le") == words:
            at = len(head.decode("utf-16-le"))
            return at, at + len(words)
    except UnicodeDecodeError:
        return None
    return None


def _owner(slot: Region, statements: Sequence[Region]) -> Region:
    """The statement that a slot belongs to: by a relation, by its id, as the only one, or as the only one around it."""
    for named in (
        [s for s in statements if s.id in slot.owners],
        [s for s in statements if slot.id.startswith(f"{s.id}_")],
        list(statements),
        [s for s in statements if s.start <= slot.start and slot.end <= s.end],
    ):
        if len(named) == 1:
            return named[0]
    raise ReviewError(
        f"the region {slot.start}..{slot.end} labelled {slot.label} belongs to no one statement; "
        "draw a relation from it to its statement"
    )
