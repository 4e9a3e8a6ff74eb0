"""Label Studio: a task a passage with what is predicted, and the labelling configuration that shows it.

A statement is a region labelled ``statement`` with its force as a choice; its slots are regions of their own that a relation
ties to it. Ids of regions are made of the statement's id, and Label Studio keeps the ids of predictions in the annotations
that are made from them, so what comes back is placed by id (``pipeline.formats.label_studio_back``). Offsets are code
points, as Label Studio counts them in texts since 2022; before, it counted UTF-16 units, which the way back tells apart.

Format: https://labelstud.io/guide/task_format and https://labelstud.io/guide/predictions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree

import msgspec

from pipeline.formats.marked import MarkedPassage, MarkedStatement
from pipeline.records import FORCES, LAYER_OF_KIND
from pipeline.review.edits import LISTS, QUOTES

STATEMENT = "statement"
ACTOR = "actor"
# Labels of regions: a statement, its slots by the names of the table's columns, and mentions of actors.
COLOURS = {
    STATEMENT: "#c9ced6",
    "bearer": "#2f6f4f",
    "counterparty": "#3f7fbf",
    "action": "#1f3a5f",
    "condition": "#a0682a",
    "deadline": "#8a2f6b",
    "hedge": "#8c8c2a",
    "instruments": "#5a4fb0",
    "quantities": "#2a8c8c",
    ACTOR: "#b04f4f",
}
TEXT, SPAN, FORCE, PASSAGE_FORCE = "text", "span", "force", "passage_force"
KIND, ACTOR_ID, DATES = "bearer_kind", "bearer_id", "deadline_dates"


def config() -> bytes:
    """The labelling configuration that goes with the tasks, as XML."""
    view = ElementTree.Element("View")
    # Without it the browser swallows blanks, and offsets no longer fit.
    ElementTree.SubElement(view, "Style").text = ".htx-text { white-space: pre-wrap; }"
    ElementTree.SubElement(view, "Header", value="$where")
    labels = ElementTree.SubElement(view, "Labels", name=SPAN, toName=TEXT)
    for name, colour in COLOURS.items():
        ElementTree.SubElement(labels, "Label", value=name, background=colour)
    ElementTree.SubElement(view, "Text", name=TEXT, value="$text")
    _choices(view, PASSAGE_FORCE, FORCES, {"choice": "multiple"})
    _choices(view, FORCE, FORCES, _only(STATEMENT))
    _choices(view, KIND, tuple(LAYER_OF_KIND), _only("bearer"))
    for name, hint, label in (
        (ACTOR_ID, "canonical id, such as IAEA", "bearer"),
        (DATES, "from/to, such as 2030-01-01/2030-12-31", "deadline"),
    ):
        more = {"placeholder": hint, "maxSubmissions": "1", "editable": "true"} | _only(label)
        ElementTree.SubElement(view, "TextArea", {"name": name, "toName": TEXT} | more)
    relations = ElementTree.SubElement(view, "Relations")
    ElementTree.SubElement(relations, "Relation", value="of")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode").encode() + b"\n"


def _only(label: str) -> dict[str, str]:
    return {"perRegion": "true", "whenTagName": SPAN, "whenLabelValue": label}


def _choices(view: ElementTree.Element, name: str, values: Iterable[str], more: dict[str, str]) -> None:
    control = ElementTree.SubElement(view, "Choices", {"name": name, "toName": TEXT, "showInline": "true"} | more)
    for value in values:
        ElementTree.SubElement(control, "Choice", value=value)


def tasks(passages: Iterable[MarkedPassage], model: str) -> bytes:
    """The tasks as a JSON list, one a line.

    Args:
        passages: in the order in which they are to be shown.
        model: the version of the models, as Label Studio shows it.
    """
    lines = [msgspec.json.encode(_task(passage, model)) for passage in passages]
    return b"[\n" + b",\n".join(lines) + b"\n]\n"


def _task(passage: MarkedPassage, model: str) -> dict[str, Any]:
    row = passage.row
    place = filter(None, (passage.title or passage.path, f"p. {row.page}", " / ".join(row.section)))
    return {
        "data": {
            "text": row.text,
            "where": " · ".join(place),
            "passage": row.id,
            "document": row.document,
            "path": passage.path,
            "page": row.page,
            "lang": row.lang,
            "legal_status": passage.legal_status,
            # Which statements were there when this was written: of these, one that is missing was taken away.
            "statements": [s.id for s in passage.statements],
        },
        "predictions": [{"model_version": model, "score": row.confidence, "result": list(_results(passage))}],
    }


def _results(passage: MarkedPassage) -> Iterator[dict[str, Any]]:
    text = passage.row.text
    if passage.force:
        yield _result(f"{passage.row.id}_force", PASSAGE_FORCE, "choices", {"choices": list(passage.force)})
    for statement in passage.statements:
        yield from _statement(statement, text)
    for number, actor in enumerate(passage.row.actors):
        yield _region(f"{passage.row.id}_{ACTOR}_{number}", ACTOR, actor.start, actor.end, text)


def _statement(statement: MarkedStatement, text: str) -> Iterator[dict[str, Any]]:
    region = _region(statement.id, STATEMENT, statement.start, statement.end, text)
    yield region | {"score": statement.confidence}
    yield _also(region, FORCE, "choices", {"choices": [statement.force]})
    for slot, key in slot_ids(statement):
        region = _region(key, slot.column, slot.start, slot.end, text)
        yield region
        if slot.column == "bearer" and statement.bearer_kind:
            yield _also(region, KIND, "choices", {"choices": [statement.bearer_kind]})
        if slot.column == "bearer" and statement.bearer_id:
            yield _also(region, ACTOR_ID, "textarea", {"text": [statement.bearer_id]})
        if slot.column == "deadline" and (statement.deadline_from or statement.deadline_to):
            yield _also(region, DATES, "textarea", {"text": [f"{statement.deadline_from}/{statement.deadline_to}"]})
        yield {"type": "relation", "from_id": key, "to_id": statement.id, "direction": "right", "labels": ["of"]}


def slot_ids(statement: MarkedStatement) -> Iterator[tuple[Any, str]]:
    """The slots of a statement with the ids of their regions; Label Studio allows letters, digits, ``_`` and ``-``."""
    for column in (*QUOTES, *LISTS):
        for number, slot in enumerate(s for s in statement.slots if s.column == column):
            yield slot, f"{statement.id}_{column}_{number}"


def _result(key: str, control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": key, "from_name": control, "to_name": TEXT, "type": kind, "value": value}


def _region(key: str, label: str, start: int, end: int, text: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return _result(key, SPAN, "labels", value)


def _also(region: dict[str, Any], control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    """What a control that belongs to a region says of it: same id, same place."""
    place = {"start": region["value"]["start"], "end": region["value"]["end"]}
    return _result(region["id"], control, kind, place | value)
