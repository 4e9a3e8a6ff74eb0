"""A run from beginning to end: find the documents, take them through the stages, write the tables.

Whatever happens, the output folder holds the last complete tables: nothing is put in place before everything is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from pipeline.config import ROOT, Config
from pipeline.export import outputs
from pipeline.export.reviews import Locate
from pipeline.export.view import Parts, view
from pipeline.flow import MODULES
from pipeline.records import Alignments, Block, Divergences, Lineage, Passage, Themes
from pipeline.runner import Outcome, Progress, Runner
from pipeline.sources import Found, find
from pipeline.stages.cluster.keep import keep
from pipeline.stages.evidence import place
from pipeline.store import DamagedError, atomic_write, locked, make_folder
from pipeline.tables import PassageRow

STATE = ".pledgebook"
SOURCES = "sources.json"
THEMES = "themes.json"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Summary:
    """What a run came to, to be told to the user.

    Attributes:
        counts: rows by table, and ``pages``.
        failures: how many failure rows there are.
        worked: documents that had anything done to them; pages: pages read anew.
        seconds: by stage, over all workers; peak: megabytes of the largest worker.
        unchanged: whether the files stood already.
    """

    counts: dict[str, int]
    failures: int
    worked: int
    pages: int
    seconds: dict[str, float] = field(default_factory=dict)
    peak: float = 0.0
    unchanged: bool = False


def run(
    inputs: Sequence[Path],
    output: Path,
    config: Config,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
    modules: Sequence[str] = MODULES,
    retry: bool = False,
) -> Summary:
    """Reads documents and writes the tables of who commits to what.

    Args:
        inputs: folders, searched recursively, and files.
        output: the folder for the tables; it is made if it is not there.
        config: the configuration.
        progress: what hears of the progress.
        say: is told what the user should know besides.
        modules: the modules of the stages, in order.
        retry: whether documents that failed before are tried again though nothing has changed.

    Raises:
        InputError, OutputError, RunError, ReviewError: with what to do next.
    """
    find_first = [Path(path) for path in inputs]
    state = output / STATE
    make_folder(state)
    with locked(state):
        found = find(find_first, output)
        runner = Runner(state, config, modules, progress, retry, meanwhile=outputs.warm_up)
        try:
            return _once(runner, found, output, config, say)
        except DamagedError as error:
            damaged = 1 + runner.cache.mend()
            say(f"{error}; {damaged} damaged files in all, what they held is made anew")
            return _once(runner, found, output, config, say)


def _once(runner: Runner, found: Found, output: Path, config: Config, say: Callable[[str], None]) -> Summary:
    state = output / STATE
    outcome = runner.run(found)
    # Where the files lie: the review page shows their pages.
    atomic_write(state / SOURCES, msgspec.json.encode(found.sources))
    reviews = ROOT / config.review.folder
    basis = outputs.basis_of((_basis(outcome, found), config.review.port), reviews)
    written = outputs.up_to_date(output, state, basis)
    unchanged = written is not None
    if written is None:
        parts = _parts(runner, outcome, found)
        if config.cluster.keep and not config.cluster.taxonomy:
            parts = replace(parts, themes=_kept(state / THEMES, parts.themes, config.cluster.themes))
        made = view(parts, reviews)
        written = outputs.put(output, state, basis, outputs.make(made, config.review.port), made, say)
        atomic_write(state / THEMES, msgspec.json.encode((config.cluster.themes, parts.themes)))
    runner.cache.sweep(outcome.used(), config.run.cache_mb * MEGABYTE)
    return Summary(
        counts=written.counts,
        failures=written.counts["failures"],
        worked=outcome.worked,
        pages=outcome.pages,
        seconds=outcome.seconds,
        peak=outcome.peak,
        unchanged=unchanged,
    )


def _kept(file: Path, themes: Themes, wanted: int) -> Themes:
    """The themes under the names of the last run in this folder, if it looked for as many; as they are if there was none."""
    try:
        before, last = msgspec.json.decode(file.read_bytes(), type=tuple[int, Themes])
    except (FileNotFoundError, msgspec.DecodeError):
        return themes
    return keep(last, themes) if before == wanted else themes


def _basis(outcome: Outcome, found: Found) -> Any:
    """What the tables depend on, in order."""
    return (
        [(source.document, source.path) for source in found.sources],
        [(source.document, sorted(outcome.keys[source.document].items())) for source in outcome.sources],
        sorted(outcome.corpus.items()),
        outcome.failures,
        sorted(found.same_as.items()),
    )


def _locator(runner: Runner, outcome: Outcome) -> Locate:
    """Finds stretches of passages on their pages; a document's blocks are read when the first of it is asked for."""

    @lru_cache(maxsize=4)
    def read(document: str) -> tuple[dict[str, Block], dict[str, Passage]]:
        keys = outcome.keys[document]
        parsed: Any = runner.read("parsed", keys["parsed"])
        passages: Any = runner.read("passages", keys["passages"])
        return {block.id: block for block in parsed.blocks}, {passage.id: passage for passage in passages.passages}

    def locate(passage: PassageRow, start: int, end: int) -> tuple[int, str]:
        blocks, known = read(passage.document)
        return place(known[passage.id], blocks, start, end)

    return locate


def _parts(runner: Runner, outcome: Outcome, found: Found) -> Parts:
    rows: list[Any] = [runner.read("rows", outcome.keys[source.document]["rows"]) for source in outcome.sources]
    alignments: Any = Alignments(works=())
    divergences: Any = Divergences(divergences=())
    themes: Any = Themes(themes=(), documents=(), passages=())
    if "alignments" in outcome.corpus:
        alignments = runner.read("alignments", outcome.corpus["alignments"])
    if "divergences" in outcome.corpus:
        divergences = runner.read("divergences", outcome.corpus["divergences"])
    lineage: Any = Lineage(links=())
    if "lineage" in outcome.corpus:
        lineage = runner.read("lineage", outcome.corpus["lineage"])
    if "themes" in outcome.corpus:
        themes = runner.read("themes", outcome.corpus["themes"])
    failures = [*outcome.failures, *(failure for row in rows for failure in row.failures)]
    return Parts(
        sources=found.sources,
        rows=rows,
        alignments=alignments,
        divergences=divergences,
        themes=themes,
        failures=failures,
        same_as=found.same_as,
        locate=_locator(runner, outcome),
        lineage=lineage,
    )


__all__ = ["Summary", "run"]
