"""The report: counts are those of the rows, and nothing that a document says becomes markup."""

from __future__ import annotations

import re

import msgspec

from pipeline.export.report import actor_bars, bars, languages, timeline, write_report, years
from pipeline.tables import AlignmentRow, CommitmentRow, CoverageRow, DivergenceRow, DocumentRow, EntityRow, RunView


def row(number: int, **fields: object) -> CommitmentRow:
    values = {
        "statement_id": f"s-{number}", "work_id": "w", "document": "d", "title": "t", "page": 1, "bbox": "", "section": "",
        "lang": "en", "force": "commitment", "strength": 3, "binding": "politically_binding", "bearer": "We", "bearer_id": "",
        "bearer_kind": "state_group", "layer": "national", "counterparty": "", "action": "act", "condition": "", "hedge": (),
        "deadline": "", "deadline_from": "", "deadline_to": "", "instruments": (), "quantities": (), "theme": "",
        "theme_label": "", "quote": "We will act.", "quote_other_language": "", "divergence": (), "confidence": 0.9,
        "review": "unreviewed",
    }  # fmt: skip
    return CommitmentRow(**(values | fields))


def view(*rows: CommitmentRow, coverage: tuple[CoverageRow, ...] = ()) -> RunView:
    document = DocumentRow(
        document="d", path="d.pdf", same_as=(), work_id="w", state="complete", title="<b>Title</b>", title_en="", title_zh="",
        languages=("en",), pages=1, pages_recognised=0, issuer="", date="", symbol="", genre="plan", legal_status="political",
        participants=(), theme="", theme_label="", blocks=1, passages=1, statements=1, commitments=len(rows), failures=0,
        characters=10,
    )  # fmt: skip
    return RunView(
        documents=(document,), commitments=rows, passages=(), actors=(), instruments=(), quantities=(), definitions=(),
        references=(), alignments=(), divergences=(), themes=(), coverage=coverage, failures=(),
    )  # fmt: skip


def test_what_a_document_says_is_escaped():
    page = write_report(view(row(1, quote="<script>alert(1)</script>")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Title" in page


def test_the_page_needs_no_network():
    page = write_report(view(row(1)))
    assert not re.search(r"https?://", page)
    assert "default-src 'none'" in page


def test_bars_count_rows():
    made = bars([("a", "en"), ("a", "zh"), ("b", "en")], ["a", "b"], ["en", "zh"])
    assert [(b.name, b.total) for b in made] == [("a", 2), ("b", 1)]
    assert made[0].parts == (("en", 1, 50.0), ("zh", 1, 50.0))
    assert bars([], ["a"], ["en"])[0].total == 0


def test_an_actor_has_one_bar_for_all_its_names():
    agency = EntityRow("IAEA", "Agency", "原子能机构", "igo", "global", (), 2, 1, ())
    rows = (row(1), row(2, bearer="we"), row(3), row(4, bearer="IAEA", bearer_id="IAEA"),
            row(5, bearer="机构", bearer_id="IAEA", lang="zh"), row(6, bearer=""),
            row(7, bearer="UN", bearer_id="UN"))  # fmt: skip
    made = actor_bars(msgspec.structs.replace(view(*rows), actors=(agency,)))
    assert [(bar.name, bar.total) for bar in made] == [("We", 3), ("Agency · 原子能机构", 2), ("UN", 1)]


def pair(work: str, source: str, target: str, doubtful: bool) -> AlignmentRow:
    return AlignmentRow(
        work_id=work, source_document="zh.pdf" if source else "", target_document="en.pdf" if target else "",
        source=(source,) if source else (), target=(target,) if target else (), source_lang="zh", target_lang="en",
        source_text=source, target_text=target, source_page=1, target_page=1, score=0.8, pairing="content",
        pairing_score=0.62, doubtful=doubtful,
    )  # fmt: skip


def test_works_in_two_languages_are_told_with_what_is_in_doubt():
    rows = (pair("w", "", "b", False), pair("w", "一", "a", False), pair("v", "二", "c", True))
    run = msgspec.structs.replace(view(row(1)), alignments=rows)
    doubtful, sure = languages(run)
    assert (doubtful.doubtful, sure.doubtful) == (True, False)
    assert (sure.pairs, sure.alone, sure.documents) == (1, 1, ("en.pdf", "zh.pdf"))
    page = write_report(run)
    assert "In doubt" in page
    assert "In doubt" not in write_report(msgspec.structs.replace(run, alignments=rows[:2]))


def test_the_line_of_time_has_a_dot_for_each_date():
    rows = (
        row(1, deadline_to="2030-12-31"),
        row(2, deadline_to="2030-12-31"),
        row(3, deadline_to="2040-01-01"),
        row(4),
    )
    dots = timeline(rows)
    assert [(d.date, d.y) for d in dots] == [("2030-12-31", 1), ("2030-12-31", 2), ("2040-01-01", 1)]
    assert all(0 <= d.x <= 100 for d in dots)
    assert years(rows)[0][0] >= 2030
    assert timeline((row(1),)) == []


def test_an_empty_cell_is_shown_as_a_gap():
    cell = CoverageRow(
        layer="regional",
        function="respond",
        function_en="respond",
        function_zh="应对",
        binding="voluntary",
        count=0,
        gap=True,
    )
    assert "gap" in write_report(view(row(1), coverage=(cell,)))


def test_a_run_with_nothing_in_it_has_a_page():
    assert "Who promised what" in write_report(view())


def difference(kind: str, severity: str, source: str = "应", target: str = "may") -> DivergenceRow:
    return DivergenceRow(
        work_id="w", kind=kind, severity=severity, detail=f"{kind} differs", source=("a",), target=("b",),
        source_text=source, target_text=target, source_page=1, target_page=2,
    )  # fmt: skip


def test_differences_come_gravest_first_and_an_empty_side_says_so():
    rows = (difference("hedge", "low"), difference("number", "medium"), difference("force", "high", target=""))
    page = write_report(msgspec.structs.replace(view(row(1)), divergences=rows))
    assert re.findall(r"(\w+) differs", page) == ["force", "number", "hedge"]
    assert page.count("nothing 无") == 1
    assert "3 in all: force 1, hedge 1, number 1" in page
