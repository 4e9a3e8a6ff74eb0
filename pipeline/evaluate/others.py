"""Measures on third-party sets, where they are there: the folder ``shared`` beside the repository.

They are reported as they are, apart from the project's own figures; nothing is trained or chosen on them. Labelled real
sentences (force, bearers, actors), Chinese and English words, parallel government reports, lease sentences with deontic
types by party, institutional-grammar statements, names. A set that is not there is named as skipped.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from pipeline.config import ROOT
from pipeline.evaluate import divergences
from pipeline.evaluate.baselines import BAG, KEYWORDS, BagOfWords, by_keywords
from pipeline.evaluate.figures import Pair, Tally, confidence_cell, confusion_cell, langs_of, spans
from pipeline.filters import LineError
from pipeline.metrics import overlaps
from pipeline.records import FORCES, ActorKind, Force, Lang, LegalStatus, Tagged
from pipeline.stages.align import align_sentences
from pipeline.stages.segment import sentences
from pipeline.stages.tag import Ask, Tagger
from pipeline.text import language
from pipeline.words import tokens

OURS = "pledgebook"
SHARED = ROOT.parent / "shared"
SECTION = "others"
REPORTS = ("GR2017.tmx",)
# The types of LexDeMod that are a force of their own; "nen" (no entitlement) and "oth" have no counterpart.
LEASE_TYPES = {"obl": "obligation", "ent": "permission", "per": "permission", "pro": "prohibition"}
ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)


def measure(tally: Tally, tagger: Tagger, bag: BagOfWords, say: Callable[[str], None], folder: Path = SHARED) -> None:
    """Adds the counts of every set that is there.

    Args:
        tally: keys are (section, data, measure, lang, model).
        tagger: the shipped model.
        bag: the bag-of-words model.
        say: is told of each set that is skipped.
        folder: where the sets are.
    """
    if not folder.is_dir():
        say("third-party sets: skipped, there is no folder 'shared' beside the repository")
        return
    data = folder / "data"
    steps: list[tuple[str, Path, Callable[[Path], None]]] = [
        ("real sentences", folder / "gold", lambda path: _gold(tally, tagger, bag, path)),
        ("MSR words", data / "seg_ner" / "msr_test_gold.utf8", lambda path: _msr(tally, path)),
        (
            "UD GSDSimp words",
            data / "seg_ner" / "zh_gsdsimp_dev.conllu",
            lambda path: _ud(tally, path, "zh", "UD GSDSimp"),
        ),
        ("UD EWT words", data / "seg_ner" / "en_ewt_dev.conllu", lambda path: _ud(tally, path, "en", "UD EWT")),
        ("government reports", data / "align", lambda path: _reports(tally, path)),
        (
            "pairs of government reports",
            data / "align",
            lambda path: divergences.alarms(tally, tagger, path, (SECTION, "government reports")),
        ),
        ("LexDeMod", data / "deontic" / "lexdemod_train_eval.csv", lambda path: _leases(tally, tagger, path)),
        ("institutional grammar", data / "deontic", lambda path: _grammar(tally, tagger, path)),
        ("UNER English", data / "seg_ner" / "uner_en_ewt_dev.iob2", lambda path: _names(tally, tagger, path, "en")),
        ("UNER Chinese", data / "seg_ner" / "uner_zh_gsdsimp_dev.iob2", lambda path: _names(tally, tagger, path, "zh")),
    ]
    for name, path, step in steps:
        if path.exists():
            step(path)
        else:
            say(f"{name}: skipped, there is no {path.name} in {path.parent}")


def _gold(tally: Tally, tagger: Tagger, bag: BagOfWords, folder: Path) -> None:
    """Real sentences with force, bearers, actors, instruments, deadlines; each file alone and all together."""
    for file in sorted(folder.glob("*.jsonl")):
        real_sentences(tally, tagger, bag, file, (file.stem, "real sentences"))


def real_sentences(tally: Tally, tagger: Tagger, bag: BagOfWords, file: Path, names: Sequence[str]) -> None:
    """Adds the counts of a file of labelled passages, under each of some names.

    Args:
        file: JSON Lines: ``text`` and ``force`` (a list, the primary first); optional are ``id``, ``lang``,
            ``legal_status``, ``work``, and spans: ``bearer``, ``instruments``, ``deadline`` as ``[start, end]``, ``actors``
            as ``[start, end, kind]``. What a line does not have is not scored on it.

    Raises:
        GoldError: for a line that is not such an object; the message has its number.
    """
    rows = _read_gold(file)
    tagged = tagger([Ask(r.id, r.text, r.lang or language(r.text), r.legal_status) for r in rows])
    guesses = bag([(r.text, t.lang, r.legal_status or "") for r, t in zip(rows, tagged, strict=True)])
    for row, tags, guess in zip(rows, tagged, guesses, strict=True):
        said = {OURS: tags.force[0], KEYWORDS: by_keywords(row.text, tags.lang), BAG: guess}
        for data in names:
            for lang in langs_of(tags.lang):
                for model, force in said.items():
                    cell = confusion_cell(row.force[0], force)
                    tally.add((SECTION, data, "force", lang, model), row.work or row.id, cell)
                for name, counts in _gold_counts(row, tags):
                    tally.add((SECTION, data, name, lang, OURS), row.work or row.id, counts)


class GoldError(LineError):
    """A line of labelled passages is not what it must be."""


class GoldLine(msgspec.Struct, frozen=True):
    """A labelled passage of a file; what is None was not labelled."""

    text: str
    force: tuple[Force, ...]
    id: str = ""
    lang: Lang | None = None
    legal_status: LegalStatus | None = None
    work: str = ""
    bearer: tuple[Pair, ...] | None = None
    deadline: tuple[Pair, ...] | None = None
    instruments: tuple[Pair, ...] | None = None
    actors: tuple[tuple[int, int, ActorKind], ...] | None = None


def _read_gold(file: Path) -> list[GoldLine]:
    rows = []
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{file} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = msgspec.json.decode(line, type=GoldLine)
            except msgspec.MsgspecError as error:
                raise GoldError(f"{file}, line {number}: {error}") from None
            if not row.force:
                raise GoldError(f"{file}, line {number}: 'force' is a list with at least one of {', '.join(FORCES)}")
            rows.append(row if row.id else msgspec.structs.replace(row, id=str(number)))
    if not rows:
        raise GoldError(f"{file} holds no labelled passage")
    return rows


def _gold_counts(row: GoldLine, tags: Tagged) -> Iterator[tuple[str, Sequence[float]]]:
    right = tags.force[0] == row.force[0]
    yield "calibration error", list(confidence_cell(right, tags.confidence))
    yield "force set F1", [len({*tags.force} & {*row.force}), len(row.force), len(tags.force)]
    if row.bearer is not None:
        bearers = [(s.bearer.start, s.bearer.end) for s in tags.statements if s.bearer]
        yield "bearer F1, overlap", list(spans(row.bearer, bearers, exact=False))
        yield "bearer F1, exact", list(spans(row.bearer, bearers, exact=True))
    if row.actors is not None:
        kinds = {(a, b): kind for a, b, kind in row.actors}
        yield "actors F1, exact", list(spans(kinds, [(a.start, a.end) for a in tags.actors], exact=True))
        for actor in tags.actors:
            if (actor.start, actor.end) in kinds:
                yield "kind of actors found", [float(actor.kind == kinds[actor.start, actor.end]), 1]
    if row.instruments is not None:
        yield (
            "instruments F1, overlap",
            list(spans(row.instruments, [(i.start, i.end) for i in tags.instruments], exact=False)),
        )
    if row.deadline is not None:
        yield (
            "deadlines F1, overlap",
            list(spans(row.deadline, [(d.start, d.end) for d in tags.deadlines], exact=False)),
        )


def _msr(tally: Tally, path: Path) -> None:
    for line in path.read_text("utf-8").split("\n"):
        words = line.split()
        if words:
            _words(tally, "MSR", "zh", "".join(words), words)


def _ud(tally: Tally, path: Path, lang: Lang, data: str) -> None:
    for block in path.read_text("utf-8").split("\n\n"):
        text = re.search(r"^# text = (.*)$", block, re.MULTILINE)
        words = [m[1] for m in re.finditer(r"^\d+\t([^\t]+)\t", block, re.MULTILINE)]
        if text:
            _words(tally, data, lang, text[1], words)


def _words(tally: Tally, data: str, lang: Lang, text: str, words: Sequence[str]) -> None:
    """Adds one sentence; gold words are placed one after the other, and a sentence that they do not make up is left out."""
    gold: list[Pair] = []
    at = 0
    for word in words:
        place = text.find(word, at)
        if place < 0 or text[at:place].strip():
            return
        at = place + len(word)
        gold.append((place, at))
    tally.add((SECTION, data, "words F1", lang, OURS), data, spans(gold, tokens(text, lang), exact=True))


def _reports(tally: Tally, folder: Path) -> None:
    """Government reports: the sides of segments are cut into sentences, aligned, and held against the segments.

    A segment may hold several sentences a side, so what is counted is whether a segment comes out whole (no bead crosses
    its ends), and whether beads join sentences of one segment.
    """
    for name in REPORTS:
        file = folder / name
        if not file.is_file():
            continue
        source: list[str] = []
        target: list[str] = []
        owner: tuple[list[int], list[int]] = ([], [])
        for index, unit in enumerate(divergences.translation_units(file)):
            for text, lang, side, owners in zip(unit, ("zh", "en"), (source, target), owner, strict=False):
                for a, b in sentences(text, lang):  # type: ignore[arg-type]
                    side.append(text[a:b])
                    owners.append(index)
        beads = [(m.source, m.target) for m in align_sentences(source, target) if m.source and m.target]
        segments = [({owner[0][i] for i in left}, {owner[1][j] for j in right}) for left, right in beads]
        inside = [len(a) == 1 and a == b for a, b in segments]
        crossed = {unit for (a, b), ok in zip(segments, inside, strict=True) if not ok for unit in a | b}
        both = set(owner[0]) & set(owner[1])
        reached = {next(iter(a)) for (a, _), ok in zip(segments, inside, strict=True) if ok}
        key = "government reports"
        tally.add((SECTION, key, "alignment, beads within one segment", "both", OURS), name, [sum(inside), len(inside)])
        whole = len((reached - crossed) & both)
        tally.add((SECTION, key, "alignment, segments that come out whole", "both", OURS), name, [whole, len(both)])


def _leases(tally: Tally, tagger: Tagger, path: Path) -> None:
    """LexDeMod, evaluation split: what a party is obliged, allowed and forbidden to do, from statements that it bears."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["split"] == "eval"]
    split = [re.fullmatch(r"\[(\w+)\]\s*(.*)", row["text"], re.DOTALL) for row in rows]
    tagged = tagger([Ask(str(i), m[2], "en", "binding") for i, m in enumerate(split) if m])
    known = [(row, m[1].lower()) for row, m in zip(rows, split, strict=True) if m]
    for (row, party), tags in zip(known, tagged, strict=True):
        gold = {LEASE_TYPES[key] for key in json.loads(row["span"]) if key in LEASE_TYPES}
        said = {s.force for s in tags.statements if s.bearer and party in s.bearer.text.lower()} & set(
            LEASE_TYPES.values()
        )
        for force in ("obligation", "permission", "prohibition"):
            counts = [float(force in gold and force in said), float(force in gold), float(force in said)]
            tally.add((SECTION, "LexDeMod", f"{force} of a party, F1", "en", OURS), row["cid"].split(".htm")[0], counts)
            tally.add(
                (SECTION, "LexDeMod", "deontic types of a party, F1", "en", OURS), row["cid"].split(".htm")[0], counts
            )


def _grammar(tally: Tally, tagger: Tagger, folder: Path) -> None:
    """Institutional grammar: the attribute (who acts) as the bearer, in statements in which it stands as written."""
    for file in (folder / "ig_fpc.csv", folder / "ig_nop.csv"):
        if not file.is_file():
            continue
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row[:2] for row in csv.reader(stream) if len(row) > 1][1:]
        asks, places = [], []
        for index, (raw, attribute) in enumerate(dict.fromkeys(map(tuple, rows))):
            text, attribute = " ".join(raw.split()), " ".join(attribute.split()).strip("[] ")
            start = text.lower().find(attribute.lower())
            if attribute and start >= 0:
                article = ARTICLE.match(text[start:])
                places.append((start + (article.end() if article else 0), start + len(attribute)))
                asks.append(Ask(str(index), text, "en", "binding"))
        for place, tags in zip(places, tagger(asks), strict=True):
            said = [(s.bearer.start, s.bearer.end) for s in tags.statements if s.bearer]
            for kind in ("overlap", "exact"):
                key = (SECTION, "institutional grammar", f"attribute as bearer F1, {kind}", "en", OURS)
                tally.add(key, file.stem, spans([place], said, exact=kind == "exact"))


def _names(tally: Tally, tagger: Tagger, path: Path, lang: Lang) -> None:
    """UNER: how many names of organisations and persons are found as actors.

    Only recall can be told: generic actors ("operators") are actors here and no names there, and a place is an actor only
    where it acts.
    """
    asks, gold = [], []
    for index, block in enumerate(path.read_text("utf-8").split("\n\n")):
        text = re.search(r"^# text = (.*)$", block, re.MULTILINE)
        rows = [line.split("\t") for line in block.split("\n") if line and line[0] != "#"]
        found = _placed_names(text[1], [(row[1], row[2]) for row in rows]) if text else []
        if text and found:
            asks.append(Ask(str(index), text[1], lang))
            gold.append(found)
    for names, tags in zip(gold, tagger(asks), strict=True):
        said = [(a.start, a.end) for a in tags.actors]
        for place, kind in names:
            hit = [float(any(overlaps(place, other) for other in said)), 1.0]
            tally.add((SECTION, "UNER", f"recall of {kind} as actors", lang, OURS), path.stem, hit)


def _placed_names(text: str, rows: Sequence[tuple[str, str]]) -> list[tuple[Pair, str]]:
    """Organisations and persons with their places; the words stand in the text one after the other."""
    kinds = {"ORG": "organisations", "PER": "persons"}
    names: list[tuple[Pair, str]] = []
    at, running = 0, False
    for word, tag in rows:
        start = text.find(word, at)
        if start < 0:
            return []
        at = start + len(word)
        kind = kinds.get(tag[2:])
        if kind and tag[0] == "B":
            names.append(((start, at), kind))
        elif kind and tag[0] == "I" and running:
            names[-1] = ((names[-1][0][0], at), kind)
        running = kind is not None
    return names
