"""The evaluation as one page that opens offline: pictures first, every figure below them.

The template escapes whatever it is given; only the pictures, which are made here and escape their own words, are put in as
they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.evaluate.baselines import BAG, KEYWORDS
from pipeline.evaluate.figures import DRAWS, Figure
from pipeline.evaluate.passages import ALONE, OURS
from pipeline.evaluate.plots import Bar, bars, diagram, heat
from pipeline.evaluate.result import Evaluation

STYLES = {OURS: "ours", ALONE: "ours", BAG: "bag", KEYWORDS: "words"}
LANGUAGES = {"en": "English", "zh": "Chinese", "both": "both languages"}
MODELS = (OURS, BAG, KEYWORDS)


@dataclass(frozen=True)
class Part:
    """A section of the page."""

    title: str
    text: str
    pictures: list[tuple[str, str]]
    figures: list[Figure]
    pair: bool = False
    folded: bool = True


def html(evaluation: Evaluation) -> str:
    """The page."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, keep_trailing_newline=True)
    template = environment.from_string((Path(__file__).parent / "evaluation.html").read_text("utf-8"))
    return template.render(e=evaluation, parts=_parts(evaluation), draws=DRAWS)


def _parts(e: Evaluation) -> list[Part]:
    sections = dict.fromkeys(f.section for f in e.figures)
    made = []
    if "passages" in sections:
        made += _passages(e)
    if "documents" in sections:
        made.append(_documents(e))
    if "texts" in sections:
        made.append(
            Part("Alignment and themes", "On the texts of the works, without PDFs and tags.", [],
                 _of(e, "texts"), folded=False)
        )  # fmt: skip
    if "others" in sections:
        made.append(_others(e))
    return made


def _of(e: Evaluation, section: str) -> list[Figure]:
    return [f for f in e.figures if f.section == section]


def _bar(f: Figure, name: str) -> Bar:
    return name, STYLES[f.model], f.value, f.low, f.high, f.n


def _force_bars(figures: Iterable[Figure], measure: str) -> list[Bar]:
    known = {(f.data, f.lang, f.model): f for f in figures if f.measure == measure}
    rows = []
    for data in dict.fromkeys(data for data, _, _ in known):
        for lang in ("en", "zh"):
            for model in MODELS:
                f = known.get((data, lang, model))
                if f:
                    rows.append(_bar(f, f"{data}, {LANGUAGES[lang]}: {model}"))
    return rows


def _passages(e: Evaluation) -> list[Part]:
    figures = _of(e, "passages")
    force = [
        (f"{name} of the primary force", bars(_force_bars(figures, name), name))
        for name in ("force accuracy", "force macro-F1")
    ]
    made = [Part("Force of labelled passages", "The shipped model beside a bag of words and keywords. Passages are asked as "
                 "they are met in their document.", force, [])]  # fmt: skip
    label_bars = []
    for lang in ("en", "zh"):
        scores = [
            s for s in e.labels if s.section == "passages" and s.data == "test" and s.lang == lang and s.model == OURS
        ]
        rows: list[Bar] = [(s.force, "ours", s.f1, None, None, s.n) for s in scores if s.n]
        label_bars.append((f"{LANGUAGES[lang]}, test", bars(rows, f"F1 per force, {LANGUAGES[lang]}")))
    made.append(Part("Per force", "F1 of each force on the test works.", label_bars, []))
    confusions = [
        (f"{LANGUAGES[c.lang]}, test", heat(c, f"confusion of forces, {LANGUAGES[c.lang]}"))
        for c in e.confusions
        if c.section == "passages" and c.data == "test" and c.lang != "both" and c.model == OURS
    ]
    made.append(Part("Confusion", "Rows are the label, columns what the model says.", confusions, [], pair=True))
    honest = [
        (f"{LANGUAGES[r.lang]}, test", diagram(r, f"confidence and accuracy, {LANGUAGES[r.lang]}"))
        for r in e.reliability
        if r.section == "passages" and r.data == "test" and r.lang != "both" and r.model == OURS
    ]
    made.append(Part("Confidence", "How often the model is right where it is so sure; a dot's size is how many passages.",
                     honest, [], pair=True))  # fmt: skip
    genres = [
        f for f in figures
        if f.measure.startswith("force accuracy, genre ") and f.data == "test" and f.lang == "both" and f.model == OURS
    ]  # fmt: skip
    rows = [_bar(f, f.measure.removeprefix("force accuracy, genre ").replace("_", " ")) for f in genres]
    made.append(
        Part(
            "By genre",
            "Accuracy of the force, both languages, test works.",
            [("", bars(rows, "accuracy by genre"))],
            [],
        )
    )
    spans = [
        f for f in figures
        if f.data == "test" and f.model == OURS and f.lang in ("en", "zh") and not f.measure.startswith("force ")
    ]  # fmt: skip
    pictures = [
        (LANGUAGES[lang], bars([_bar(f, f.measure) for f in spans if f.lang == lang and f.measure != "calibration error"],
                               f"spans and their values, {LANGUAGES[lang]}"))
        for lang in ("en", "zh")
    ]  # fmt: skip
    made.append(Part("Bearers, slots, actors, instruments, dates, quantities", "Test works. F1 where spans are found, shares "
                     "where something is said of a span that was found.", pictures, figures))  # fmt: skip
    return made


def _documents(e: Evaluation) -> Part:
    figures = _of(e, "documents")
    rows = [_bar(f, f"{f.measure}, {f.lang}") for f in figures if f.data == "test" and f.lang in ("en", "zh")]
    return Part("End to end from the PDFs", "Typeset works, read as a user's files are: blocks, facts, sentences, forces, "
                "rows. Samples are works that the encoder has learnt from, so only their reading is measured.",
                [("test", bars(rows, "end to end"))], figures)  # fmt: skip


def _others(e: Evaluation) -> Part:
    figures = _of(e, "others")
    force = _force_bars(figures, "force accuracy")
    pictures = [("Force accuracy on real sentences", bars(force, "force accuracy on real sentences"))] if force else []
    return Part("Third-party sets", "Not part of the project; reported as they are.", pictures, figures, folded=False)
