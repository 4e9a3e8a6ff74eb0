"""What a stage is: what it needs, what it makes, and how it is built.

A stage never reads or writes files of a run and never imports another stage: it is given records and gives a record.
The flow (``pipeline/flow.py``) lists the stages in order, the runner (``pipeline/runner.py``) is the one place that
loops over documents, and ``check`` refuses an order in which a stage would need what nobody has made yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.records import Record


@dataclass(frozen=True)
class Stage:
    """A step of the flow.

    Attributes:
        name: the stage's name, also its section in ``config.toml``.
        needs: names of what it reads, in the order of its function's arguments. ``source`` is there from the start.
        makes: the name of what it makes.
        record: the type of what it makes, for storing and reading back.
        scope: ``document`` stages see one document and run in parallel; ``corpus`` stages get, for every document
            artefact that they need, a dict from document id to record (in order of path), and run once.
        build: given the stage's section of the configuration, returns the function over records. It loads heavy
            things (models, lexicons) once; the function itself is then called for each document.
    """

    name: str
    needs: tuple[str, ...]
    makes: str
    record: type[Record]
    scope: Literal["document", "corpus"]
    build: Callable[[Any], Callable[..., Any]]


class FlowError(ValueError):
    """The stages stand in an order in which they cannot run."""


def check(stages: Iterable[Stage]) -> None:
    """Refuses a flow in which a stage needs what no earlier stage makes, or two make the same.

    Raises:
        FlowError: naming the stage, what it needs, and what there is by then.
    """
    made = {"source": "document"}
    for stage in stages:
        for need in stage.needs:
            if need not in made:
                raise FlowError(f"stage {stage.name!r} needs {need!r}; before it there are {', '.join(sorted(made))}")
            if stage.scope == "document" and made[need] == "corpus":
                raise FlowError(f"stage {stage.name!r} sees one document and cannot need {need!r} of the corpus")
        if stage.makes in made:
            raise FlowError(f"stage {stage.name!r} makes {stage.makes!r}, which is there already")
        made[stage.makes] = stage.scope


_listeners: list[Callable[[int], None]] = []


def tick(pages: int = 1) -> None:
    """Says that pages are done: a stage that takes long on one document calls it page by page.

    The runner shows the pages and starts the time limit of the document anew (0 pages are a mere sign of life); without
    a runner nothing happens.
    """
    for listener in _listeners:
        listener(pages)


def listen(listener: Callable[[int], None]) -> None:
    """Makes a function the one that hears ``tick`` in this process."""
    _listeners[:] = [listener]
