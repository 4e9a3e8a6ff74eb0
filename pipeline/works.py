"""The project's own labelled works: one human-readable file a work, read into text, labels and alignment.

A work stands in ``corpus/works/NAME.txt``; ``corpus/GUIDE.md`` teaches the format. Labels quote the text instead of
counting characters, so a person can correct them in any editor: a label ``A … B`` is the stretch from the first A to
the end of the first B after it, and ``A#2`` begins at the second A. A quote that is not in its passage is an error with
its line number, never a dropped label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.records import DIVERGENCES, FORCES, LAYER_OF_KIND, Force, Lang, LegalStatus, Record, stable_id

GENRES = (
    "treaty",
    "resolution",
    "communique",
    "joint_statement",
    "plan",
    "report",
    "law",
    "paper",
    "speech",
    "commentary",
)
LAYOUTS = ("separate", "twocol", "columns", "alternating", "sequential")
HEADER_KEYS = {
    "genre",
    "field",
    "legal_status",
    "date",
    "issuer_en",
    "issuer_zh",
    "symbol",
    "layout",
    "split",
    "theme",
    "brief",
}
REQUIRED_KEYS = HEADER_KEYS - {"symbol", "split", "issuer_en", "issuer_zh"}
SLOT_KEYS = ("bearer", "to", "do", "if", "by", "hedge")


class WorkError(ValueError):
    """A work's source does not say what it must; the message has the file, the line and what is allowed."""


class Label(Record, frozen=True):
    """A labelled stretch ``text[start:end]`` of a passage, with its kind, id, value or date as ``value``."""

    start: int
    end: int
    value: str = ""
    id: str = ""


class LabelledStatement(Record, frozen=True):
    """A statement as a person labelled it. Spans are ``(start, end)`` into the passage."""

    force: Force
    bearer: tuple[int, int] | None = None
    counterparty: tuple[int, int] | None = None
    action: tuple[int, int] | None = None
    condition: tuple[int, int] | None = None
    deadline: Label | None = None
    hedges: tuple[tuple[int, int], ...] = ()


class LabelledPassage(Record, frozen=True):
    """A passage of a work with its labels; ``chapeau`` governs a list item and is not part of ``text``."""

    id: str
    work: str
    lang: Lang
    text: str
    chapeau: str
    mark: str
    section: str
    before: str
    genre: str
    field: str
    legal_status: LegalStatus
    theme: str
    force: tuple[Force, ...]
    statements: tuple[LabelledStatement, ...]
    actors: tuple[Label, ...]
    instruments: tuple[Label, ...]
    deadlines: tuple[Label, ...]
    quantities: tuple[Label, ...]
    notes: tuple[tuple[int, str], ...] = ()
    line: int = 0


class WorkBead(Record, frozen=True):
    """Passages that say the same, by index into the work's passages of each language."""

    en: tuple[int, ...]
    zh: tuple[int, ...]
    divergence: str = ""
    note: str = ""


class Element(Record, frozen=True):
    """A block of the page: kind ``title``, ``heading``, ``paragraph``, ``list_item`` or ``footnote``, per language.

    ``sentences`` are the printed sentences with footnote marks as ``[^m]``; ``marks`` stand before them.
    """

    kind: str
    level: int
    marks: dict[str, str]
    sentences: dict[str, tuple[str, ...]]


class Work(Record, frozen=True):
    """A labelled work: facts, the elements to be printed, passages of each language, and beads."""

    id: str
    facts: dict[str, str]
    elements: tuple[Element, ...]
    en: tuple[LabelledPassage, ...]
    zh: tuple[LabelledPassage, ...]
    beads: tuple[WorkBead, ...]
    warnings: tuple[str, ...]

    @property
    def passages(self) -> tuple[LabelledPassage, ...]:
        return self.en + self.zh


NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,4})\]")


def split_notes(text: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Takes ``[^1]`` marks out of a sentence; returns the text without them and (offset, marker) of each."""
    parts: list[str] = []
    notes: list[tuple[int, str]] = []
    at = done = 0
    for mark in NOTE_MARK.finditer(text):
        parts.append(text[done : mark.start()])
        at += mark.start() - done
        notes.append((at, mark.group(1)))
        done = mark.end()
    parts.append(text[done:])
    return "".join(parts), tuple(notes)


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """The stretch of ``text`` that a label's quote names, or None if it is not there.

    ``A … B`` runs from A to the end of the first B after A; ``#2`` at the end asks for the second A. Where a Latin
    quote stands both inside a longer word and as a word, the word is meant.
    """
    quote, nth = quote.strip(), 1
    number = re.search(r"#(\d+)$", quote)
    if number and quote not in text:
        quote, nth = quote[: number.start()].rstrip(), int(number.group(1))
    first, _, last = (part.strip() for part in quote.partition("…")) if quote not in text else (quote, "", "")
    if not first:
        return None
    places = occurrences(first, text)
    if len(places) < nth:
        return None
    start, end = places[nth - 1]
    if last:
        tail = [place for place in occurrences(last, text) if place[0] >= end]
        if not tail:
            return None
        end = tail[0][1]
    return start, end


def occurrences(quote: str, text: str) -> list[tuple[int, int]]:
    """Every place of ``quote``; an end in Latin letters or digits stands at a word's border, if it does anywhere."""
    every = [(m.start(), m.end()) for m in re.finditer(re.escape(quote), text)]
    left = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", quote) else ""
    right = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]$", quote) else ""
    words = [(m.start(), m.end()) for m in re.finditer(left + re.escape(quote) + right, text)]
    return words or every


class _Passage:
    """A passage while its lines are being read."""

    def __init__(self, lang: Lang, printed: str, line: int) -> None:
        self.lang, self.printed, self.line = lang, printed, line
        self.text, self.notes = split_notes(printed)
        self.forces: list[Force] = []
        self.statements: list[LabelledStatement] = []
        self.actors: dict[str, str] = {}
        self.not_actors: set[str] = set()
        self.instruments: dict[str, str] = {}
        self.deadlines: list[Label] = []
        self.quantities: list[Label] = []


class _Reader:
    """Reads the lines of one work; ``fail`` and ``warn`` name the line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.work = path.stem
        self.number = 0
        self.facts: dict[str, str] = {}
        self.actors: dict[str, tuple[str, str]] = {}
        self.instruments: dict[str, str] = {}
        self.elements: list[Element] = []
        self.sides: dict[str, list[LabelledPassage]] = {"en": [], "zh": []}
        self.beads: list[WorkBead] = []
        self.warnings: list[str] = []
        self.section: dict[str, dict[int, str]] = {"en": {}, "zh": {}}
        self.chapeau: dict[str, str] = {}
        self.theme = ""
        self.kind, self.level, self.marks = "", 0, {"en": "", "zh": ""}
        self.printed: dict[str, list[str]] = {"en": [], "zh": []}
        self.bead: list[_Passage] = []
        self.divergence = ("", "")
        self.is_chapeau = False

    def fail(self, message: str, line: int = 0) -> WorkError:
        return WorkError(f"{self.path.name}:{line or self.number}: {message}")

    def warn(self, message: str, line: int = 0) -> None:
        self.warnings.append(f"{self.path.name}:{line or self.number}: {message}")

    def read(self) -> Work:
        part = ""
        for number, raw in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            self.number, line = number, raw.strip()
            if not line or line.startswith("//"):
                continue
            if line.startswith("%%"):
                part = line[2:].strip()
                if part not in ("work", "actors", "instruments", "text"):
                    raise self.fail(f"unknown part {part!r}; allowed: work, actors, instruments, text")
                missing = sorted(REQUIRED_KEYS - set(self.facts)) if part == "text" else []
                if missing:
                    raise self.fail(f"the header lacks {', '.join(missing)}")
            elif part == "work":
                self.fact(line)
            elif part == "actors":
                self.register_actor(line)
            elif part == "instruments":
                surface, _, canonical = line.partition("|")
                self.instruments[surface.strip()] = canonical.strip()
            elif part == "text":
                self.body(line)
            else:
                raise self.fail("a work begins with '%% work'")
        self.end_element()
        return Work(
            id=self.work,
            facts=self.facts,
            elements=tuple(self.elements),
            en=tuple(self.sides["en"]),
            zh=tuple(self.sides["zh"]),
            beads=tuple(self.beads),
            warnings=tuple(self.warnings),
        )

    def fact(self, line: str) -> None:
        key, colon, value = line.partition(":")
        key, value = key.strip(), value.strip()
        if not colon or key not in HEADER_KEYS:
            raise self.fail(f"unknown header key {key!r}; allowed: {', '.join(sorted(HEADER_KEYS))}")
        allowed = {"genre": GENRES, "layout": LAYOUTS, "legal_status": ("binding", "political", "analysis")}.get(key)
        if allowed and value not in allowed:
            raise self.fail(f"{key} is one of {', '.join(allowed)}, not {value!r}")
        self.facts[key] = value
        if key == "theme":
            self.theme = value

    def register_actor(self, line: str) -> None:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) not in (2, 3) or cells[1] not in LAYER_OF_KIND:
            raise self.fail(f"an actor is 'surface | kind | id'; kinds: {', '.join(LAYER_OF_KIND)}")
        self.actors[cells[0]] = (cells[1], cells[2] if len(cells) == 3 else "")

    def body(self, line: str) -> None:
        tag, _, rest = line.partition(" ")
        rest = rest.strip()
        if re.fullmatch(r"#{1,5}", tag):
            self.heading(len(tag) - 1, rest)
        elif tag in ("P", "I", "N"):
            self.begin_element(tag, rest)
        elif tag == "C":
            self.end_bead()
            self.is_chapeau = True
        elif tag == "-":
            self.end_bead()
        elif tag == "T":
            self.end_bead()
            self.theme = rest
        elif tag in ("en", "zh"):
            self.sentence("en" if tag == "en" else "zh", rest)
        elif tag == "!":
            kind, _, note = rest.partition("|")
            if kind.strip() not in DIVERGENCES:
                raise self.fail(f"a planted difference is one of {', '.join(DIVERGENCES)}, not {kind.strip()!r}")
            self.divergence = (kind.strip(), note.strip())
        elif tag in (">", "@", "@-", "i", "d", "q"):
            self.label(tag, rest)
        else:
            raise self.fail(f"unknown line tag {tag!r}; see corpus/GUIDE.md")

    def heading(self, level: int, rest: str) -> None:
        lang, _, text = rest.partition(" ")
        text = text.strip()
        if lang not in ("en", "zh") or not text:
            raise self.fail("a heading is '## en Text' or '## zh 文字'")
        kind = "heading" if level else "title"
        fresh = self.kind != kind or self.level != level or self.printed[lang]
        if fresh:
            self.end_element()
            self.kind, self.level = kind, level
        self.printed[lang].append(text)
        path = self.section[lang]
        for deeper in [known for known in path if known >= level]:
            del path[deeper]
        path[level] = text
        self.chapeau = {}

    def begin_element(self, tag: str, rest: str) -> None:
        self.end_element()
        self.kind = {"P": "paragraph", "I": "list_item", "N": "footnote"}[tag]
        en, slash, zh = rest.partition(" / ")
        self.marks = {"en": en.strip(), "zh": zh.strip() if slash else en.strip()}
        if tag != "I":
            self.chapeau = {}
            self.level = 0
        else:
            self.level = 1

    def end_element(self) -> None:
        self.end_bead()
        if self.kind and any(self.printed.values()):
            self.elements.append(
                Element(
                    kind=self.kind,
                    level=self.level,
                    marks=dict(self.marks),
                    sentences={lang: tuple(lines) for lang, lines in self.printed.items()},
                )
            )
        self.printed = {"en": [], "zh": []}
        self.kind, self.level, self.marks = "", 0, {"en": "", "zh": ""}

    def sentence(self, lang: Lang, text: str) -> None:
        if self.kind in ("title", "heading"):
            self.begin_element("P", "")
        if not self.kind:
            raise self.fail("a sentence stands in a paragraph (P), list item (I) or footnote (N)")
        if not text:
            raise self.fail("an empty sentence")
        if lang == "en" and any(p.lang == "zh" for p in self.bead):
            self.end_bead()
        self.bead.append(_Passage(lang, text, self.number))
        self.printed[lang].append(text)

    def label(self, tag: str, rest: str) -> None:
        if not self.bead:
            raise self.fail(f"the label {tag!r} follows no sentence")
        passage = self.bead[-1]
        if tag == ">":
            self.statement(passage, rest)
            return
        for item in filter(None, (part.strip() for part in rest.split(";"))):
            if tag == "@-":
                passage.not_actors.add(item)
            elif tag == "@":
                quote, _, kind = item.partition("=")
                passage.actors[quote.strip()] = kind.strip()
            elif tag == "i":
                quote, _, canonical = item.partition("=")
                passage.instruments[quote.strip()] = canonical.strip()
            else:
                quote, _, value = item.partition("=")
                place = self.place(quote, passage)
                found = Label(start=place[0], end=place[1], value=value.strip())
                (passage.deadlines if tag == "d" else passage.quantities).append(found)

    def place(self, quote: str, passage: _Passage) -> tuple[int, int]:
        place = locate(quote, passage.text)
        if place is None:
            raise self.fail(f"{quote.strip()!r} is not in the passage: {passage.text[:60]}…")
        return place

    def statement(self, passage: _Passage, rest: str) -> None:
        head, *slots = (cell.strip() for cell in rest.split("|"))
        if head not in FORCES:
            raise self.fail(f"a force is one of {', '.join(FORCES)}, not {head!r}")
        force: Force = head
        spans: dict[str, tuple[int, int]] = {}
        hedges: list[tuple[int, int]] = []
        deadline: Label | None = None
        for slot in filter(None, slots):
            key, colon, quote = slot.partition(":")
            key = key.strip()
            if not colon or key not in SLOT_KEYS:
                raise self.fail(
                    f"a slot is one of {', '.join(SLOT_KEYS)}, as in 'bearer: States Parties', not {slot!r}"
                )
            if key == "by":
                quote, _, value = quote.partition("=")
                place = self.place(quote, passage)
                deadline = Label(start=place[0], end=place[1], value=value.strip())
                if all((known.start, known.end) != place for known in passage.deadlines):
                    passage.deadlines.append(deadline)
            elif key == "hedge":
                hedges.append(self.place(quote, passage))
            else:
                spans[key] = self.place(quote, passage)
        if force not in passage.forces:
            passage.forces.append(force)
        if force != "none":
            passage.statements.append(
                LabelledStatement(
                    force=force,
                    bearer=spans.get("bearer"),
                    counterparty=spans.get("to"),
                    action=spans.get("do"),
                    condition=spans.get("if"),
                    deadline=deadline,
                    hedges=tuple(hedges),
                )
            )

    def end_bead(self) -> None:
        if self.bead:
            if self.is_chapeau:
                for lang in ("en", "zh"):
                    self.chapeau[lang] = " ".join(p.text for p in self.bead if p.lang == lang)
                    if any(p.forces for p in self.bead):
                        self.warn("a chapeau (C) carries no labels: its items do", self.bead[0].line)
            else:
                sides: dict[str, list[int]] = {"en": [], "zh": []}
                for passage in self.bead:
                    if self.kind != "footnote":
                        sides[passage.lang].append(len(self.sides[passage.lang]))
                        self.sides[passage.lang].append(self.finish(passage))
                if self.kind != "footnote":
                    self.beads.append(
                        WorkBead(
                            en=tuple(sides["en"]),
                            zh=tuple(sides["zh"]),
                            divergence=self.divergence[0],
                            note=self.divergence[1],
                        )
                    )
        self.bead, self.divergence, self.is_chapeau = [], ("", ""), False

    def finish(self, passage: _Passage) -> LabelledPassage:
        """Checks a passage and freezes it: mentions become every place where their words stand, longest first."""
        if not passage.forces:
            raise self.fail("no force label ('> none' for a fragment without a statement)", passage.line)
        if "none" in passage.forces and len(passage.forces) > 1:
            raise self.fail("'none' stands alone", passage.line)
        actors = self.mentions(passage)
        self.look_twice(passage, actors)
        lang, before = passage.lang, self.sides[passage.lang]
        status: LegalStatus = self.facts["legal_status"]  # type: ignore[assignment]
        return LabelledPassage(
            id=stable_id("l", self.work, lang, len(before), passage.text),
            work=self.work,
            lang=lang,
            text=passage.text,
            chapeau=self.chapeau.get(lang, "") if self.kind == "list_item" else "",
            mark=self.marks[lang],
            section=" / ".join(text for _, text in sorted(self.section[lang].items())),
            before=before[-1].text if before else "",
            genre=self.facts["genre"],
            field=self.facts["field"],
            legal_status=status,
            theme=self.theme,
            force=tuple(passage.forces),
            statements=tuple(passage.statements),
            actors=tuple(actors),
            instruments=tuple(self.named(passage)),
            deadlines=tuple(sorted(passage.deadlines, key=lambda label: label.start)),
            quantities=tuple(sorted(passage.quantities, key=lambda label: label.start)),
            notes=passage.notes,
            line=passage.line,
        )

    def mentions(self, passage: _Passage) -> list[Label]:
        found: list[Label] = []
        for quote in sorted(passage.actors, key=len, reverse=True):
            kind, canonical = passage.actors[quote], ""
            surface = re.sub(r"#\d+$", "", quote)
            if kind and kind not in LAYER_OF_KIND:
                raise self.fail(f"{kind!r} is no kind of actor; kinds: {', '.join(LAYER_OF_KIND)}", passage.line)
            if not kind:
                if surface not in self.actors:
                    raise self.fail(f"the actor {surface!r} is not in '%% actors'", passage.line)
                kind, canonical = self.actors[surface]
            if surface != quote:
                places = [self.place(quote, passage)]
            else:
                places = occurrences(quote, passage.text)
            if not places:
                raise self.fail(f"the actor {quote!r} is not in the passage", passage.line)
            for start, end in places:
                if all(end <= other.start or start >= other.end for other in found):
                    found.append(Label(start=start, end=end, value=kind, id=canonical))
        return sorted(found, key=lambda label: label.start)

    def named(self, passage: _Passage) -> Iterator[Label]:
        found: list[Label] = []
        for quote in sorted(passage.instruments, key=len, reverse=True):
            surface = re.sub(r"#\d+$", "", quote)
            places = occurrences(quote, passage.text) if surface == quote else [self.place(quote, passage)]
            if not places:
                raise self.fail(f"the instrument {quote!r} is not in the passage", passage.line)
            canonical = passage.instruments[quote] or self.instruments.get(surface, "")
            for start, end in places:
                if all(end <= other.start or start >= other.end for other in found):
                    found.append(Label(start=start, end=end, id=canonical))
        yield from sorted(found, key=lambda label: label.start)

    def look_twice(self, passage: _Passage, actors: list[Label]) -> None:
        """Warns of what is often a slip: a registered actor that is not listed, a prohibition without a negation."""
        for surface in self.actors:
            listed = surface in passage.not_actors or any(surface in quote for quote in passage.actors)
            if not listed and surface in passage.text:
                latin = surface[0].isascii()
                if not latin or re.search(rf"(?<![A-Za-z]){re.escape(surface)}(?![A-Za-z])", passage.text):
                    self.warn(
                        f"actor {surface!r} stands in the passage but is not listed (@- if it is none)", passage.line
                    )
        negated = re.search(
            r"\b(not|no|nor|never|none|neither|prohibit\w*|forbid\w*|refrain|without|ban\w*|cease)\b",
            passage.text,
            re.I,
        )
        if passage.lang == "zh":
            negated = re.search(r"不|禁|勿|无|非|免|未|莫|停止|杜绝|弃", passage.text)
        if "prohibition" in passage.forces and not negated:
            self.warn("a prohibition without any negation: look twice", passage.line)
        for statement in passage.statements:
            if statement.bearer and statement.force in ("obligation", "commitment", "recommendation"):
                start, end = statement.bearer
                if not any(label.start < end and start < label.end for label in actors):
                    self.warn(f"the bearer {passage.text[start:end]!r} holds no actor", passage.line)


def read_work(path: Path) -> Work:
    """Reads a work's source.

    Args:
        path: ``corpus/works/NAME.txt``.

    Raises:
        WorkError: with file, line and what is allowed, if the source is not well-formed.
    """
    return _Reader(path).read()


def read_works(folder: Path) -> list[Work]:
    """Every work of a folder, in order of name."""
    return [read_work(path) for path in sorted(folder.glob("*.txt"))]
