"""``pledgebook import-review FILE.json``: people's decisions back from Label Studio's JSON export.

In order: a task is found by its passage's id and must have the same text; a statement is found by its region's id, or by
covering the same words; one whose region is gone was rejected, one whose region is new was added; all others go through
the rules of the workbook (``pipeline.review.spreadsheet``). What is not kept by the log (actors that are no bearer, forces
of a passage against its statements) is refused and listed, not left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import ROOT, Config
from pipeline.export.decisions import Decision, ReviewError
from pipeline.formats import label_studio as out
from pipeline.formats.marked import MarkedPassage, marked
from pipeline.formats.regions import Annotated, Region, annotated, mapping, read, result_of
from pipeline.records import FORCES, LAYER_OF_KIND, OPERATIVE_FORCES
from pipeline.review import decide
from pipeline.review.app import utc_now
from pipeline.review.command import user_name
from pipeline.review.desk import Desk
from pipeline.review.edits import LISTS, QUOTES
from pipeline.review.log import Log, check_name
from pipeline.review.spreadsheet import Outcome, Refused, decide_row, take

Cells = dict[str, Any]
Places = dict[str, tuple[int, int]]


def import_tasks(file: Path, output: Path, reviewer: str, config: Config, now: Callable[[], str] = utc_now) -> int:
    """Takes the annotations in an export of Label Studio into the log.

    Args:
        file: the export, in Label Studio's format JSON.
        output: the folder of the run that the tasks were exported from.
        reviewer: who annotated; the name of who is logged in if empty.
        config: the configuration; ``review.folder`` counts.
        now: gives the time of the decisions.

    Returns:
        0 if all was taken, 1 if something was refused (listed on standard error).

    Raises:
        ReviewError: if the file is no such export; nothing is written then.
        InputError, OutputError: if there is no run, or the log cannot be written.
    """
    name = check_name(reviewer or user_name())
    desk = Desk(output, Log(ROOT / config.review.folder))
    desk.refresh()
    return take(compare(read(file), desk, name, now()), desk, name, "task")


def compare(tasks: Sequence[dict[str, Any]], desk: Desk, reviewer: str, time: str) -> Outcome:
    """What annotations say that the log does not.

    Args:
        tasks: from ``read``.
        desk: the run, with the decisions so far.
        reviewer, time: who and when.
    """
    outcome = Outcome()
    passages = {passage.row.id: passage for passage in marked(desk)}
    done: set[str] = set()
    for number, task in enumerate(tasks, 1):
        key = str(mapping(task["data"]).get("passage", ""))
        try:
            result = result_of(task)
            if result is None:
                continue
            if key in done:
                raise ReviewError("another task above is on the same passage")
            done.add(key)
            passage = _passage(key, task, passages)
            found = annotated(result, passage)
        except ReviewError as error:
            outcome.refused.append(Refused(number, key, str(error)))
            continue
        known = task["data"].get("statements")
        known = {str(s) for s in known} if isinstance(known, list) else {s.id for s in passage.statements}
        _Task(outcome, number, passage, found, desk, reviewer, time).compare(known)
    return outcome


def _passage(key: str, task: dict[str, Any], passages: dict[str, MarkedPassage]) -> MarkedPassage:
    if key not in passages:
        raise ReviewError("no passage of this run has this id; were the tasks exported from another run?")
    if task["data"].get("text") != passages[key].row.text:
        raise ReviewError("its text is not the passage's; offsets into it mean nothing here")
    return passages[key]


@dataclass
class _Task:
    """One task while its decisions are made."""

    outcome: Outcome
    number: int
    passage: MarkedPassage
    annotated: Annotated
    desk: Desk
    reviewer: str
    time: str

    def compare(self, known: set[str]) -> None:
        """Adds to the outcome what the annotation says of each statement; ``known`` were there at the export."""
        self.refuse_what_is_not_kept()
        mine = {s.id: (s.start, s.end) for s in self.passage.statements if s.id in self.desk.items}
        kept = {region.id for region in self.annotated.statements} & set(mine)
        # One that was taken away and marked again on the same words is the same.
        free = {place: key for key, place in mine.items() if key not in kept}
        for region in self.annotated.statements:
            key = region.id if region.id in mine else free.pop((region.start, region.end), None)
            if key:
                kept.add(key)
                self.note(key, self.changed, key, region)
            elif self.is_no_row(region):
                self.refuse_slots_of_no_row(region)
            else:
                self.note(region.id, self.added, region)
        for key in mine:
            if key not in kept and key in known:
                self.note(key, self.rejected, key)

    def note(self, key: str, make: Callable[..., Decision | None], *given: Any) -> None:
        try:
            decision = make(*given)
        except ReviewError as error:
            self.outcome.refused.append(Refused(self.number, key, str(error)))
            return
        if decision is None:
            self.outcome.unchanged += 1
        else:
            self.outcome.decisions.append(decision)

    def refuse_what_is_not_kept(self) -> None:
        row = self.passage.row
        if self.annotated.actors != {(a.start, a.end) for a in row.actors}:
            self._refuse("actors were marked or unmarked; the log keeps the bearers of statements, not other actors")
        # As it was shown (before or after what is decided by now), or as its statements now say.
        fits = (set(self.passage.force), set(row.force), {r.said.get(out.FORCE, "") for r in self.annotated.statements})
        if self.annotated.forces is not None and self.annotated.forces not in fits:
            self._refuse("the forces of the passage were changed; set the force of a statement, the passage's follow")

    def _refuse(self, reason: str) -> None:
        self.outcome.refused.append(Refused(self.number, self.passage.row.id, reason))

    def is_no_row(self, region: Region) -> bool:
        """Whether a region is a statement that the table has no row of, and still is: nobody is to act because of it."""
        known = {s.id: s.force for s in self.passage.statements if s.id not in self.desk.items}
        return region.id in known and region.said.get(out.FORCE) == known[region.id]

    def refuse_slots_of_no_row(self, region: Region) -> None:
        there = {(s.column, s.start, s.end) for p in self.passage.statements if p.id == region.id for s in p.slots}
        if there != {(s.label, s.start, s.end) for s in self.annotated.slots[region.id]}:
            force = region.said.get(out.FORCE)
            self._refuse(
                f"slots of a {force} were changed; the log keeps those of statements that are rows of the table"
            )

    def changed(self, key: str, region: Region) -> Decision | None:
        cells, places = _cells(region, self.annotated.slots[region.id])
        item = self.desk.items[key]
        shown = self.desk.row(item)
        there = {slot.column for s in self.passage.statements if s.id == key for slot in s.slots}
        # Words of a row that stand nowhere in the passage could not be shown, so that they are missing says nothing.
        hidden = {c for c in (*QUOTES, *LISTS) if not cells[c] and c not in there}
        if "bearer" in hidden:
            hidden |= {"bearer_id", "bearer_kind", "layer"}
        if "deadline" in hidden:
            hidden |= {"deadline_from", "deadline_to"}
        if cells["bearer_kind"] == shown.bearer_kind:
            hidden.add("layer")
        kept = {c: v for c, v in cells.items() if c not in hidden}
        state = self.desk.state(key)
        kept["review"] = "accepted" if state == "unreviewed" else "unreviewed"
        spans = {c: p for c, p in places.items() if c in kept}
        return decide_row(kept, item, self.desk, self.time, spans, (region.start, region.end))

    def added(self, region: Region) -> Decision:
        cells, places = _cells(region, self.annotated.slots[region.id])
        if cells["force"] not in OPERATIVE_FORCES:
            allowed = ", ".join(f for f in FORCES if f in OPERATIVE_FORCES)
            raise ReviewError(f"a statement that is added has a force of {allowed}, not {cells['force'] or 'none'!r}")
        passage = self.passage.row.id
        return decide.add(self.desk, passage, region.start, region.end, cells, places, "", self.time)

    def rejected(self, key: str) -> Decision | None:
        return decide_row({"review": "rejected"}, self.desk.items[key], self.desk, self.time)


def _cells(region: Region, slots: Sequence[Region]) -> tuple[Cells, Places]:
    """What the regions of a statement say, by column as in a workbook, and where single slots stand."""
    cells: Cells = {"force": region.said.get(out.FORCE, "")}
    places: Places = {}
    for column in QUOTES:
        mine = [s for s in slots if s.label == column]
        if len(mine) > 1:
            raise ReviewError(f"it has {len(mine)} regions labelled {column}; a statement has one")
        cells[column] = mine[0].words if mine else ""
        if mine:
            places[column] = (mine[0].start, mine[0].end)
    for column in LISTS:
        cells[column] = [s.words for s in sorted(slots, key=lambda s: s.start) if s.label == column]
    bearer = next((s.said for s in slots if s.label == "bearer"), {})
    kind = bearer.get(out.KIND, "")
    cells |= {"bearer_id": bearer.get(out.ACTOR_ID, ""), "bearer_kind": kind, "layer": LAYER_OF_KIND.get(kind, "")}
    dates = next((s.said.get(out.DATES, "") for s in slots if s.label == "deadline"), "")
    first, bar, last = dates.partition("/")
    if dates and not bar:
        raise ReviewError(f"the dates of a deadline are from/to, either may be empty, not {dates!r}")
    cells |= {"deadline_from": first.strip(), "deadline_to": last.strip()}
    return cells, places
