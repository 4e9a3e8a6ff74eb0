"""``pledgebook evaluate``: measures everything, prints a table, writes JSON, a page, and the scoreboard if asked.

In order: forces and spans of the labelled passages of dev and test works, beside the two baselines; the flow end to end
from the PDFs of those works; alignment and themes; then the third-party sets that are there. With a file of labelled
passages, only these are scored. Nothing in the result depends on the time or on the machine.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from pipeline import __version__, models
from pipeline.clauses import split_clauses
from pipeline.config import ROOT, Config
from pipeline.evaluate import divergences, documents, histories, others, passages, texts
from pipeline.evaluate.baselines import BAG, KEYWORDS, BagOfWords, by_keywords
from pipeline.evaluate.corpus import split_lists
from pipeline.evaluate.figures import Figure, Tally, langs_of
from pipeline.evaluate.page import html
from pipeline.evaluate.passages import OURS
from pipeline.evaluate.result import Evaluation, collect
from pipeline.evaluate.scoreboard import markdown
from pipeline.records import Tagged
from pipeline.stages.tag import Tagger
from pipeline.store import atomic_write, make_folder
from pipeline.works import Work, read_works

MEASURED = ("dev", "test")


def evaluate(config: Config, gold: Path | None, output: Path = Path("outputs"), scoreboard: bool = False) -> int:
    """Measures and writes.

    Args:
        config: settings of the stages, and where works and models are.
        gold: a file of labelled passages to score instead (JSON Lines, see ``others.real_sentences``).
        output: the folder of ``evaluation.json`` and ``evaluation.html``.
        scoreboard: whether ``SCOREBOARD.md`` is written anew.

    Returns:
        the exit status, 0.
    """
    found = measure_file(config, gold) if gold else measure_all(config, say)
    make_folder(output)
    atomic_write(output / "evaluation.json", msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    atomic_write(output / "evaluation.html", html(found).encode())
    if scoreboard:
        atomic_write(ROOT / "SCOREBOARD.md", markdown(found).encode())
    show(found)
    for note in found.notes:
        say(f"not measured: {note}")
    say(f"every figure: {output / 'evaluation.json'}; with plots: {output / 'evaluation.html'}")
    return 0


def measure_file(config: Config, gold: Path) -> Evaluation:
    """Scores one file of labelled passages, with both baselines."""
    works, of = _works(config)
    tally, used = Tally(), versions(config)
    others.real_sentences(tally, Tagger(config.tag), _bag(works, of), gold, (gold.stem,))
    return collect(tally, __version__, used, (), ())


def measure_all(config: Config, tell: Callable[[str], None]) -> Evaluation:
    """Measures the works and every third-party set that is there; ``tell`` hears of each step."""
    works, of = _works(config)
    notes: list[str] = []
    # Read before the models are loaded: a training that ends meanwhile promotes others.
    tally, used = Tally(), versions(config)
    tagger, bag = Tagger(config.tag), _bag(works, of)
    for split in MEASURED:
        tell(f"labelled passages of the {split} works …")
        mine = [work for work in works if of[work.id] == split]
        asked = passages.cases(mine)
        in_document, alone = passages.tag_both(tagger, asked)
        passages.measure(tally, asked, in_document, split, OURS)
        _alone(tally, asked, alone, split)
        _baselines(tally, asked, split, bag)
    corpus = (ROOT / config.train.works).parent
    passages.held_clauses(tally, tagger, split_clauses(corpus / "clauses", corpus / "splits.toml")[1])
    _documents(tally, config, works, of, notes, tell)
    tell("alignment and themes …")
    for split in MEASURED:
        texts.measure_alignment(tally, [work for work in works if of[work.id] == split], split)
    more: list[Figure] = texts.themes(works)
    tell("differences between the languages …")
    divergences.labelled(tally, works, tagger, of)
    held = tomllib.loads((corpus / "splits.toml").read_text(encoding="utf-8"))["planted"]
    divergences.planted(tally, works, tagger, of | dict.fromkeys(held, "held out"), corpus / "planted")
    for split in MEASURED:
        divergences.changed(tally, [work for work in works if of[work.id] == split], tagger, split)
    tell("histories …")
    histories.measure(tally, corpus / "lineage", tagger)
    tell("third-party sets …")
    others.measure(tally, tagger, bag, notes.append)
    return collect(tally, __version__, used, more, notes)


def _works(config: Config) -> tuple[list[Work], dict[str, str]]:
    folder = ROOT / config.train.works
    works = read_works(folder)
    return works, split_lists(works, folder.parent / "splits.toml")[0]


def _bag(works: Sequence[Work], of: dict[str, str]) -> BagOfWords:
    return BagOfWords([p for work in works if of[work.id] == "train" for p in work.passages])


def _alone(tally: Tally, asked: Sequence[passages.Case], alone: Sequence[Tagged], split: str) -> None:
    for case, tags in zip(asked, alone, strict=True):
        for lang in langs_of(case.labelled.lang):
            passages.force(tally, ("passages", split), case.labelled, tags.force[0], lang, passages.ALONE)


def _baselines(tally: Tally, asked: Sequence[passages.Case], split: str, bag: BagOfWords) -> None:
    rows = [case.labelled for case in asked]
    said = {
        KEYWORDS: [by_keywords(p.text, p.lang) for p in rows],
        BAG: bag([(p.text, p.lang, p.legal_status) for p in rows]),
    }
    for model, forces in said.items():
        for p, force in zip(rows, forces, strict=True):
            for lang in langs_of(p.lang):
                passages.force(tally, ("passages", split), p, force, lang, model)


def _documents(
    tally: Tally,
    config: Config,
    works: Sequence[Work],
    of: dict[str, str],
    notes: list[str],
    tell: Callable[[str], None],
) -> None:
    folder = ROOT / config.train.works
    samples = split_lists(works, folder.parent / "splits.toml")[1]
    for split, place, names in (
        *((s, "pdf", [w.id for w in works if of[w.id] == s]) for s in MEASURED),
        ("samples", "samples", list(samples)),
    ):
        tell(f"end to end from the PDFs of the {split} works …")
        wanted = [work for work in works if work.id in names]
        good, said = documents.current(wanted, folder, folder.parent / place)
        notes += said
        documents.measure(tally, good, folder.parent / place, split, config, tags=split != "samples")


def versions(config: Config) -> dict[str, str]:
    """The versions of the models in use."""
    home = ROOT / config.tag.model
    return {name: models.current(home, name).name for name in ("encoder", "force")}


def show(found: Evaluation) -> None:
    """Prints the figures that matter most as tables."""
    from rich.console import Console
    from rich.table import Table

    console = Console(stderr=True)
    for section, title in (("passages", "labelled passages"), ("documents", "end to end from PDFs"),
                           ("texts", "alignment and themes"), ("others", "third-party sets")):  # fmt: skip
        kept = [
            f
            for f in found.figures
            if f.section == section and ", genre " not in f.measure and ", field " not in f.measure
        ]
        if kept:
            table = Table("set", "measure", "lang", "model", "value", "95% interval", "n", title=title)
            for f in kept:
                between = f"{f.low:.3f} to {f.high:.3f}" if f.low is not None else ""
                table.add_row(f.data, f.measure, f.lang, f.model, f"{f.value:.3f}", between, str(f.n))
            console.print(table)


def say(text: str) -> None:
    """A line for a person, on stderr."""
    print(text, file=sys.stderr)
