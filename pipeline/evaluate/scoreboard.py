"""``SCOREBOARD.md``: the figures of the current main on one page, beside both baselines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.evaluate.baselines import BAG, KEYWORDS
from pipeline.evaluate.figures import Figure, find
from pipeline.evaluate.passages import ALONE, OURS
from pipeline.evaluate.result import Evaluation

SPANS = (
    "force set F1",
    "statement F1 (bearer with force)",
    "bearer F1, overlap",
    "bearer F1, exact",
    "action F1, overlap",
    "condition F1, overlap",
    "counterparty F1, overlap",
    "hedge F1, overlap",
    "actors F1, exact",
    "kind of actors found",
    "id of actors found",
    "instruments F1, overlap",
    "deadlines F1, overlap",
    "dates of deadlines",
    "quantities F1, overlap",
    "value of quantities found",
    "calibration error",
)


def markdown(evaluation: Evaluation) -> str:
    """The scoreboard."""
    figures = evaluation.figures
    lines = [
        "# Scoreboard",
        "",
        "Written by `pledgebook evaluate --scoreboard`; every figure, with the confusion of forces and plots, is in "
        "`outputs/evaluation.html` after `make evaluate`.",
        "In brackets: 95% interval by bootstrap over works. Baselines: keywords (`corpus/lexicons/modality.toml`, first force "
        "with a cue) and a bag of words (linear, trained on the train works).",
        "",
        "Models: " + ", ".join(f"{name} `{version}`" for name, version in sorted(evaluation.models.items())) + ".",
        "",
        *_force("Force of the passages of works never seen in training (test)", figures, "passages", "test"),
        *_force("Force of real sentences (third-party texts)", figures, "others", "real sentences"),
        *_labels(evaluation),
        *_spans("Spans and values on test works", figures, "passages", "test"),
        *_spans("Spans on real sentences", figures, "others", "real sentences"),
        *_plain("End to end from the PDFs of test works", figures, "documents", ("test",)),
        *_plain("Footnotes and reading of the sample works", figures, "documents", ("samples",)),
        *_plain(
            "Alignment, differences, lineage, themes", figures, "texts", ("test", "held out", "all works", "lineage")
        ),
        *_plain("Third-party sets", [f for f in figures if not _real(f)], "others", None),
    ]
    lines += [f"Not measured: {note}." for note in evaluation.notes]
    return "\n".join(lines).rstrip() + "\n"


def _real(f: Figure) -> bool:
    """Whether a figure has its place in the tables of real sentences."""
    return f.section == "others" and (f.measure in SPANS or f.measure.startswith("force "))


def _cell(f: Figure | None) -> str:
    if f is None:
        return ""
    return f"{f.value:.3f}" + (f" ({f.low:.2f}–{f.high:.2f})" if f.low is not None and f.high is not None else "")


def _force(title: str, figures: Iterable[Figure], section: str, data: str) -> list[str]:
    rows = []
    known = [f for f in figures if f.section == section and f.data == data]
    for lang, name in (("en", "English"), ("zh", "Chinese")):
        for model in (OURS, ALONE, BAG, KEYWORDS):
            accuracy = find(known, measure="force accuracy", lang=lang, model=model)
            macro = find(known, measure="force macro-F1", lang=lang, model=model)
            if accuracy:
                rows.append(f"| {name} | {model} | {_cell(accuracy)} | {_cell(macro)} | {accuracy.n} |")
    if not rows:
        return []
    return [
        f"## {title}",
        "",
        "| language | model | accuracy | macro-F1 | n |",
        "| --- | --- | --- | --- | --- |",
        *rows,
        "",
    ]


def _labels(evaluation: Evaluation) -> list[str]:
    """F1 of each force on test works and on real sentences, the three models side by side."""
    out: list[str] = []
    for section, data in (("passages", "test"), ("others", "real sentences")):
        scores = {(s.force, s.lang, s.model): s for s in evaluation.labels if s.section == section and s.data == data}
        forces = dict.fromkeys(force for force, _, _ in scores)
        if not scores:
            continue
        out += [
            f"## F1 per force, {'test works' if section == 'passages' else data}",
            "",
            "| force | language | n | " + " | ".join((OURS, BAG, KEYWORDS)) + " |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for force in forces:
            for lang in ("en", "zh"):
                row = [scores.get((force, lang, model)) for model in (OURS, BAG, KEYWORDS)]
                if row[0] is not None and row[0].n:
                    cells = " | ".join(f"{s.f1:.3f}" if s else "" for s in row)
                    out.append(f"| {force} | {lang} | {row[0].n} | {cells} |")
        out.append("")
    return out


def _spans(title: str, figures: Iterable[Figure], section: str, data: str) -> list[str]:
    known = [f for f in figures if f.section == section and f.data == data and f.model == OURS]
    rows = []
    for measure in SPANS:
        en, zh = find(known, measure=measure, lang="en"), find(known, measure=measure, lang="zh")
        if en or zh:
            counts = f"{en.n if en else 0} + {zh.n if zh else 0}"
            rows.append(f"| {measure} | {_cell(en)} | {_cell(zh)} | {counts} |")
    if not rows:
        return []
    return [f"## {title}", "", "| measure | English | Chinese | n |", "| --- | --- | --- | --- |", *rows, ""]


def _plain(title: str, figures: Iterable[Figure], section: str, sets: Sequence[str] | None) -> list[str]:
    known = [f for f in figures if f.section == section and (sets is None or f.data in sets) and f.model == OURS]
    rows: dict[tuple[str, str], dict[str, Figure]] = {}
    for f in known:
        rows.setdefault((f.data, f.measure), {})[f.lang] = f
    if not rows:
        return []
    lines = [
        f"## {title}",
        "",
        "| set | measure | English | Chinese | both | n |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for (data, measure), cells in rows.items():
        n = (cells.get("both") or next(iter(cells.values()))).n
        both = cells.get("both")
        lines.append(
            f"| {data} | {measure} | {_cell(cells.get('en'))} | {_cell(cells.get('zh'))} | {_cell(both)} | {n} |"
        )
    return [*lines, ""]
