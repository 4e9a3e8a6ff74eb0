"""The command ``pledgebook``: arguments in, exit status out; the work is done elsewhere.

Nothing heavy is imported before a command needs it, so that ``--help`` and an unchanged run are quick. Every error
that a user can do something about is a line on standard error and exit status 2; a bug keeps its traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Literal, ParamSpec

import typer

import pipeline

P = ParamSpec("P")
UNUSABLE = 2
STOPPED = 130

app = typer.Typer(
    name="pledgebook",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Who promised what, in which document: commitments out of Chinese and English policy texts.",
)
corpus_app = typer.Typer(
    no_args_is_help=True, help="The project's own labelled works: check them, typeset the samples."
)
app.add_typer(corpus_app, name="corpus")

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="A TOML file with any of the sections of config.toml.", show_default=False),
]
OutputOption = Annotated[Path, typer.Option("--output", "-o", help="The folder of a run.")]


def _user_errors() -> tuple[type[Exception], ...]:
    """The errors that say what a user can do; their modules are light."""
    from pipeline.config import ConfigError
    from pipeline.executors import ClusterError
    from pipeline.export.reviews import ReviewError
    from pipeline.filters import LineError
    from pipeline.lexicons import LexiconError
    from pipeline.models import ModelError
    from pipeline.sources import InputError
    from pipeline.store import OutputError
    from pipeline.worker import RunError
    from pipeline.works import WorkError

    return (
        ConfigError,
        ClusterError,
        ReviewError,
        LineError,
        LexiconError,
        ModelError,
        InputError,
        OutputError,
        RunError,
        WorkError,
    )


def told(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turns what a user can do something about into a line on standard error and an exit status."""

    @wraps(command)
    def tell(*args: P.args, **kwargs: P.kwargs) -> None:
        status: int | None
        try:
            status = command(*args, **kwargs)
        except KeyboardInterrupt:
            print("pledgebook: stopped; the next run goes on from here", file=sys.stderr)
            status = STOPPED
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = 0
        except Exception as error:
            if not isinstance(error, _user_errors()):
                raise
            print(f"pledgebook: {error}", file=sys.stderr)
            status = UNUSABLE
        raise typer.Exit(status or 0)

    return tell


def _say(text: str) -> None:
    print(text, file=sys.stderr)


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    if version:
        print(f"pledgebook {pipeline.__version__}")
        raise typer.Exit


@app.command()
@told
def run(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT…", help="Folders, searched recursively, or files: PDF, DOCX, HTML, TXT, MD, EML."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the tables go; made if it is not there.")],
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Processes; 0: as many as there are cores and memory for. (default: run.workers)",
            show_default=False,
        ),
    ] = None,
    executor: Annotated[
        Literal["local", "dask"] | None,
        typer.Option(help="Processes of this machine, or a Dask cluster. (default: run.executor)", show_default=False),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The cluster's scheduler, tcp://host:8786.", show_default=False),
    ] = None,
    ocr: Annotated[
        Literal["auto", "off", "always"] | None,
        typer.Option(
            help="Recognise pages optically: those without text, none, or all. (default: parse.ocr)", show_default=False
        ),
    ] = None,
    themes: Annotated[
        int | None,
        typer.Option(
            min=0, help="How many themes; 0: as many as the texts have. (default: cluster.themes)", show_default=False
        ),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try again what failed before, though nothing has changed.")
    ] = False,
    config: ConfigOption = None,
) -> int:
    """Read documents and write the tables of who commits to what.

    A second run does only what has changed; a document that is gone loses its rows. The folder holds commitments.csv
    (also .xlsx, .parquet, .jsonl), the tables around it, failures.csv and report.html.

    Exit status: 0 all well; 1 some documents or pages failed (failures.csv says which and why, the others are
    complete); 2 the arguments or the configuration cannot be used.

    Example: pledgebook run corpus/inbox --output outputs --workers 4
    """
    from pipeline.config import load
    from pipeline.progress import Bar
    from pipeline.run import run as run_all

    settings = load(
        config,
        {
            "run": {"workers": workers, "executor": executor, "scheduler": scheduler},
            "parse": {"ocr": ocr},
            "cluster": {"themes": themes},
        },
    )
    with Bar() as bar:
        summary = run_all(inputs, output, settings, bar, _say, retry=retry)
    counts = summary.counts
    print(
        f"{counts['documents']} documents, {counts['pages']} pages, {counts['passages']} passages, "
        f"{counts['commitments']} commitments, {counts['actors']} actors, {counts['themes']} themes"
    )
    done = "nothing to do" if summary.unchanged else f"{summary.worked} documents read anew"
    print(f"{done}; tables and report.html in {output}")
    if summary.failures:
        print(f"{summary.failures} failures: see {output / 'failures.csv'}", file=sys.stderr)
    return 1 if summary.failures else 0


@app.command()
@told
def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="PDF, DOCX, HTML, TXT, MD or EML files.")],
    ocr: Annotated[
        Literal["auto", "off", "always"] | None,
        typer.Option(
            help="Recognise pages optically: those without text, none, or all. (default: parse.ocr)", show_default=False
        ),
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Print the blocks of files in reading order, a JSON line each.

    A line has document, page, bbox ([x0, top, x1, bottom] in points from the page's top left), kind, lang and text;
    headings have a level, footnotes a marker, a block in several places has spans, footnote marks are in notes.

    Exit status: 0 all well; 1 something could not be read (told on standard error); 2 unusable arguments.

    Example: pledgebook parse treaty.pdf | head
    """
    from pipeline import filters
    from pipeline.config import load

    return 1 if filters.parse(files, load(config, {"parse": {"ocr": ocr}})) else 0


@app.command()
@told
def segment() -> None:
    """Find language, sentences and words of texts: JSON Lines in, JSON Lines out.

    In: {"id", "text"}. Out: {"id", "lang", "sentences": [[start, end]…], "tokens": [[start, end]…]}, in code points.

    Example: echo '{"id": 1, "text": "各国应提交报告。"}' | pledgebook segment
    """
    from pipeline import filters

    filters.segment()


@app.command()
@told
def tag(config: ConfigOption = None) -> None:
    """Tag passages with force, statements, actors, instruments, deadlines and quantities: JSON Lines in and out.

    In: {"id", "text", "lang"?, "legal_status"?}; legal_status is binding, political or analysis.
    Out: {"id", "lang", "force", "confidence", "probabilities", "statements", "actors", "instruments", "deadlines",
    "quantities"}.

    Example: echo '{"id": 1, "text": "Each Party shall report by 2030."}' | pledgebook tag
    """
    from pipeline import filters
    from pipeline.config import load

    filters.tag(load(config))


@app.command()
@told
def align(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A text file, one sentence a line.")],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The same text in the other language.")],
) -> None:
    """Pair the sentences of two texts: a JSON line {"source", "target", "score"} a pair, in order.

    Lines are counted from 0 and each stands in exactly one pair; an empty side has no counterpart.

    Example: pledgebook align treaty.en.txt treaty.zh.txt
    """
    from pipeline import filters

    filters.align(source, target)


@app.command()
@told
def cluster(
    themes: Annotated[
        int | None, typer.Option(min=1, help="How many themes; as many as the texts have if not given.")
    ] = None,
) -> None:
    """Find the themes of texts in either language: JSON Lines in, JSON Lines out.

    In: {"id", "text"}. Out: {"id", "theme", "label_en", "label_zh", "score"}. All lines are read before the first
    answer.

    Example: pledgebook cluster --themes 8 < passages.jsonl
    """
    from pipeline import filters

    filters.cluster(themes)


@app.command()
@told
def train(
    encoder: Annotated[
        bool, typer.Option("--encoder", help="Make the encoder anew too (extra: train; under an hour).")
    ] = False,
    audit: Annotated[
        bool, typer.Option("--audit", help="Fit only what weighs the differences between two languages.")
    ] = False,
    promote: Annotated[
        bool, typer.Option("--promote", help="Take the new model even if it is worse in a language.")
    ] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the version before the last.")] = False,
    config: ConfigOption = None,
) -> int:
    """Retrain from the labelled works and the accepted reviews; the new model is taken only if it is no worse.

    Example: pledgebook train
    """
    from pipeline.config import load
    from pipeline.train.command import train as train_all

    return train_all(load(config), encoder=encoder, promote=promote, rollback=rollback, audit=audit)


@app.command()
@told
def evaluate(
    gold: Annotated[
        Path | None, typer.Argument(metavar="[GOLD.jsonl]", help="Labelled passages; the held-out works if not given.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the figures and the page go.")] = Path(
        "outputs"
    ),
    scoreboard: Annotated[bool, typer.Option("--scoreboard", help="Write SCOREBOARD.md anew.")] = False,
    label_errors: Annotated[
        bool,
        typer.Option("--label-errors", help="List labels of the corpus and of reviews that models doubt, instead."),
    ] = False,
    config: ConfigOption = None,
) -> int:
    """Score every stage on held-out works, beside two baselines, with intervals; or the tagger on passages of your own.

    Writes evaluation.json and evaluation.html. A line of GOLD.jsonl has "text" and "force" (a list), and may have "id",
    "lang", "legal_status", "work", "bearer", "actors", "instruments" and "deadline".

    Example: pledgebook evaluate
    """
    from pipeline.config import load

    if label_errors:
        from pipeline.evaluate.doubts import doubts

        return doubts(load(config), output, _say)
    from pipeline.evaluate.command import evaluate as evaluate_all

    return evaluate_all(load(config), gold, output, scoreboard)


@app.command()
@told
def review(
    output: OutputOption = Path("outputs"),
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port on localhost; 0: any that is free. (default: review.port)", show_default=False
        ),
    ] = None,
    reviewer: Annotated[str, typer.Option(help="Who decides, until the page is told another name.")] = "",
    config: ConfigOption = None,
) -> int:
    """Open the review page of a run on localhost: see the evidence, decide, correct.

    Example: pledgebook review --output outputs
    """
    from pipeline.config import load
    from pipeline.review.command import serve

    return serve(output, load(config, {"review": {"port": port}}), reviewer)


@app.command()
@told
def export(
    output: OutputOption = Path("outputs"),
    to: Annotated[
        Path | None,
        typer.Option("--to", help="The file to write, or the folder. (default: commitments.xlsx)", show_default=False),
    ] = None,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="A workbook, whatever the file is called.")] = False,
    form: Annotated[
        Literal["label-studio", "brat", "conll", "docbin", "web-annotation"] | None,
        typer.Option("--format", help="The passages in the format of another tool.", show_default=False),
    ] = None,
    force: Annotated[
        list[str] | None, typer.Option(help="Only statements of this force; may be given several times.")
    ] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="Only statements in this review state; may be given several times.")
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Write the commitments of a run, or a part of them, to a file of your choice: .xlsx, .csv, .parquet or .jsonl.

    A workbook has drop-down lists for force and review state; import-review reads it back, and what comes from Label
    Studio too. With --format, the passages with their marks for Label Studio, brat, CoNLL-U Plus, spaCy or as Web
    Annotations.

    Example: pledgebook export --output outputs --to to-review.xlsx --state unreviewed
    """
    from pipeline.config import load
    from pipeline.sources import InputError

    some, settings = (tuple(force or ()), tuple(state or ())), load(config)
    if form and xlsx:
        raise InputError("--xlsx and --format are two formats; choose one")
    if form:
        from pipeline.formats.command import export as export_to

        print(export_to(output, to, form, *some, settings))
        return 0
    from pipeline.export.again import export as export_again

    to = to or Path("commitments.xlsx")
    count = export_again(output, to, "xlsx" if xlsx else "", *some, settings.review.port)
    print(f"{count} commitments written to {to}")
    return 0


@app.command(name="import-review")
@told
def import_review(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A workbook of commitments, or a JSON export of Label Studio.")
    ],
    output: OutputOption = Path("outputs"),
    reviewer: Annotated[str, typer.Option(help="Who decided.")] = "",
    config: ConfigOption = None,
) -> int:
    """Read decisions back from a workbook or from Label Studio: says what changed, refuses what it cannot place.

    Example: pledgebook import-review commitments.xlsx
    """
    from pipeline.config import load

    if file.suffix.lower() == ".json":
        from pipeline.formats.label_studio_back import import_tasks

        return import_tasks(file, output, reviewer, load(config))
    from pipeline.review.spreadsheet import import_workbook

    return import_workbook(file, output, reviewer, load(config))


@corpus_app.command("check")
@told
def corpus_check(
    folder: Annotated[Path | None, typer.Argument(help="A folder of works; corpus/works if not given.")] = None,
) -> int:
    """Read every labelled work, and the single clauses, and say what is wrong with them, with the line."""
    from pipeline.clauses import read_clauses
    from pipeline.config import ROOT
    from pipeline.works import WorkError, read_work

    errors = passages = 0
    files = sorted((folder or ROOT / "corpus" / "works").glob("*.txt"))
    for file in files:
        try:
            work = read_work(file)
        except WorkError as error:
            errors += 1
            print(error, file=sys.stderr)
        else:
            passages += len(work.passages)
            for warning in work.warnings:
                print(warning, file=sys.stderr)
    print(f"{len(files)} works, {passages} passages, {errors} works with errors")
    if folder is None:
        print(f"{len(read_clauses(ROOT / 'corpus' / 'clauses'))} single clauses")
    return 1 if errors else 0


@corpus_app.command("build")
@told
def corpus_build(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--to", help="Where all works go; dev and test to corpus/pdf, samples to corpus/samples if not given."
        ),
    ] = None,
) -> int:
    """Typeset labelled works as PDFs, each in the layout that its source names."""
    from pipeline.config import ROOT
    from pipeline.evaluate.corpus import split_lists
    from pipeline.typeset import build
    from pipeline.works import read_works

    sources = ROOT / "corpus" / "works"
    of, samples = split_lists(read_works(sources), sources.parent / "splits.toml")
    held = frozenset(name for name, split in of.items() if split != "train")
    sets = (
        [(folder, None)]
        if folder
        else [(sources.parent / "pdf", held), (sources.parent / "samples", frozenset(samples))]
    )
    for place, names in sets:
        print(f"{len(build(sources, place, names))} files in {place}")
    return 0


@corpus_app.command("stats")
@told
def corpus_stats(
    write: Annotated[bool, typer.Option("--write", help="Write the counts into CORPUS.md.")] = False,
    disagreements: Annotated[
        bool, typer.Option("--disagreements", help="List every sentence on which two labellers differ.")
    ] = False,
) -> int:
    """Count what the labelled works hold, their near-duplicates, and the agreement of two labellers."""
    from pipeline.evaluate.stats import stats

    return stats(write, disagreements)


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
