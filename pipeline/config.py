"""Every setting, typed, one class a stage; ``config.toml`` holds the same defaults with a comment on each.

In order: the defaults below, then the file that ``--config`` names (or ``config.toml`` beside the package). An
unknown key or a value out of its range is refused with what is allowed, before anything runs. A setting is part of
the cache key of its own stage only, so changing one redoes that stage and what follows from it.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import typing
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

import pipeline

ROOT = Path(pipeline.__file__).resolve().parents[1]
DEFAULT_FILE = ROOT / "config.toml"
# The formats that a folder is searched for; a file named outright may have any of them too.
SUFFIXES = (".pdf", ".docx", ".html", ".htm", ".txt", ".md", ".eml")

Positive = Annotated[int, msgspec.Meta(ge=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class ConfigError(ValueError):
    """The configuration says something that is not allowed; the message says what is, and what to do."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every section: immutable, hashable, closed to unknown keys."""


class RunSettings(Settings, frozen=True):
    """How a run is carried out; nothing here changes what it writes."""

    workers: Count = 0
    executor: Literal["local", "dask"] = "local"
    scheduler: str = ""
    seconds: Positive = 300
    memory_mb: Positive = 3000
    cache_mb: Count = 4000


class ParseSettings(Settings, frozen=True):
    """Reading files into blocks."""

    ocr: Literal["auto", "off", "always"] = "auto"
    max_pages: Positive = 3000
    max_characters: Positive = 20_000_000


class FactsSettings(Settings, frozen=True):
    """What a document says of itself."""

    legal_status: Literal["", "binding", "political", "analysis"] = ""


class SegmentSettings(Settings, frozen=True):
    """Cutting blocks into passages."""

    before: Count = 400


class TagSettings(Settings, frozen=True):
    """Force, statements, actors, instruments, deadlines, quantities."""

    model: str = "models"
    threads: Count = 0
    batch: Positive = 32


class FindSettings(Settings, frozen=True):
    """Definitions and references."""

    definitions: bool = True
    references: bool = True


class AlignSettings(Settings, frozen=True):
    """Pairing documents into works, and their passages into beads.

    ``works`` lists the paths of documents that are one work, where names do not say so; the shares are of passages that
    correspond (see ``pipeline.stages.align.pairing``).
    """

    works: tuple[tuple[str, ...], ...] = ()
    pair_score: Share = 0.5
    sure_score: Share = 0.7
    margin: Share = 0.15
    bead_score: Share = 0.3


class AuditSettings(Settings, frozen=True):
    """Holding the two languages of a work against each other."""

    score: Share = 0.4
    severity: Literal["low", "medium", "high"] = "low"
    model: str = "models"


class ClusterSettings(Settings, frozen=True):
    """Themes over both languages."""

    themes: Count = 0
    taxonomy: str = ""
    keep: bool = True


class ReviewSettings(Settings, frozen=True):
    """The review page and the log of decisions."""

    folder: str = "corpus/reviews"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8765


class TrainSettings(Settings, frozen=True):
    """Retraining from the labelled works and the accepted reviews."""

    works: str = "corpus/works"
    seed: Count = 21
    folds: Annotated[int, msgspec.Meta(ge=2)] = 5


class Config(Settings, frozen=True):
    """The whole configuration; a section's name is its stage's name."""

    run: RunSettings = RunSettings()
    parse: ParseSettings = ParseSettings()
    facts: FactsSettings = FactsSettings()
    segment: SegmentSettings = SegmentSettings()
    tag: TagSettings = TagSettings()
    find: FindSettings = FindSettings()
    align: AlignSettings = AlignSettings()
    audit: AuditSettings = AuditSettings()
    cluster: ClusterSettings = ClusterSettings()
    review: ReviewSettings = ReviewSettings()
    train: TrainSettings = TrainSettings()

    def section(self, stage: str) -> Settings:
        """The settings of a stage; a stage without a section of its own has none to set."""
        found = getattr(self, stage, None)
        return found if isinstance(found, Settings) else Settings()


def cores() -> int:
    """The threads that a stage may use in this process: one in the workers of a run, else the cores there are.

    The runner sets ``PLEDGEBOOK_THREADS`` in its workers; elsewhere it is the cores that this process may run on.
    """
    share = os.environ.get("PLEDGEBOOK_THREADS", "")
    if share.isdigit() and int(share) > 0:
        return int(share)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def load(path: Path | None = None, overrides: dict[str, dict[str, Any]] | None = None) -> Config:
    """Reads a configuration.

    Args:
        path: a TOML file with any of the sections; ``config.toml`` beside the package if none is given.
        overrides: values from the command line, by section and key; they win over the file.

    Returns:
        the checked configuration.

    Raises:
        ConfigError: if the file cannot be read, has an unknown section or key, or a value out of range.
    """
    file = path or DEFAULT_FILE
    data: dict[str, Any] = {}
    if path or file.exists():
        data = _read(file)
    for section, values in (overrides or {}).items():
        data.setdefault(section, {}).update({key: value for key, value in values.items() if value is not None})
    _check_names(data, file)
    try:
        return msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {_explain(str(error))}") from None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"there is no configuration file {file}; leave --config out to use the defaults") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the configuration file {file} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the configuration file {file} is not TOML: {error}") from None


def _check_names(data: dict[str, Any], file: Path) -> None:
    """Refuses unknown sections and keys with the nearest allowed name, which msgspec alone would not offer."""
    sections = list(Config.__struct_fields__)
    for section, values in data.items():
        if section not in sections:
            raise ConfigError(f"{file}: there is no section [{section}]{_nearest(section, sections)}")
        if not isinstance(values, dict):
            raise ConfigError(f"{file}: [{section}] is a section with keys of its own, not a value")
        keys = list(type(getattr(Config(), section)).__struct_fields__)
        for key in values:
            if key not in keys:
                raise ConfigError(f"{file}: section [{section}] has no key {key!r}{_nearest(key, keys)}")


def _nearest(name: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(name, allowed, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{hint} Allowed: {', '.join(allowed)}"


def _explain(message: str) -> str:
    """``Expected `int` >= 1 - at `$.run.seconds``` as ``[run] seconds: expected int >= 1``."""
    what, _, where = message.partition(" - at `$.")
    section, _, key = where.rstrip("`").partition(".")
    what = what.replace("`", "")
    if not key:
        return message
    if what.startswith("Invalid enum value "):
        allowed = typing.get_args(typing.get_type_hints(type(getattr(Config(), section)))[key])
        value = what.removeprefix("Invalid enum value ")
        what = f"{value} is not allowed; allowed: {', '.join(sorted(filter(None, allowed)))}"
    return f"[{section}] {key}: {what[:1].lower()}{what[1:]}"
