"""Which documents are one work: by configuration, by names, by content, and when to doubt it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.config import ROOT
from pipeline.embedding import embed
from pipeline.stages.align.pairing import Document, likeness, pair
from pipeline.works import read_work

NO = np.zeros((0, 8), np.float32)


def rows(*numbers: int) -> np.ndarray:
    """Passages with one meaning each: unit vectors along the given axes."""
    return np.eye(8, dtype=np.float32)[list(numbers)]


def document(path: str, en: np.ndarray = NO, zh: np.ndarray = NO) -> Document:
    return Document("d:" + path, path, {"en": en, "zh": zh})


def paired(*documents, given=()):
    return [
        (tuple(d.removeprefix("d:") for d in work.documents), work.how, work.doubtful)
        for work in pair(documents, given, 0.5, 0.7, 0.15)
    ]


def test_names_that_differ_in_the_language_alone():
    text = rows(0, 1, 2, 3, 4)
    assert paired(
        document("a.en.pdf", en=text), document("a.zh.pdf", zh=rows(7, 6)), document("b.en.pdf", en=text)
    ) == [
        (("a.en.pdf", "a.zh.pdf"), "file names", False),
        (("b.en.pdf",), "one file", False),
    ]


def test_the_configuration_comes_first():
    text = rows(0, 1, 2, 3, 4)
    documents = [document("a.en.pdf", en=text), document("a.zh.pdf", zh=text), document("x.pdf", zh=text)]
    assert paired(*documents, given=[("a.en.pdf", "x.pdf"), ("gone.pdf",)]) == [
        (("a.en.pdf", "x.pdf"), "configuration", False),
        (("a.zh.pdf",), "one file", False),
    ]
    with pytest.raises(ValueError, match="twice"):
        paired(*documents, given=[("a.en.pdf", "x.pdf"), ("x.pdf", "a.zh.pdf")])


def test_content_in_the_same_order():
    same, other = rows(0, 1, 2, 3, 4, 5), rows(5, 4, 3, 2, 1, 0)
    assert paired(document("1.pdf", en=same), document("2.pdf", zh=same), document("3.pdf", zh=other)) == [
        (("1.pdf", "2.pdf"), "content", False),
        (("3.pdf",), "one file", False),
    ]


def test_what_corresponds_in_part_or_has_a_rival_is_doubtful():
    whole, part = rows(0, 1, 2, 3, 4, 5, 6), rows(0, 1, 2, 3, 7, 7, 7)
    assert paired(document("1.pdf", en=whole), document("2.pdf", zh=part)) == [(("1.pdf", "2.pdf"), "content", True)]
    rivals = paired(document("1.pdf", en=whole), document("2.pdf", zh=whole), document("3.pdf", zh=whole))
    assert rivals[0] == (("1.pdf", "2.pdf"), "content", True)


def test_a_bilingual_file_and_a_short_one_are_works_by_themselves():
    text = rows(0, 1, 2)
    assert paired(document("1.pdf", en=text, zh=text), document("2.pdf", zh=text), document("3.pdf", en=text)) == [
        (("1.pdf",), "one file", False),
        (("2.pdf",), "one file", False),
        (("3.pdf",), "one file", False),
    ]


def test_likeness_counts_the_longest_run_in_order():
    assert likeness(rows(0, 1, 2, 3, 4), rows(0, 1, 2, 3, 4)) == 1.0
    assert likeness(rows(0, 1, 2, 3, 4), rows(1, 0, 2, 3, 4)) == 0.8
    assert likeness(rows(0, 1, 2), rows(0, 1, 2)) == 0.0  # too few to tell


def test_two_communiques_of_one_series_are_told_apart():
    documents = []
    for name in ("meridian-nuclear-security-communique", "second-meridian-communique", "summit-work-plan"):
        work = read_work(ROOT / "corpus" / "works" / f"{name}.txt")
        documents.append(document(f"{name}-1.pdf", en=embed([p.text for p in work.en])))
        documents.append(document(f"{name}-2.pdf", zh=embed([p.text for p in work.zh])))
    found = paired(*documents)
    assert len(found) == 3
    for paths, how, doubtful in found:
        assert (how, doubtful) == ("content", False)
        assert paths[0][:-6] == paths[1][:-6]
