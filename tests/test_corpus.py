"""The labelled works themselves: readable, consistent, without copies, and split whole."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache

import pytest

from pipeline.clauses import read_clauses
from pipeline.config import ROOT
from pipeline.evaluate.agreement import agreement
from pipeline.evaluate.corpus import clause_table, split_lists, tables, twins
from pipeline.evaluate.documents import files_of
from pipeline.evaluate.stats import BEGIN, END, duplicate_tables, part
from pipeline.models import sha256
from pipeline.records import FORCES, LAYER_OF_KIND, OPERATIVE_FORCES
from pipeline.works import LabelledPassage, Work, read_work, read_works

CORPUS = ROOT / "corpus"
FILES = sorted((CORPUS / "works").glob("*.txt"))


@lru_cache(maxsize=1)
def works() -> tuple[Work, ...]:
    return tuple(read_work(file) for file in FILES)


def passages() -> list[LabelledPassage]:
    return [p for work in works() for p in work.passages]


def test_there_are_enough() -> None:
    assert len(works()) >= 60
    assert sum(len(w.en) for w in works()) >= 3000
    assert sum(len(w.zh) for w in works()) >= 3000
    assert sum(w.facts["field"] == "nuclear_security" for w in works()) >= 15
    # every force, in both languages, in number
    for lang in ("en", "zh"):
        counts = Counter(force for p in passages() if p.lang == lang for force in p.force)
        assert set(counts) == set(FORCES)
        assert min(counts.values()) >= 50


@pytest.mark.parametrize("index", range(len(FILES)), ids=[file.stem for file in FILES])
def test_spans_lie_in_their_passage_and_statements_agree_with_forces(index: int) -> None:
    work = works()[index]
    assert work.en
    assert work.zh
    for p in work.passages:
        statements = p.statements
        spans = [(label.start, label.end) for label in (*p.actors, *p.instruments, *p.deadlines, *p.quantities)]
        for s in statements:
            spans += [x for x in (s.bearer, s.counterparty, s.action, s.condition, *s.hedges) if x]
        where = f"{work.id}.txt:{p.line}"
        assert all(0 <= a < b <= len(p.text) for a, b in spans), where
        assert all(p.text[a:b] == p.text[a:b].strip() for a, b in spans), where
        assert {s.force for s in statements} == set(p.force) - {"none"}, where
        assert all(a.value in LAYER_OF_KIND for a in p.actors), where
        assert all(x.end <= y.start for x, y in zip(p.actors, p.actors[1:], strict=False)), where


@pytest.mark.parametrize("index", range(len(FILES)), ids=[file.stem for file in FILES])
def test_beads_hold_every_passage_once_and_both_languages_are_of_a_length(index: int) -> None:
    work = works()[index]
    for lang in ("en", "zh"):
        said = [i for bead in work.beads for i in (bead.en if lang == "en" else bead.zh)]
        assert said == list(range(len(work.en if lang == "en" else work.zh)))
    assert 0.7 < len(work.en) / len(work.zh) < 1.4


def test_operative_statements_say_what_is_to_be_done() -> None:
    rows = [s for p in passages() for s in p.statements if s.force in OPERATIVE_FORCES]
    assert sum(s.action is not None for s in rows) / len(rows) > 0.97


def test_prohibitions_without_negation_are_listed_for_a_second_look() -> None:
    """What the reader warns of is all there is, and little enough to have been looked at."""
    listed = [w for work in works() for w in work.warnings if "prohibition without any negation" in w]
    assert len(listed) < 0.05 * sum("prohibition" in p.force for p in passages())


def test_near_duplicates_are_under_two_per_cent() -> None:
    for lang in ("en", "zh"):
        side = [p for p in passages() if p.lang == lang]
        pairs, touched = twins(side)
        assert touched / len(side) < 0.02, [(t.first, t.second, t.text) for t in pairs[:5]]


def test_splits_are_disjoint_whole_and_stratified() -> None:
    of, samples = split_lists(works(), CORPUS / "splits.toml")
    assert set(of) == {work.id for work in works()}
    assert len(samples) == 6
    sizes = {split: sum(of[p.work] == split for p in passages()) for split in ("train", "dev", "test")}
    assert all(sizes[split] >= 0.07 * len(passages()) for split in ("dev", "test"))
    for split in ("dev", "test"):
        mine = [work for work in works() if of[work.id] == split]
        assert len({work.facts["genre"] for work in mine}) >= 5
        assert len({work.facts["field"] for work in mine}) >= 3
        assert {work.facts["legal_status"] for work in mine} == {"binding", "political", "analysis"}


def test_no_passage_of_dev_or_test_stands_in_train() -> None:
    of, _ = split_lists(works(), CORPUS / "splits.toml")
    learnt = {p.text for p in passages() if of[p.work] == "train"}
    held = [p for p in passages() if of[p.work] != "train"]
    shared = [p.text for p in held if p.text in learnt and len(p.text) > 12]
    assert len(shared) / len(held) < 0.01, shared[:5]


def test_a_second_labelling_quotes_the_same_sentences() -> None:
    second = read_works(CORPUS / "second")
    if not second:
        pytest.skip("there is no second labelling in corpus/second")
    both = agreement(works(), second)
    assert both.passages >= 400
    assert both.passages == sum(len(work.passages) for work in second)
    assert both.forces[0].kappa > 0.6


def test_the_pdfs_are_of_the_works_as_they_are() -> None:
    of, samples = split_lists(works(), CORPUS / "splits.toml")
    for folder, names in (("pdf", [n for n, s in of.items() if s != "train"]), ("samples", samples)):
        note = CORPUS / folder / "sources.json"
        if not note.is_file():
            pytest.skip(f"corpus/{folder} has not been made: pledgebook corpus build")
        made = json.loads(note.read_text("utf-8"))
        assert set(made) == set(names)
        for work in works():
            if work.id in made:
                assert made[work.id] == sha256(CORPUS / "works" / f"{work.id}.txt"), (
                    f"{work.id}: pledgebook corpus build"
                )
                assert all(file.path.is_file() for file in files_of(work, CORPUS / folder))


def test_the_description_has_the_counts_of_now() -> None:
    text = (ROOT / "CORPUS.md").read_text("utf-8")
    of, _ = split_lists(works(), CORPUS / "splits.toml")
    second = read_works(CORPUS / "second")
    both = agreement(works(), second) if second else None
    said = text[text.index(BEGIN) : text.index(END) + len(END)]
    singles = {"Single clauses": clause_table(read_clauses(CORPUS / "clauses"))}
    counted = {**tables(works(), of), **singles, **duplicate_tables(works())}
    assert said == part(counted, both), "pledgebook corpus stats --write"


def test_the_guide_teaches_every_label() -> None:
    guide = (CORPUS / "GUIDE.md").read_text("utf-8")
    for label in (*FORCES, *LAYER_OF_KIND):
        assert f"`{label}`" in guide
    licence = (CORPUS / "LICENSE").read_text("utf-8")
    assert re.search(r"https://creativecommons\.org/licenses/by/4\.0/", licence)
