"""The source format of labelled works: what it reads, and that it refuses what it must."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.works import WorkError, locate, read_work, read_works, split_notes

ROOT = Path(__file__).resolve().parents[1]
WORKS = ROOT / "corpus" / "works"

HEAD = """%% work
genre: communique
field: nuclear_security
legal_status: political
date: 2031-05-14
layout: columns
theme: transportation security
brief: a test

%% actors
We | state_group
我们 | state_group
States | state_group
operators | non_state

%% text
# en A Communiqué
# zh 公报
"""


def work(tmp_path: Path, body: str, head: str = HEAD):
    path = tmp_path / "sample.txt"
    path.write_text(head + body, encoding="utf-8")
    return read_work(path)


def test_the_guide_teaches_a_work_that_reads(tmp_path):
    guide = (ROOT / "corpus" / "GUIDE.md").read_text(encoding="utf-8")
    example = re.search(r"```\n(%% work.*?)```", guide, re.S)
    assert example
    path = tmp_path / "example.txt"
    path.write_text(example.group(1), encoding="utf-8")
    made = read_work(path)
    first = made.en[0]
    assert first.force == ("commitment",)
    statement = first.statements[0]
    assert first.text[slice(*statement.bearer)] == "We"
    assert first.text[slice(*statement.action)] == (
        "submit to the International Atomic Energy Agency, where possible by the end of 2033, a list of at least 12 ports"
    )
    assert statement.deadline.value == "..2033-12-31"
    assert first.notes == ((len(first.text), "1"),)
    assert made.zh[1].chapeau == "在执行《港湾计划》时，运营者应："
    assert [b.en for b in made.beads] == [(0,), (1,)]


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("State", "United States and a State Party", "State"),
        ("report … year", "submit a report within a year", "report within a year"),
        ("the#2", "the one and the other", "the"),
        ("各国", "各国应通报各国", "各国"),
        ("No. #4", "see No. #4 there", "No. #4"),
    ],
)
def test_locate(quote, text, found):
    start, end = locate(quote, text)
    assert text[start:end] == found


def test_locate_takes_the_word_not_the_part_of_a_word():
    assert locate("State", "Statement by a State") == (15, 20)
    assert locate("absent", "nothing here") is None


def test_split_notes():
    assert split_notes("安全[^①]重要。[^*]") == ("安全重要。", ((2, "①"), (5, "*")))


def test_beads_of_several_sentences(tmp_path):
    made = work(
        tmp_path, "P\nen One.\n> none\nen Two.\n> none\nzh 一二。\n> none\nen Three.\n> none\n-\nzh 四。\n> none\n"
    )
    assert [(b.en, b.zh) for b in made.beads] == [((0, 1), (0,)), ((2,), ()), ((), (1,))]


def test_a_mention_is_marked_everywhere_and_longest_first(tmp_path):
    head = HEAD.replace("operators | non_state", "operators | non_state\nmember States | state_group")
    made = work(
        tmp_path,
        "P\nen We ask States and member States and States.\n> none\n@ We; States; member States\nzh 我们。\n> none\n@ 我们\n",
        head,
    )
    marked = [made.en[0].text[a.start : a.end] for a in made.en[0].actors]
    assert marked == ["We", "States", "member States", "States"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("P\nen We will act.\n> promise\n", "a force is one of"),
        ("P\nen We will act.\n", "no force label"),
        ("P\nen We will act.\n> none\n> commitment\n", "'none' stands alone"),
        ("P\nen We will act.\n> commitment | bearer: They\n", "'They' is not in the passage"),
        ("P\nen We will act.\n> commitment | who: We\n", "a slot is one of"),
        ("P\nen We will act.\n> commitment\n@ Robots\n", "not in '%% actors'"),
        ("P\nen We will act.\n> commitment\n! colour | x\n", "a planted difference is one of"),
        ("P\n> commitment\n", "follows no sentence"),
        ("P\nxx hello\n", "unknown line tag"),
    ],
)
def test_what_is_refused_is_named_with_its_line(tmp_path, body, says):
    with pytest.raises(WorkError, match=re.escape(says)) as error:
        work(tmp_path, body)
    assert re.match(r"sample\.txt:\d+: ", str(error.value))


def test_a_sentence_after_a_heading_begins_a_paragraph(tmp_path):
    made = work(tmp_path, "en One.\n> none\nzh 一。\n> none\n")
    assert [e.kind for e in made.elements] == ["title", "paragraph"]


def test_a_header_without_a_genre_is_refused(tmp_path):
    with pytest.raises(WorkError, match="the header lacks genre"):
        work(tmp_path, "P\nen One.\n> none\n", HEAD.replace("genre: communique\n", ""))


def test_the_spans_of_every_work_are_the_words_they_quote():
    works = read_works(WORKS)
    assert works
    for made in works:
        for p in made.passages:
            spans = [
                (label.start, label.end)
                for group in (p.actors, p.instruments, p.deadlines, p.quantities)
                for label in group
            ]
            for s in p.statements:
                spans += [span for span in (s.bearer, s.action, s.condition, s.counterparty, *s.hedges) if span]
            assert all(0 <= a < b <= len(p.text) and p.text[a:b].strip() for a, b in spans), (p.work, p.line)
