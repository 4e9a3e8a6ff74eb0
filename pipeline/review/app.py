"""The desk as a web application: requests in, pages out; what is decided goes to the log before the answer says so.

The page is made here, whole, from templates that escape every text; the script only asks for parts of it again and
counts offsets. Rows, passages and documents are looked up by id among those of the run; nothing else can be asked for.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, abort, g, jsonify, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from pipeline.export.decisions import EDITABLE, Decision, ReviewError
from pipeline.records import FORCES, LAYER_OF_KIND
from pipeline.review import decide
from pipeline.review.desk import Desk, Item
from pipeline.review.edits import LISTS, QUOTES
from pipeline.review.log import check_name
from pipeline.review.pictures import Pages, frames
from pipeline.review.queue import Query, agreement, choose, query_of
from pipeline.review.safety import COOKIE, HEADERS, Gate
from pipeline.store import OutputError
from pipeline.tables import BINDINGS, LAYERS, REVIEW_STATES

HERE = Path(__file__).parent / "page"
CHUNK = 100
# A passage that runs over more pages than this is shown with its first ones.
MOST_SHEETS = 3
MOST_BYTES = 1_000_000
NAME_COOKIE = "pledgebook_reviewer"
FORCE_KEYS = {force: str(at) for at, force in enumerate(FORCES, 1)}


def utc_now() -> str:
    """The time as a decision carries it: ISO 8601, UTC, to the second."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")  # noqa: UP017


def create(desk: Desk, gate: Gate, reviewer: str, now: Callable[[], str] = utc_now) -> Flask:
    """The application.

    Args:
        desk: what is reviewed.
        gate: who may speak to it.
        reviewer: the name that decisions carry until a browser says another.
        now: gives the time of a decision.
    """
    app = Flask("pledgebook", template_folder=str(HERE), static_folder=str(HERE / "static"))
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    view = _View(desk, gate, reviewer, now)
    app.before_request(view.guard)
    app.after_request(_seal)
    app.register_error_handler(HTTPException, _tell)
    app.register_error_handler(ReviewError, lambda error: (jsonify(error=str(error)), 400))
    app.register_error_handler(OutputError, lambda error: (jsonify(error=str(error)), 500))
    app.add_url_rule("/start", view_func=view.start)
    app.add_url_rule("/open/<statement>", view_func=view.open_row)
    app.add_url_rule("/", view_func=view.index)
    app.add_url_rule("/queue", view_func=view.queue)
    app.add_url_rule("/row/<statement>", view_func=view.row)
    app.add_url_rule("/passage/<passage>", view_func=view.passage)
    app.add_url_rule("/picture/<document>/<int:page>.png", view_func=view.picture)
    app.add_url_rule("/state", view_func=view.state)
    app.add_url_rule("/decide", view_func=view.decide, methods=["POST"])
    app.add_url_rule("/undo", view_func=view.undo, methods=["POST"])
    app.add_url_rule("/reviewer", view_func=view.rename, methods=["POST"])
    return app


def _seal(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _tell(error: HTTPException) -> Any:
    """An error in one line of plain text; nothing of the request is repeated in it."""
    if error.code is not None and error.code < 400:
        return error
    return Response(f"{error.code} {error.name}: {error.description}\n", error.code, mimetype="text/plain")


class _View:
    """The answers to requests. One at a time changes or reads the desk: it is one person's, and quick."""

    def __init__(self, desk: Desk, gate: Gate, reviewer: str, now: Callable[[], str]) -> None:
        self.desk, self.gate, self.default, self.now = desk, gate, check_name(reviewer), now
        self.pages = Pages()
        self.lock = threading.RLock()

    def guard(self) -> None:
        """Refuses whoever may not speak to the desk."""
        if self.gate.wrong_host(request.headers.get("Host", "")):
            abort(421, "this desk answers to 127.0.0.1 and localhost only")
        if request.endpoint in ("start", "open_row"):
            return
        if not self.gate.knows(request.cookies.get(COOKIE, "")):
            abort(403, "open the desk with the address that pledgebook review prints")
        if request.method not in ("GET", "HEAD"):
            trouble = self.gate.refuses_change(dict(request.headers), request.headers.get("X-Form-Token", ""))
            if trouble:
                abort(403, f"nothing was changed: {trouble}")
        name = request.cookies.get(NAME_COOKIE, "") or self.default
        try:
            g.reviewer = check_name(name)
        except ReviewError:
            g.reviewer = self.default

    def start(self) -> BaseResponse:
        if not self.gate.opens(request.args.get("token", "")):
            abort(403, "the address is not the one that pledgebook review printed last")
        row = request.args.get("row", "")
        answer = redirect(f"/?row={row}" if row in self.desk.items else "/", 303)
        answer.set_cookie(COOKIE, self.gate.session, httponly=True, samesite="Strict", path="/")
        return answer

    def open_row(self, statement: str) -> BaseResponse | str:
        """Where a workbook's links lead: the row for whoever is at the desk, for all others how to get there.

        It does not refuse: Excel asks for a link itself first, without cookies, and opens no browser if it is refused. What
        it answers then is the same for every id.
        """
        if self.gate.knows(request.cookies.get(COOKIE, "")):
            return redirect(f"/?row={statement}" if statement in self.desk.items else "/", 303)
        return render_template("closed.html", again=request.path)

    def index(self) -> str:
        with self.lock:
            self.desk.refresh()
            query = query_of(request.args)
            found = choose(self.desk, query)
            wanted = self.desk.items.get(request.args.get("row", "")) or (found[0] if found else None)
            return render_template(
                "desk.html",
                **self._queue(found, query, 0),
                query=query,
                item=self._row(wanted) if wanted else None,
                options=self._options(),
                form_token=self.gate.form,
                reviewer=g.reviewer,
            )

    def queue(self) -> str:
        with self.lock:
            self.desk.refresh()
            query = query_of(request.args)
            offset = max(0, request.args.get("offset", 0, type=int))
            return render_template("queue.html", **self._queue(choose(self.desk, query), query, offset))

    def row(self, statement: str) -> str:
        with self.lock:
            self.desk.refresh()
            return render_template("row.html", item=self._row(self._item(statement)), options=self._options())

    def passage(self, passage: str) -> str:
        """A passage of its own, to add a statement to."""
        with self.lock:
            if passage not in self.desk.at:
                abort(404, "there is no such passage in this run")
            return render_template("passage.html", **self._context(self.desk.at[passage]), options=self._options())

    def picture(self, document: str, page: int) -> Response:
        about = self.desk.documents.get(document)
        if about is None or about.file is None:
            abort(404, "there is no such document in this run")
        try:
            picture = self.pages.render(about.file, page, document)
        except LookupError as error:
            abort(404, str(error))
        answer = make_response(picture.png)
        answer.headers["Content-Type"] = "image/png"
        answer.headers["Cache-Control"] = "private, max-age=3600"
        return answer

    def state(self) -> str:
        with self.lock:
            self.desk.refresh()
            conflicts = [item for item in self.desk.items.values() if self.desk.state(item.id) == "conflict"]
            return render_template(
                "state.html", agreement=agreement(self.desk), unplaced=self.desk.unplaced, conflicts=conflicts
            )

    def decide(self) -> Response:
        """Writes a decision, and says so when it is on the disk."""
        sent = _Sent.read(request.form)
        with self.lock:
            self.desk.refresh()
            made = self._decisions(sent)
            written = self.desk.log.add(g.reviewer, made)
            self.desk.noted({line.statement_id for line in written})
            return self._saved([line.statement_id for line in written])

    def _decisions(self, sent: _Sent) -> list[Decision]:
        now = self.now()
        if sent.action == "add":
            return [
                decide.add(self.desk, sent.passage, *sent.stretch, sent.entered, sent.places, sent.note, now)
            ]  # fmt: skip
        item = self._item(sent.statement)
        if sent.action == "split":
            return decide.split(self.desk, item, sent.stretch[0], now, g.reviewer)
        if sent.action == "merge":
            return decide.merge(self.desk, item, self._item(sent.other), now, g.reviewer)
        return [
            decide.judge(self.desk, item, sent.action, sent.entered, sent.places, sent.note, now, g.reviewer)
        ]  # fmt: skip

    def undo(self) -> Response:
        with self.lock:
            self.desk.refresh()
            back = self.desk.log.undo(g.reviewer, self.now())
            self.desk.noted({line.statement_id for line in back})
            self.desk.refresh()
            if any(line.state == "added" for line in back):
                self.desk.replace_items()
            return self._saved([line.statement_id for line in back])

    def rename(self) -> Response:
        """Takes note of who sits at the desk in this browser."""
        name = check_name(request.form.get("name", ""))
        answer = jsonify(reviewer=name)
        answer.set_cookie(NAME_COOKIE, name, httponly=True, samesite="Strict", path="/")
        return answer

    def _saved(self, statements: list[str]) -> Response:
        entries = {
            item.id: render_template("entry.html", entry=self._entry(item))
            for item in (self.desk.items.get(key) for key in statements)
            if item
        }
        gone = [key for key in statements if key not in self.desk.items]
        return jsonify(saved=statements, entries=entries, gone=gone, progress=self._progress())

    def _item(self, statement: str) -> Item:
        item = self.desk.items.get(statement)
        if item is None:
            abort(404, "there is no such statement in this run")
        return item

    def _progress(self) -> dict[str, int]:
        states = [self.desk.state(key) for key in self.desk.items]
        decided = sum(state not in ("unreviewed", "conflict") for state in states)
        return {"decided": decided, "all": len(states), "conflicts": states.count("conflict")}

    def _queue(self, found: list[Item], query: Query, offset: int) -> dict[str, Any]:
        part = found[offset : offset + CHUNK]
        following = offset + CHUNK if offset + CHUNK < len(found) else 0
        return {
            "entries": [self._entry(item) for item in part],
            "count": len(found),
            "next": following,
            "progress": self._progress(),
        }

    def _entry(self, item: Item) -> dict[str, Any]:
        return {"row": self.desk.row(item), "state": self.desk.state(item.id), "id": item.id}

    def _row(self, item: Item) -> dict[str, Any]:
        """All that the middle and the right of the page show of a statement."""
        row, passage, found = self.desk.row(item), item.passage, self.desk.standing(item.id)
        at = self.desk.at[passage.id]
        same = [
            other.id for other in self.desk.items.values() if other.passage.id == passage.id and other.id != item.id
        ]
        others = [self.desk.passages[self.desk.at[key]] for key in passage.other_language if key in self.desk.at]
        return {
            "item": item,
            "row": row,
            "predicted": item.predicted,
            "state": self.desk.state(item.id),
            "force_keys": FORCE_KEYS,
            "standing": found,
            "history": self.desk.history(item.id),
            "siblings": same,
            "others": others,
            "around": self._neighbours(at),
            "pieces": _pieces(passage.text, *self.desk.stretch(item)),
            "places": found.decision.spans if found else {},
            "top": max(passage.probabilities.items(), key=lambda p: p[1]) if passage.probabilities else None,
            **self._sheets(item),
        }

    def _sheets(self, item: Item) -> dict[str, Any]:
        """The pictures of the pages that a passage stands on, with its boxes, or why there are none."""
        passage = item.passage
        about = self.desk.documents.get(passage.document)
        if about is None or about.file is None:
            return {"sheets": [], "why": "The run does not say where this file lies; run it again."}
        numbers = sorted({item.predicted.page} | {int(box[0]) for box in passage.boxes})[:MOST_SHEETS]
        sheets = []
        for page in numbers:
            try:
                picture = self.pages.render(about.file, page, passage.document)
            except LookupError as error:
                return {"sheets": [], "why": f"No picture of the page: {error}."}
            boxes = frames(item.predicted, passage, page)
            sheets.append({"page": page, "width": picture.width, "height": picture.height, "frames": boxes})
        return {"sheets": sheets, "path": about.path}

    def _neighbours(self, at: int) -> dict[str, Any]:
        passages = self.desk.passages
        here = passages[at]
        fits = [p for p in passages[max(0, at - 3) : at + 4] if p.document == here.document and p.lang == here.lang]
        before = [p for p in fits if self.desk.at[p.id] < at]
        return {"before": before, "after": [p for p in fits if self.desk.at[p.id] > at]}

    def _context(self, at: int) -> dict[str, Any]:
        return {"passage": self.desk.passages[at], "around": self._neighbours(at), "force_keys": FORCE_KEYS}

    def _options(self) -> dict[str, Any]:
        items = self.desk.items.values()
        themes = {i.predicted.theme: i.predicted.theme_label for i in items if i.predicted.theme}
        kinds = {kind for i in items for kind in i.predicted.divergence}
        return {
            "documents": sorted(((key, about.path) for key, about in self.desk.documents.items()), key=lambda d: d[1]),
            "themes": sorted(themes.items(), key=lambda t: t[1]),
            "divergences": sorted(kinds),
            "forces": FORCES,
            "states": (*REVIEW_STATES, "decided", "doubtful"),
            "bindings": BINDINGS,
            "kinds": tuple(LAYER_OF_KIND),
            "layers": LAYERS,
            "actors": self.desk.actors,
            "quotes": QUOTES,
            "lists": LISTS,
        }


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a form says."""

    action: str
    statement: str
    passage: str
    other: str
    note: str
    stretch: tuple[int, int]
    entered: dict[str, str]
    places: dict[str, tuple[int, int]]

    @staticmethod
    def read(form: Mapping[str, str]) -> _Sent:
        """A form's fields; ``do`` is what to do, ``place-COLUMN`` is ``start,end`` of a marked slot."""
        places = {c: _pair(form.get(f"place-{c}", "")) for c in QUOTES}
        return _Sent(
            action=form.get("do", ""),
            statement=form.get("statement", ""),
            passage=form.get("passage", ""),
            other=form.get("other", ""),
            note=form.get("note", ""),
            stretch=_pair(form.get("stretch", "")) or (0, 0),
            entered={c: form[c] for c in EDITABLE if c in form},
            places={c: place for c, place in places.items() if place},
        )


def _pair(text: str) -> tuple[int, int] | None:
    first, _, second = text.partition(",")
    if not (first.isdecimal() and second.isdecimal() and len(text) < 20):
        return None
    return int(first), int(second)


def _pieces(text: str, start: int, end: int) -> list[tuple[str, str]]:
    """A passage in three pieces, the middle one the statement."""
    return [("around", text[:start]), ("statement", text[start:end]), ("around", text[end:])]
