"""Measures the flow end to end: from the typeset PDFs of works to blocks, facts, sentences, forces and rows.

The PDFs are made by ``pledgebook corpus build``, which also writes of which sources they were made. A PDF that is missing
or was made from another text than the work has now is not measured, and that is said.
"""

from __future__ import annotations

import calendar
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.config import Config
from pipeline.evaluate.figures import Tally, langs_of
from pipeline.evaluate.truth import normal, paragraphs, printed
from pipeline.models import sha256
from pipeline.records import OPERATIVE_FORCES, Block, Facts, Lang, Parsed, Passage, Source, Tagged, stable_id
from pipeline.stages import facts as facts_stage
from pipeline.stages import segment as segment_stage
from pipeline.stages import tag as tag_stage
from pipeline.stages.parse import parse
from pipeline.typeset import SOURCES
from pipeline.works import LabelledPassage, LabelledStatement, Work

OURS = "pledgebook"


@dataclass(frozen=True)
class File:
    """A PDF of a work: the languages that stand in it."""

    path: Path
    langs: tuple[Lang, ...]


def files_of(work: Work, folder: Path) -> list[File]:
    """The PDFs that a work's layout asks for."""
    if work.facts["layout"] in ("separate", "twocol"):
        return [File(folder / f"{work.id}.{lang}.pdf", (lang,)) for lang in ("en", "zh")]
    return [File(folder / f"{work.id}.pdf", ("en", "zh"))]


def current(works: Sequence[Work], sources: Path, folder: Path) -> tuple[list[Work], list[str]]:
    """The works whose PDFs are there and were made from the text they have now, and what to say of the others."""
    record = folder / SOURCES
    made = json.loads(record.read_text("utf-8")) if record.is_file() else {}
    good, said = [], []
    for work in works:
        if not all(file.path.is_file() for file in files_of(work, folder)):
            said.append(f"{work.id}: no PDF in {folder.name}; `pledgebook corpus build` makes it")
        elif made.get(work.id) != sha256(sources / f"{work.id}.txt"):
            said.append(
                f"{work.id}: its text has changed since its PDF was made; `pledgebook corpus build` makes it anew"
            )
        else:
            good.append(work)
    return good, said


def measure(tally: Tally, works: Sequence[Work], folder: Path, split: str, config: Config, tags: bool) -> None:
    """Adds the counts of some works, file by file.

    Args:
        tally: keys are (section, data, measure, lang, model).
        works: works whose PDFs are there.
        folder: where the PDFs are.
        split: the name of the set.
        config: settings of the stages.
        tags: whether forces and rows are measured too; not on works that the model has learnt from.
    """
    read_facts = facts_stage.STAGE.build(config.facts)
    segment = segment_stage.STAGE.build(config.segment)
    tag = tag_stage.STAGE.build(config.tag) if tags else None
    for work in works:
        for file in files_of(work, folder):
            digest = sha256(file.path)
            source = Source(
                document=stable_id("d", digest), path=file.path.name, file=str(file.path.absolute()), sha256=digest
            )
            parsed: Parsed = parse(source, config.parse)
            found: Facts = read_facts(parsed)
            cut: Sequence[Passage] = segment(parsed).passages
            tagged: Sequence[Tagged] = tag(segment(parsed), found).tagged if tag else ()
            for lang in file.langs:
                for name, counts in _file(work, lang, file, parsed, found, cut, tagged):
                    for group in langs_of(lang):
                        tally.add(("documents", split, name, group, OURS), work.id, counts)


def _file(
    work: Work, lang: Lang, file: File, parsed: Parsed, found: Facts, cut: Sequence[Passage], tagged: Sequence[Tagged]
) -> Iterator[tuple[str, list[float]]]:
    """The counts of one language of one file."""
    blocks: list[Block] = [b for b in parsed.blocks if len(file.langs) == 1 or b.lang == lang]
    yield from paragraphs(printed(work, lang), blocks).items()
    side = work.en if lang == "en" else work.zh
    mine = [i for i, p in enumerate(cut) if len(file.langs) == 1 or p.lang == lang]
    pairs = pair([forms(p) for p in side], [_item(cut[i]) for i in mine])
    yield "sentences F1", [len(pairs), len(side), len(mine)]
    yield from _facts(work, lang, found)
    if tagged:
        yield (
            "force of passages, from the PDF",
            [
                sum(tagged[mine[j]].force[0] == side[i].force[0] for i, j in pairs.items()),
                len(side),
            ],
        )
        partners = {i: mine[j] for i, j in pairs.items()}
        right = sum(_rows_right(side[i], cut[j], tagged[j]) for i, j in partners.items())
        gold = sum(len(_gold_rows(p)) for p in side)
        said = sum(len(_rows(cut[i], tagged[i])) for i in mine)
        yield "rows F1 (force and bearer), from the PDF", [right, gold, said]


def _item(passage: Passage) -> str:
    return normal(passage.text[passage.item_start :])


def forms(passage: LabelledPassage) -> tuple[str, str]:
    """A passage as it may be read: with the mark that is printed before it, and without."""
    return normal(passage.mark) + normal(passage.text), normal(passage.text)


def pair(truth: Sequence[tuple[str, ...]], said: Sequence[str]) -> dict[int, int]:
    """Which passage came out as which sentence, by equal text, each serving once, in order."""
    places: dict[str, list[int]] = {}
    for index, text in enumerate(said):
        places.setdefault(text, []).append(index)
    pairs = {}
    for index, texts in enumerate(truth):
        hit = next((text for text in texts if places.get(text)), None)
        if hit is not None:
            pairs[index] = places[hit].pop(0)
    return pairs


def _facts(work: Work, lang: Lang, found: Facts) -> Iterator[tuple[str, list[float]]]:
    titles = [e for e in work.elements if e.kind == "title" and e.sentences[lang]]
    if titles:
        said = found.title_en if lang == "en" else found.title_zh
        yield "title", [float(normal(said) == normal("".join(titles[0].sentences[lang]))), 1]
    yield "legal status", [float(found.legal_status == work.facts["legal_status"]), 1]
    yield "genre", [float(found.genre == work.facts["genre"]), 1]
    if prints_date(work, lang):
        yield "date", [float(found.date == work.facts["date"]), 1]


def prints_date(work: Work, lang: Lang) -> bool:
    """Whether the whole date of a work stands in its text; where it does not, no reader could know it."""
    day = date.fromisoformat(work.facts["date"])
    text = normal("".join(s for e in work.elements for s in e.sentences[lang]))
    month = calendar.month_name[day.month]
    ways = {
        "en": (f"{day.day}{month}{day.year}", f"{month}{day.day},{day.year}"),
        "zh": (f"{day.year}年{day.month}月{day.day}日",),
    }
    return any(way in text for way in ways[lang])


Row = tuple[str, str]


def _gold_rows(passage: LabelledPassage) -> list[Row]:
    return [(s.force, _words(passage, s)) for s in passage.statements if s.force in OPERATIVE_FORCES]


def _words(passage: LabelledPassage, statement: LabelledStatement) -> str:
    return normal(passage.text[slice(*statement.bearer)]) if statement.bearer else ""


def _rows(passage: Passage, tags: Tagged) -> list[Row]:
    """Force and bearer of each row; a bearer in the chapeau counts as none, as it is in the labels of an item."""
    made: list[Row] = []
    for statement in tags.statements:
        if statement.force in OPERATIVE_FORCES:
            bearer = statement.bearer
            inside = bearer is not None and bearer.start >= passage.item_start
            made.append((statement.force, normal(bearer.text) if bearer and inside else ""))
    return made


def _rows_right(labelled: LabelledPassage, passage: Passage, tags: Tagged) -> int:
    return sum((Counter(_gold_rows(labelled)) & Counter(_rows(passage, tags))).values())
