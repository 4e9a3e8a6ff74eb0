"""Single labelled clauses: many short exercises in telling forces apart, where a whole work would be too slow to write.

A file ``corpus/clauses/NAME.txt`` has a header of ``key: value`` lines (``genre``, ``field``, ``legal_status``), then lines
``force[, force] | text`` with the primary force first and every bearer in braces, under ``## section`` lines where the
section matters. The language is told from the script. Clauses carry no other spans, so nothing else is learnt from them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pipeline.records import FORCES, Force, Lang, LegalStatus, Record, stable_id
from pipeline.text import language
from pipeline.works import GENRES, WorkError

STATUSES: tuple[LegalStatus, ...] = ("binding", "political", "analysis")


class Clause(Record, frozen=True):
    """A labelled clause; ``bearers`` are ``(start, end)`` into ``text``; ``source`` is the name of its file."""

    id: str
    source: str
    lang: Lang
    text: str
    section: str
    genre: str
    field: str
    legal_status: LegalStatus
    force: tuple[Force, ...]
    bearers: tuple[tuple[int, int], ...]


def read_clauses(path: Path) -> list[Clause]:
    """Reads a file, or every ``*.txt`` of a folder in the order of names; an absent folder holds none.

    Raises:
        WorkError: if a line is not as it must be; the message has the file, the line and what is allowed.
    """
    if path.is_dir():
        return [clause for file in sorted(path.glob("*.txt")) for clause in read_clauses(file)]
    if not path.exists() and not path.suffix:
        return []
    facts: dict[str, str] = {}
    found: list[Clause] = []
    section = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        at = f"{path.name}:{number}"
        line = line.strip()
        if not line or line.startswith("//"):
            continue
        if line.startswith("## "):
            section = line[3:].strip()
        elif "|" in line:
            found.append(_clause(line, facts, section, path.stem, at))
        elif ":" in line and not found:
            key, value = line.split(":", 1)
            facts[key.strip()] = value.strip()
        else:
            raise WorkError(f"{at}: expected 'force | text', '## section' or, at the top, 'key: value'")
    return found


def split_clauses(folder: Path, splits: Path) -> tuple[list[Clause], list[Clause]]:
    """The clauses that train, and those that only measure: of the files that ``clauses`` in ``corpus/splits.toml`` names.

    Raises:
        WorkError: if a file is named that is not there.
    """
    clauses = read_clauses(folder)
    held = set(tomllib.loads(splits.read_text(encoding="utf-8")).get("clauses", ()))
    unknown = sorted(held - {clause.source for clause in clauses})
    if unknown and clauses:
        raise WorkError(f"{splits}: clauses names {unknown[0]!r}, but there is no such file in {folder}")
    return [c for c in clauses if c.source not in held], [c for c in clauses if c.source in held]


def _clause(line: str, facts: dict[str, str], section: str, source: str, at: str) -> Clause:
    genre, status = facts.get("genre", ""), facts.get("legal_status", "")
    if genre not in GENRES or status not in STATUSES or not facts.get("field"):
        raise WorkError(
            f"{at}: the header needs field, genre ({', '.join(GENRES)}) and legal_status ({', '.join(STATUSES)})"
        )
    named, marked = (part.strip() for part in line.split("|", 1))
    forces = tuple(force for name in named.split(",") for force in FORCES if force == name.strip())
    if len(forces) != named.count(",") + 1:
        raise WorkError(f"{at}: {named!r} is not a list of forces ({', '.join(FORCES)})")
    text, bearers = _unbrace(marked, at)
    return Clause(
        id=stable_id("clause", source, text), source=source, lang=language(text), text=text, section=section, genre=genre,
        field=facts["field"], legal_status=status, force=forces, bearers=bearers,
    )  # fmt: skip


def _unbrace(marked: str, at: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    text, bearers, open_at = "", [], -1
    for char in marked:
        if char == "{" and open_at < 0:
            open_at = len(text)
        elif char == "}" and 0 <= open_at < len(text):
            bearers.append((open_at, len(text)))
            open_at = -1
        elif char in "{}":
            raise WorkError(f"{at}: braces stand around a bearer, never empty or nested")
        else:
            text += char
    if open_at >= 0 or not text:
        raise WorkError(f"{at}: an open brace, or no text")
    return text, tuple(bearers)
