"""What a person enters for a row, checked: words of the passage, labels of the scheme, dates that exist.

The page and the workbook use the same rules, so a row means the same whichever way it was decided. Slots are quotes: what
is not in the passage is refused with the reason, never stored as if it were. Where the force changes and its strength and
bindingness were not said, they follow from the force by the scheme's rules.
"""

from __future__ import annotations

import datetime
import typing
from collections.abc import Mapping
from typing import Any

import msgspec

from pipeline.export.decisions import EDITABLE, ReviewError
from pipeline.records import FORCES, LAYER_OF_KIND, LegalStatus
from pipeline.stages.tag.statements import binding, strength
from pipeline.tables import BINDINGS, LAYERS, CommitmentRow
from pipeline.text import find_quote

QUOTES = ("bearer", "counterparty", "action", "condition", "deadline")
LISTS = ("hedge", "instruments", "quantities")
DATES = ("deadline_from", "deadline_to")
CHOICES: dict[str, tuple[str, ...]] = {
    "force": FORCES,
    "binding": BINDINGS,
    "bearer_kind": ("", *LAYER_OF_KIND),
    "layer": ("", *LAYERS),
}
LONGEST_ID = 80


def check(
    entered: Mapping[str, Any], row: CommitmentRow, text: str, places: Mapping[str, tuple[int, int]] | None = None
) -> tuple[dict[str, Any], dict[str, tuple[int, int]]]:
    """What a person changes in a row.

    Args:
        entered: values by column; columns that are not there stay as they are.
        row: the row as it is shown.
        text: the passage.
        places: where slots were marked, by column.

    Returns:
        the changed columns with their values, and where the changed slots stand in the passage.

    Raises:
        ReviewError: naming the column, what was entered, and what is allowed.
    """
    changes: dict[str, Any] = {}
    spans: dict[str, tuple[int, int]] = {}
    for column, value in entered.items():
        if column not in EDITABLE:
            raise ReviewError(f"{column} cannot be changed; allowed: {', '.join(EDITABLE)}")
        clean, place = _clean(column, value, text, (places or {}).get(column))
        if clean != getattr(row, column):
            changes[column] = list(clean) if isinstance(clean, tuple) else clean
            if place:
                spans[column] = place
    given = {**{c: getattr(row, c) for c in DATES}, **changes}
    if given["deadline_from"] and given["deadline_to"] and given["deadline_from"] > given["deadline_to"]:
        raise ReviewError(f"deadline_from {given['deadline_from']} is after deadline_to {given['deadline_to']}")
    return changes, spans


def _clean(column: str, value: Any, text: str, near: tuple[int, int] | None) -> tuple[Any, tuple[int, int] | None]:
    if column == "strength":
        number = _whole(value)
        if number is None or not 0 <= number <= 5:
            raise ReviewError(f"strength is a whole number from 0 to 5, not {value!r}")
        return number, None
    if column in LISTS:
        parts = value if isinstance(value, list | tuple) else str(value).replace("；", ";").split(";")
        quotes = [_quote(column, str(part).strip(), text, None) for part in parts if str(part).strip()]
        return tuple(dict.fromkeys(text[a:b] for a, b in quotes)), None
    words = str(value).strip()
    if column in CHOICES:
        if words not in CHOICES[column]:
            allowed = ", ".join(filter(None, CHOICES[column]))
            raise ReviewError(f"{column} is one of {allowed}, not {words!r}")
        return words, None
    if column in DATES:
        return iso_date(column, words), None
    if column in QUOTES and words:
        place = _quote(column, words, text, near)
        return text[place[0] : place[1]], place
    if len(words) > LONGEST_ID or any(not char.isprintable() for char in words):
        raise ReviewError(f"{column} is a short name or code, not {words[:40]!r}")
    return words, None


def _whole(value: Any) -> int | None:
    """A whole number, also where a spreadsheet gives 5.0 or text."""
    try:
        number = float(str(value).strip())
    except ValueError:
        return None
    return int(number) if number == int(number) else None


def _quote(column: str, words: str, text: str, near: tuple[int, int] | None) -> tuple[int, int]:
    place = find_quote(words, text, near)
    if place is None:
        raise ReviewError(f"{column} must be words of the passage; {words[:60]!r} does not stand in it")
    return place


def iso_date(column: str, words: str) -> str:
    """A date as ISO 8601; day before month is not guessed at.

    Raises:
        ReviewError: if it is no date, or could be read in two ways.
    """
    if not words:
        return ""
    plain = words.split("T")[0].split(" ")[0].replace("/", "-").replace(".", "-")
    plain = plain.replace("年", "-").replace("月", "-").replace("日", "")
    parts = plain.split("-")
    if len(parts) == 3 and len(parts[0]) == 4 and all(part.isdigit() for part in parts):
        try:
            return datetime.date(*map(int, parts)).isoformat()
        except ValueError:
            pass
    raise ReviewError(f"{column} is a date as YYYY-MM-DD, not {words!r}")


def follow_force(changes: dict[str, Any], row: CommitmentRow, text: str, legal_status: str) -> dict[str, Any]:
    """Changes with the strength and bindingness that a changed force brings, where they were not said.

    Args:
        text: the words of the statement, whose cues ("voluntary", "encourages") count.
        legal_status: of the document; empty if it is not known.
    """
    if "force" not in changes and "hedge" not in changes:
        return changes
    force = changes.get("force", row.force)
    status: LegalStatus | None = legal_status if legal_status in typing.get_args(LegalStatus) else None  # type: ignore[assignment]
    brought = {
        "strength": strength(force, text, row.lang, bool(changes.get("hedge", row.hedge))),
        "binding": binding(force, status, text, row.lang),
    }
    return changes | {c: v for c, v in brought.items() if c not in changes and v != getattr(row, c)}


def seen(row: CommitmentRow) -> dict[str, Any]:
    """The editable columns of a row as they are shown."""
    data = msgspec.to_builtins(row)
    return {column: data[column] for column in EDITABLE}
