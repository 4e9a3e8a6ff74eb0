"""brat, CoNLL-U Plus, DocBin, Web Annotations: every mark is where it says, in both languages, lists, rare characters."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.formats import brat, conll, docbin, web_annotation
from pipeline.formats.command import DEFAULTS, export
from pipeline.formats.marked import MarkedPassage, MarkedStatement, Slot, marked
from pipeline.records import Actor, Force, Lang
from pipeline.review import decide
from pipeline.sources import InputError
from pipeline.tables import CommitmentRow, PassageRow
from tests.review.desks import Made, make_run

# Chapeau, item, bearer (in the chapeau), force, action (in the item).
LISTS: list[tuple[str, Lang, str, str, str, Force, str]] = [
    ("p-1", "en", "", "𝔸 ferry means any boat.", "", "constitutive", ""),
    ("p-2", "en", "Each Party shall: ", "(a) keep a register  of 🐎 ferries;", "Each Party", "obligation",
     "keep a register  of 🐎 ferries"),
    ("p-3", "en", "Each Party shall: ", "(b) report every loss by 31 May 2031.", "Each Party", "obligation",
     "report every loss"),
    ("p-4", "en", "", "We will open piers.", "We", "commitment", "open piers"),
    ("p-5", "zh", "各缔约方应：", "（一）保存𠮷字号登记册；", "各缔约方", "obligation", "保存𠮷字号登记册"),
    ("p-6", "zh", "各缔约方应：", "（二）报告每起损失。", "各缔约方", "obligation", "报告每起损失"),
]  # fmt: skip


def passage(key: str, lang: Lang, chapeau: str, item: str, bearer: str, force: Force, action: str) -> MarkedPassage:
    text = chapeau + item
    actors = ()
    statements: tuple[MarkedStatement, ...] = ()
    if bearer:
        at = text.index(bearer)
        actors = (Actor(start=at, end=at + len(bearer), text=bearer, kind="state_group", layer="national", id="P"),)
        to = text.index(action)
        slots = (
            Slot(column="bearer", start=at, end=at + len(bearer)),
            Slot(column="action", start=to, end=to + len(action)),
        )
        statements = (
            MarkedStatement(
                id=f"s-{key}", start=at, end=to + len(action), force=force, strength=5, binding="none", bearer_id="P",
                bearer_kind="state_group", deadline_from="", deadline_to="", confidence=0.5, review="unreviewed", slots=slots,
            ),
        )  # fmt: skip
    row: dict[str, Any] = {
        "id": key, "document": f"d-{lang}", "work_id": "w", "ordinal": int(key[2:]), "page": 3, "section": ("Part I",),
        "lang": lang, "text": text, "item_start": len(chapeau), "boxes": (), "theme": "", "other_language": (),
        "force": (force,), "confidence": 0.5, "probabilities": {}, "statements": (), "instruments": (), "deadlines": (),
        "quantities": (), "labeller": "x", "actors": (),
    }  # fmt: skip
    made = msgspec.structs.replace(msgspec.convert(row, PassageRow), actors=actors)
    return MarkedPassage(
        row=made,
        path=f"部 门/ferry {lang}.pdf",
        title="",
        legal_status="binding",
        force=(force,),
        statements=statements,
    )


# Web Annotation Vocabulary, section 3.3.
MOTIVATIONS = {
    "assessing", "bookmarking", "classifying", "commenting", "describing", "editing", "highlighting", "identifying",
    "linking", "moderating", "questioning", "replying", "tagging",
}  # fmt: skip
PASSAGES = [passage(*line) for line in LISTS]


def commitment(found: MarkedPassage) -> CommitmentRow:
    data: dict[str, Any] = dict.fromkeys(CommitmentRow.__struct_fields__, "")
    data |= dict.fromkeys(("hedge", "instruments", "quantities", "divergence"), ())
    data |= {
        "page": 3,
        "strength": 5,
        "binding": "none",
        "confidence": 0.5,
        "review": "unreviewed",
        "lang": found.row.lang,
    }
    statement = found.statements[0]
    data |= {"statement_id": statement.id, "force": statement.force, "bbox": "10.0,20.5,110.0,40.0", "bearer": "x"}
    return msgspec.convert(data, CommitmentRow)


def brat_marks(text: str, lines: str) -> dict[str, tuple[str, list[str]]]:
    """The text-bound annotations: type and the words of each fragment, checked against what the file says they are."""
    found = {}
    for line in lines.splitlines():
        if line.startswith("T"):
            key, where, words = line.split("\t")
            kind, places = where.split(" ", 1)
            pieces = [text[int(a) : int(b)] for a, b in (place.split(" ") for place in places.split(";"))]
            assert " ".join(pieces) == words
            assert all(piece == piece.strip() and "\n" not in piece for piece in pieces)
            found[key] = (kind, pieces)
    return found


@pytest.mark.parametrize(
    ("lang", "bearer", "statements"),
    [
        ("en", "Each Party", [["Each Party shall:", "(a) keep a register  of 🐎 ferries"],
                              ["Each Party shall:", "(b) report every loss"], ["We will open piers"]]),
        ("zh", "各缔约方", [["各缔约方应：", "（一）保存𠮷字号登记册"], ["各缔约方应：", "（二）报告每起损失"]]),
    ],
)  # fmt: skip
def test_brat_has_a_chapeau_once_and_statements_in_fragments(
    lang: str, bearer: str, statements: list[list[str]]
) -> None:
    files = {name: data.decode() for name, data in brat.files(PASSAGES).items()}
    name = next(name for name in files if name.endswith(f"d-{lang}.txt"))
    assert re.fullmatch(r"[\w.-]+", name)
    assert files[name].count(bearer) == 1
    lines = files[name.removesuffix("txt") + "ann"]
    marks = brat_marks(files[name], lines)
    assert [pieces for kind, pieces in marks.values() if kind == "Statement"] == statements
    assert [pieces for kind, pieces in marks.values() if kind == "Bearer"].count([bearer]) == 1
    ends = re.findall(r"^R\d+\t(\w+)Of Arg1:(T\d+) Arg2:(T\d+)$", lines, re.MULTILINE)
    assert len(ends) == 2 * len(statements)
    assert all(marks[a][0] == role and marks[b][0] == "Statement" for role, a, b in ends)
    assert len(re.findall(r"^A\d+\tForce T\d+ (?:obligation|commitment)$", lines, re.MULTILINE)) == len(statements)


def test_brat_uses_only_types_that_its_configuration_has() -> None:
    files = brat.files(PASSAGES)
    known = files["annotation.conf"].decode()
    used = {kind for name, data in files.items() if name.endswith(".ann")
            for kind in re.findall(r"^[TRA]\d+\t(\w+)", data.decode(), re.MULTILINE)}  # fmt: skip
    assert used
    assert all(re.search(rf"^{kind}\b", known, re.MULTILINE) for kind in used)


def test_conll_words_give_back_every_mark() -> None:
    lines = conll.conll(PASSAGES).decode().split("\n")
    names = lines[0].removeprefix("# global.columns = ").split(" ")
    blocks = [block for block in "\n".join(lines[1:]).split("\n\n") if block.strip()]
    assert len(blocks) == len(PASSAGES)
    for block, found in zip(blocks, PASSAGES, strict=True):
        text, rows = found.row.text, [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
        assert all(len(row) == len(names) for row in rows)
        places = [tuple(map(int, row[2].removeprefix("TokenRange=").split(":"))) for row in rows]
        assert [row[1] for row in rows] == [text[a:b] for a, b in places]
        assert "".join(row[1] for row in rows) == "".join(text.split())
        for column, marks in conll.marks_of(found).items():
            at = names.index(f"PLEDGEBOOK:{column.upper()}")
            spans: list[list[Any]] = []
            for (start, end), row in zip(places, rows, strict=True):
                if row[at].startswith("B-"):
                    spans.append([start, end, row[at][2:]])
                elif row[at].startswith("I-"):
                    assert spans[-1][2] == row[at][2:]
                    spans[-1][1] = end
            assert [tuple(span) for span in spans] == marks


@pytest.mark.parametrize(
    ("marks", "tags"),
    [
        ([(0, 2, "a")], ["B-a", "O", "O"]),
        ([(0, 5, "a")], ["B-a", "I-a", "O"]),
        ([(0, 2, "a"), (3, 5, "a")], ["B-a", "B-a", "O"]),
        ([(0, 2, "b"), (0, 5, "a")], ["B-a", "I-a", "O"]),
        ([], ["O", "O", "O"]),
    ],
)
def test_bio(marks: list[tuple[int, int, str]], tags: list[str]) -> None:
    assert conll.bio([(0, 2), (3, 5), (6, 8)], marks) == tags


def test_docbin_loads_back_with_its_text_spans_and_forces() -> None:
    import spacy
    from spacy.tokens import DocBin

    files = docbin.files(PASSAGES)
    assert sorted(files) == ["en.spacy", "zh.spacy"]
    assert docbin.files(PASSAGES) == files
    for name, data in files.items():
        mine = [p for p in PASSAGES if p.row.lang == name[:2]]
        docs = list(DocBin().from_bytes(data).get_docs(spacy.blank(name[:2]).vocab))
        assert [doc.text for doc in docs] == [p.row.text for p in mine]
        for doc, found in zip(docs, mine, strict=True):
            text = found.row.text
            for column, marks in conll.marks_of(found).items():
                spans = doc.spans["actors" if column == "actor" else column]
                assert [(s.text, s.label_) for s in spans] == [(text[a:b], kind) for a, b, kind in marks]
            assert [s.text for s in doc.spans["statements"]] == [text[s.start : s.end] for s in found.statements]
            assert [force for force, value in doc.cats.items() if value] == list(found.force)
            assert doc.user_data["passage"] == found.row.id


def test_web_annotations_are_as_the_model_says_and_lead_to_the_words() -> None:
    rows = {found.statements[0].id: commitment(found) for found in PASSAGES if found.statements}
    data = web_annotation.page_of(PASSAGES, rows)
    assert web_annotation.page_of(PASSAGES, rows) == data
    page = json.loads(data)
    assert page["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert page["type"] == "AnnotationPage"
    assert len({item["id"] for item in page["items"]}) == len(page["items"]) == len(rows)
    printed = {"en": "𝔸 ferry means any boat. Each Party shall: (a) keep a register  of 🐎 ferries; (b) report every loss by "
               "31 May 2031. We will open piers.", "zh": "各缔约方应：（一）保存𠮷字号登记册；（二）报告每起损失。"}  # fmt: skip
    parts = 0
    for item in page["items"]:
        assert uuid.UUID(item["id"].removeprefix("urn:uuid:")).version == 5
        assert item["type"] == "Annotation"
        assert "created" not in item
        assert all(body["type"] == "TextualBody" and body["value"] for body in item["body"])
        assert {body["purpose"] for body in item["body"]} <= MOTIVATIONS
        assert item["motivation"] in MOTIVATIONS
        assert next(b["value"] for b in item["body"] if b["purpose"] == "classifying") in ("obligation", "commitment")
        targets = item["target"] if isinstance(item["target"], list) else [item["target"]]
        parts += len(targets)
        for target in targets:
            source = target["source"]
            assert re.fullmatch(r"[A-Za-z0-9%/._~-]+", source["id"])
            text = printed[source["language"]]
            *first, words, whole = target["selector"]
            for selector in first:
                assert selector["conformsTo"] == "http://tools.ietf.org/rfc/rfc3778"
                assert selector["value"] == "page=3&viewrect=10,20.5,100.0,19.5"
            assert whole["refinedBy"]["type"] == "TextPositionSelector"
            assert whole["exact"][whole["refinedBy"]["start"] : whole["refinedBy"]["end"]] == words["exact"]
            for quote in (words, whole):
                assert quote["type"] == "TextQuoteSelector"
                assert text.count(quote.get("prefix", "") + quote["exact"] + quote.get("suffix", "")) == 1
    # A list item and its chapeau are two targets.
    assert parts == 2 * 4 + 1


def test_decisions_are_in_every_format(tmp_path: Path) -> None:
    made: Made = make_run(tmp_path)
    desk = made.desk()
    items = {item.predicted.action: item for item in desk.items.values()}
    desk.log.add("ann", [
        decide.judge(desk, items["keep a register of ferries"], "reject", {}, {}, "", "", "ann"),
        decide.judge(desk, items["保存渡轮登记册"], "correct", {"bearer": "缔约方"}, {"bearer": (1, 4)}, "", "", "ann"),
    ])  # fmt: skip
    found = {p.row.text: p for p in marked(made.desk())}
    rejected = found["Each Party shall keep a register of ferries."]
    assert rejected.statements == ()
    assert rejected.force == ()
    (corrected,) = found["各缔约方应保存渡轮登记册。"].statements
    assert corrected.review == "corrected"
    assert [(s.start, s.end) for s in corrected.slots if s.column == "bearer"] == [(1, 4)]
    assert found["The Ferry Board welcomed the delegates."].force == ("declaration",)


@pytest.mark.parametrize("form", DEFAULTS)
def test_a_run_is_written_in_every_format_and_twice_the_same(tmp_path: Path, form: str) -> None:
    made = make_run(tmp_path)
    for turn in ("one", "two"):
        told = export(made.output, tmp_path / turn / DEFAULTS[form], form, (), (), made.config)
        assert told.startswith("8 passages written")
    first, second = (sorted(p for p in (tmp_path / turn).rglob("*") if p.is_file()) for turn in ("one", "two"))
    assert first
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_part_of_a_run(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    told = export(made.output, tmp_path / "x.json", "label-studio", ("recommendation",), (), made.config)
    assert told.startswith("2 passages")
    with pytest.raises(InputError, match="no force"):
        export(made.output, tmp_path / "x.json", "label-studio", ("duty",), (), made.config)
    with pytest.raises(InputError, match="no format"):
        export(made.output, tmp_path / "x.json", "xml", (), (), made.config)
