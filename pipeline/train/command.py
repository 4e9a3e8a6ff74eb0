"""Training as a user meets it: retrain, compare the new model with the one in use, take it only if it is no worse.

Everyday training fits the force head over the shipped encoder: on the development works, which the encoder has not seen,
and on what people corrected. Deep training (``--encoder``) makes the encoder first, from the training works and the
corrections. Either way old and new are compared on the test works, language by language; a model that is worse in a
language is kept beside but not taken, unless it is asked for. Every version stays and can be gone back to. With a new
encoder the reader of the audit is fitted anew, because it stands on the encoder too; ``--audit`` fits it alone.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import __version__, models
from pipeline.clauses import split_clauses
from pipeline.config import ROOT, Config
from pipeline.encoder import Encoder
from pipeline.heads import ForceHead
from pipeline.metrics import accuracy, calibration_error, interval, macro_f1
from pipeline.records import DIVERGENCES, FORCES
from pipeline.stages.audit.reader import NAME
from pipeline.stages.tag import Tagger
from pipeline.train.examples import Example, clause_examples, examples
from pipeline.train.head import fit_head
from pipeline.train.reviews import reviewed
from pipeline.works import Work, read_works

LANGS = ("en", "zh")
CALIBRATION = 320  # examples from which the ranges of the 8-bit encoder are fixed


@dataclass(frozen=True)
class Data:
    """Examples by split; ``reviews`` are what people corrected."""

    train: list[Example]
    dev: list[Example]
    test: list[Example]
    reviews: list[Example]


def splits(works: Sequence[Work], file: Path) -> dict[str, str]:
    """The split of each work, from ``corpus/splits.toml``: dev and test are listed there, every other work trains.

    Raises:
        ValueError: if a listed work does not exist or stands in two splits; the message names it.
    """
    listed = tomllib.loads(file.read_text(encoding="utf-8"))
    known = {work.id for work in works}
    of: dict[str, str] = {}
    for split in ("dev", "test"):
        for name in listed[split]:
            if name not in known:
                raise ValueError(f"{file}: {split} names {name!r}, but there is no such work")
            if name in of:
                raise ValueError(f"{file}: work {name!r} stands in {of[name]!r} and in {split!r}")
            of[name] = split
    return {work.id: of.get(work.id, "train") for work in works}


def gather(config: Config) -> Data:
    """Reads the works, the single clauses and the reviews; the clauses only train the encoder."""
    corpus = (ROOT / config.train.works).parent
    works = read_works(ROOT / config.train.works)
    of = splits(works, corpus / "splits.toml")
    parts: dict[str, list[Example]] = {"train": [], "dev": [], "test": []}
    for work in works:
        parts[of[work.id]] += examples(work.passages)
    parts["train"] += clause_examples(split_clauses(corpus / "clauses", corpus / "splits.toml")[0])
    return Data(parts["train"], parts["dev"], parts["test"], reviewed(ROOT / config.review.folder))


def train(config: Config, encoder: bool, promote: bool, rollback: bool, audit: bool = False) -> int:
    """Trains and, if the new model is no worse in either language, takes it.

    Returns:
        0 if a new model is in use (or rolled back), 1 if it was refused.
    """
    home = ROOT / config.tag.model
    if rollback:
        return _roll_back(home)
    if audit:
        return fit_audit(config)
    data = gather(config)
    say(f"{len(data.train)} examples to train on, {len(data.dev)} to fit the head, {len(data.test)} to test, "
        f"{len(data.reviews)} from reviews")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="pledgebook-train-") as scratch:
        folder = (
            models.current(home, "encoder") if not encoder else make_encoder(data, Path(scratch) / "encoder", config)
        )
        refused = _finish(home, folder, encoder, data, promote, config)
    return fit_audit(config) if encoder and not refused else refused


def fit_audit(config: Config) -> int:
    """Fits the reader of the audit over the models in use, from the works that do not test, and takes it."""
    from pipeline.train import audit

    home = ROOT / config.tag.model
    corpus = (ROOT / config.train.works).parent
    works = read_works(ROOT / config.train.works)
    of = splits(works, corpus / "splits.toml")
    tagger = Tagger(config.tag)
    held = tomllib.loads((corpus / "splits.toml").read_text(encoding="utf-8"))["planted"]
    read = audit.texts([work for work in works if of[work.id] != "test"], corpus / "planted", tagger, held)
    planted = [label for text in read for label in text.labels if label in DIVERGENCES]
    say(f"{sum(len(text.labels) for text in read)} beads in two languages, {len(planted)} with a planted difference")
    found = audit.fit(tagger.encoder, read)
    with tempfile.TemporaryDirectory(prefix="pledgebook-train-") as scratch:
        file = Path(scratch) / NAME
        found.save(file)
        version = models.sha256(file)[:12]
        place = home / "audit" / version
        if place.exists():
            shutil.rmtree(place)
        place.mkdir(parents=True)
        shutil.move(file, place / NAME)
    models.write_card(place, {
        "model": "penalised logistic regression over the evidence of two languages",
        "encoder": models.current(home, "encoder").name, "force": models.current(home, "force").name,
        "beads": sum(len(text.labels) for text in read), "planted": len(planted), "data": audit.fingerprint(read),
        "pledgebook": __version__,
    })  # fmt: skip
    models.promote(home, "audit", version)
    say(f"in use: audit {version}")
    return 0


def _roll_back(home: Path) -> int:
    """Goes back one version: of the head, and of encoder and audit if the head before was fitted over another encoder."""
    left, now = models.rollback(home, "force")
    card = models.check(models.current(home, "force"))
    while models.current(home, "encoder").name != card["encoder"]:
        models.rollback(home, "encoder")
    while models.check(models.current(home, "audit"))["encoder"] != card["encoder"]:
        models.rollback(home, "audit")
    say(f"force head: back from {left} to {now}; encoder {card['encoder']}")
    return 0


def make_encoder(data: Data, folder: Path, config: Config) -> Path:
    """Fine-tunes the encoder into a folder, with its card; needs the extra ``train``."""
    try:
        from pipeline.train import deep, e5
    except ImportError as error:
        raise models.ModelError(
            f"making the encoder needs the extra 'train' ({error.name} is missing): pip install 'pledgebook[train]'"
        ) from error
    from rich.progress import Progress

    recipe = deep.Recipe(seed=config.train.seed)
    pretrained = e5.read()
    rows = data.train + data.reviews
    words = e5.english_words() + [row.text for row in rows]
    keep, tokenizer = e5.vocabulary(pretrained, words)
    embeddings = pretrained.word[keep]
    with Progress() as progress:
        task = progress.add_task("training the encoder", total=recipe.epochs)

        def after(epoch: int, loss: float, _: Any) -> None:
            told = f"epoch {epoch + 1} of {recipe.epochs}, loss {loss:.3f}"
            progress.update(task, advance=1, description=told)
            if not progress.console.is_terminal:
                say(told)

        network = deep.fine_tune(pretrained, tokenizer, embeddings, rows, recipe, after)
    folder.mkdir(parents=True)
    batcher = deep.Batcher(tokenizer, embeddings)
    sample = sorted(rows[:: max(1, len(rows) // CALIBRATION)], key=lambda row: len(row.text))
    deep.export(
        network, folder / "encoder.onnx", [batcher.batch(sample[i : i + 16]) for i in range(0, len(sample), 16)]
    )
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    np.save(folder / "embeddings.npy", embeddings)
    models.write_card(folder, {
        "model": "multilingual-e5-small (MIT; Wang et al. 2024), fine-tuned on the labelled works",
        "recipe": asdict(recipe), "examples": len(rows), "data": fingerprint(rows), "pledgebook": __version__,
        "works": sorted({row.work for row in rows}),
    })  # fmt: skip
    return folder


def fingerprint(rows: Sequence[Example]) -> str:
    """SHA-256 over everything that is learnt from, so that a card tells which data made a model."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(
            repr((row.text, row.context, row.force, sorted(row.spans.items()), row.blind, row.weight)).encode()
        )
    return digest.hexdigest()


def _finish(home: Path, folder: Path, deep: bool, data: Data, promote: bool, config: Config) -> int:
    encoder = Encoder(folder, config.tag.threads)
    rows = data.dev + data.reviews
    coded = encoder.encode([row.text for row in rows], [row.context for row in rows])
    said = [row.force[0] for row in rows]
    at = len(data.dev)
    head = fit_head(coded[:at], said[:at], coded[at:], said[at:], [row.weight for row in data.reviews])
    version = fingerprint(rows)[:8] + "-" + models.sha256(folder / "encoder.onnx")[:8]
    new = score(encoder, head, data.test)
    old = _score_current(home, encoder if not deep else None, data.test, config)
    tell(old, new)
    worse = [lang for lang in LANGS if old and new[lang]["accuracy"] < old[lang]["accuracy"] - 1e-9]
    place = home / "force" / version
    if place.exists():
        shutil.rmtree(place)
    head.save(place)
    name = models.sha256(folder / "encoder.onnx")[:12] if deep else folder.name
    models.write_card(place, {
        "model": "temperature, and a penalised linear correction by reviews, over the encoder", "encoder": name,
        "examples": len(rows), "reviews": len(data.reviews), "data": fingerprint(rows), "test": new, "pledgebook": __version__,
    })  # fmt: skip
    if deep and not (home / "encoder" / name).exists():
        shutil.copytree(folder, home / "encoder" / name)
    if worse and not promote:
        say(f"not taken: worse in {' and '.join(worse)} on the test works. It stays in {place}; "
            "`pledgebook train --promote` takes it all the same")  # fmt: skip
        return 1
    if deep:
        models.promote(home, "encoder", name)
    models.promote(home, "force", version)
    say(f"in use: force head {version} over encoder {name}")
    return 0


def _score_current(home: Path, encoder: Encoder | None, rows: Sequence[Example], config: Config) -> dict[str, Any]:
    """The scores of the model in use; empty if there is none yet."""
    if not (home / "force" / "current").is_file():
        return {}
    encoder = encoder or Encoder(models.current(home, "encoder"), config.tag.threads)
    return score(encoder, ForceHead.load(models.current(home, "force")), rows)


def score(encoder: Encoder, head: ForceHead, rows: Sequence[Example]) -> dict[str, Any]:
    """Accuracy with its interval, macro-F1 and calibration error of the primary force, per language."""
    chances = head.probabilities(encoder.encode([row.text for row in rows], [row.context for row in rows]))
    guess = [FORCES[int(row.argmax())] for row in chances]
    found: dict[str, Any] = {}
    for lang in LANGS:
        here = [i for i, row in enumerate(rows) if row.lang == lang]
        gold, said = [rows[i].force[0] for i in here], [guess[i] for i in here]
        right = [g == s for g, s in zip(gold, said, strict=True)]
        low, high = interval([rows[i].work for i in here], partial(_share, right))
        found[lang] = {
            "n": len(here), "accuracy": round(accuracy(gold, said), 4), "low": round(low, 4), "high": round(high, 4),
            "macro_f1": round(macro_f1(gold, said), 4),
            "calibration": round(calibration_error(right, [float(chances[i].max()) for i in here]), 4),
        }  # fmt: skip
    return found


def _share(right: Sequence[bool], at: Sequence[int]) -> float:
    return sum(right[i] for i in at) / max(1, len(at))


def tell(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Prints old and new side by side."""
    from rich.console import Console
    from rich.table import Table

    table = Table("language", "model", "accuracy", "95% interval", "macro-F1", "calibration error", title="test works")
    for lang in LANGS:
        for name, scores in (("in use", old), ("new", new)):
            if scores:
                s = scores[lang]
                table.add_row(lang, name, f"{s['accuracy']:.3f}", f"{s['low']:.3f} to {s['high']:.3f}",
                              f"{s['macro_f1']:.3f}", f"{s['calibration']:.3f}")  # fmt: skip
    Console(stderr=True).print(table)


def say(text: str) -> None:
    """A line for a person, on stderr."""
    print(text, file=sys.stderr)
