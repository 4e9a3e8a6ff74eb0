"""``pledgebook export --format``: a finished run, people's decisions included, in the format of another tool."""

from __future__ import annotations

from pathlib import Path

from pipeline import __version__, models
from pipeline.config import ROOT, Config
from pipeline.export.again import select
from pipeline.formats import brat, label_studio, web_annotation
from pipeline.formats.marked import MarkedPassage, marked
from pipeline.review.desk import Desk
from pipeline.review.log import Log
from pipeline.sources import InputError
from pipeline.store import atomic_write_all, make_folder
from pipeline.tables import CommitmentRow

# Where each format goes if nothing is said; a name without an ending is a folder.
DEFAULTS = {
    "label-studio": "label-studio.json",
    "brat": "brat",
    "conll": "commitments.conllup",
    "docbin": "docbin",
    "web-annotation": "annotations.jsonld",
}


def export(
    output: Path, to: Path | None, form: str, forces: tuple[str, ...], states: tuple[str, ...], config: Config
) -> str:
    """Writes a run in a format of ``DEFAULTS``.

    Args:
        output: the run's folder.
        to: the file, or the folder for brat and DocBin; named by the format if None.
        form: the format.
        forces, states: only passages with a statement of these; all passages if empty.
        config: the configuration; ``review.folder`` and ``tag.model`` count.

    Returns:
        what was written, for a person.

    Raises:
        InputError: if the format, a force or a state is unknown, or there is no run.
        OutputError: if it cannot be written.
    """
    if form not in DEFAULTS:
        raise InputError(f"{form!r} is no format; allowed: {', '.join(DEFAULTS)}")
    desk = Desk(output, Log(ROOT / config.review.folder))
    desk.refresh()
    to = to or Path(DEFAULTS[form])
    rows = {key: desk.row(item) for key, item in desk.items.items()}
    wanted = {row.statement_id for row in select(list(rows.values()), forces, states)}
    passages = list(marked(desk))
    kept = [p for p in passages if not (forces or states) or any(s.id in wanted for s in p.statements)]
    files = _files(form, to.name, kept, passages, {key: rows[key] for key in wanted}, config)
    folder = to if form in ("brat", "docbin") else to.absolute().parent
    make_folder(folder)
    atomic_write_all(folder, files)
    names = ", ".join(files) if len(files) < 4 else f"{len(files)} files"
    return f"{len(kept)} passages written to {folder}: {names}"


def _files(
    form: str,
    name: str,
    kept: list[MarkedPassage],
    passages: list[MarkedPassage],
    rows: dict[str, CommitmentRow],
    config: Config,
) -> dict[str, bytes]:
    """The files of a format by name."""
    if form == "label-studio":
        return {
            name: label_studio.tasks(kept, _version(config)),
            f"{name.removesuffix('.json')}.xml": label_studio.config(),
        }
    if form == "brat":
        return brat.files(kept)
    if form == "conll":
        from pipeline.formats import conll

        return {name: conll.conll(kept)}
    if form == "docbin":
        from pipeline.formats import docbin

        return docbin.files(kept)
    return {name: web_annotation.page_of(passages, rows)}


def _version(config: Config) -> str:
    """The models in use, as Label Studio shows them."""
    home = ROOT / config.tag.model
    return f"pledgebook {__version__}, encoder {models.current(home, 'encoder').name}, force {models.current(home, 'force').name}"
