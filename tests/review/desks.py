"""Runs to be reviewed, made of rows and a drawn PDF, so that no model is needed to test the desk."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.config import Config, load
from pipeline.export.write import to_csv, to_jsonl
from pipeline.records import LAYER_OF_KIND, Actor, Force, Lang, Source, Span, Statement, stable_id
from pipeline.review.desk import Desk
from pipeline.review.log import Log
from pipeline.store import sha256_of
from pipeline.tables import CommitmentRow, DocumentRow, EntityRow, PassageRow

# Sentence, force, bearer, action; a sentence may hold two statements.
ENGLISH: Sequence[tuple[str, Sequence[tuple[Force, str, str]]]] = (
    ("Each Party shall keep a register of ferries.", [("obligation", "Each Party", "keep a register of ferries")]),
    (
        "Operators should train pilots and shall report every loss by 31 May 2031.",
        [("recommendation", "Operators", "train pilots"), ("obligation", "Operators", "report every loss")],
    ),
    ("The Ferry Board welcomed the delegates.", []),
    ("We will open two new piers where possible.", [("commitment", "We", "open two new piers")]),
)
CHINESE: Sequence[tuple[str, Sequence[tuple[Force, str, str]]]] = (
    ("各缔约方应保存渡轮登记册。", [("obligation", "各缔约方", "保存渡轮登记册")]),
    (
        "经营者应该培训领航员，并应在2031年5月31日前报告每起损失。",
        [("recommendation", "经营者", "培训领航员"), ("obligation", "经营者", "报告每起损失")],
    ),
    ("渡轮委员会欢迎各位代表。", []),
    ("我们将尽可能新开两座码头。", [("commitment", "我们", "新开两座码头")]),
)
CLOCK = "2031-01-01T00:00:{:02d}+00:00"


@dataclass
class Made:
    """A run that was made: its folder, the folder of its log, and its configuration."""

    output: Path
    reviews: Path
    config: Config

    def desk(self) -> Desk:
        """A desk on the run, read anew."""
        desk = Desk(self.output, Log(self.reviews))
        desk.refresh()
        return desk

    def at(self, quote: str) -> str:
        """The id of the first statement whose action is this."""
        return next(item.id for item in self.desk().items.values() if item.predicted.action == quote)


def clock() -> Any:
    """Times that only go on, a second each."""
    ticks = itertools.count()
    return lambda: CLOCK.format(next(ticks) % 60)


def sheet_pdf(file: Path, pages: int = 1) -> None:
    """Draws pages with a line of text for each English sentence."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(file), pagesize=(400, 300), invariant=1)
    for _ in range(pages):
        for line, (text, _) in enumerate(ENGLISH):
            canvas.drawString(40, 300 - 50 - 30 * line, text)
        canvas.showPage()
    canvas.save()


def make_run(
    folder: Path,
    copies: int = 1,
    title: str = "Ferry convention",
    sentences: dict[Lang, Any] | None = None,
    edition: str = "",
) -> Made:
    """A run of one English and one Chinese document that say the same, ``copies`` times over.

    Args:
        edition: changes the documents' ids, as another edition of a file would.
    """
    output, inbox = folder / "out", folder / "in"
    (output / ".pledgebook").mkdir(parents=True, exist_ok=True)
    inbox.mkdir(exist_ok=True)
    sheet_pdf(inbox / "ferry.en.pdf")
    (inbox / "ferry.zh.txt").write_text("".join(text for text, _ in CHINESE), "utf-8")
    sources, documents, passages, rows = [], [], [], []
    for lang, name in (("en", "ferry.en.pdf"), ("zh", "ferry.zh.txt")):
        digest = sha256_of(inbox / name)
        document = stable_id("d", digest, edition) if edition else stable_id("d", digest)
        sources.append(Source(document=document, path=name, file=str(inbox / name), sha256=digest))
        said = (sentences or {"en": ENGLISH, "zh": CHINESE})[lang]
        for copy in range(copies):
            for number, (text, statements) in enumerate(said):
                ordinal = copy * len(said) + number
                passage = _passage(document, ordinal, number, lang, f"{copy}. {text}" if copy else text, statements)
                passages.append(passage)
                rows += list(_rows(passage, title))
        documents.append(_document(document, name, title))
    (output / "commitments.jsonl").write_bytes(to_jsonl(rows))
    (output / "passages.jsonl").write_bytes(to_jsonl(passages))
    (output / "documents.csv").write_bytes(to_csv(documents, DocumentRow))
    (output / "actors.csv").write_bytes(to_csv([_actor()], EntityRow))
    (output / ".pledgebook" / "sources.json").write_bytes(msgspec.json.encode(sources))
    reviews = folder / "reviews"
    return Made(output, reviews, load(None, {"review": {"folder": str(reviews), "port": 0}}))


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def _passage(document: str, ordinal: int, number: int, lang: Lang, text: str, statements: Any) -> PassageRow:
    made = []
    for force, bearer, action in statements:
        at, to = text.index(bearer), text.index(action)
        start = at if not made else to
        kind: Any = "state_group"
        made.append(
            Statement(
                start=start,
                end=to + len(action),
                force=force,
                strength=3,
                binding="none",
                bearer=Actor(start=at, end=at + len(bearer), text=bearer, kind=kind, layer=LAYER_OF_KIND[kind]),
                action=Span(start=to, end=to + len(action), text=action),
                confidence=0.6,
            )
        )
    # Later sentences are surer, so that the order of training is known.
    top = 0.5 + 0.1 * number
    force: Force = statements[0][0] if statements else "declaration"
    other: Force = "permission" if force != "permission" else "obligation"
    return PassageRow(
        id=stable_id("p", document, ordinal, text),
        document=document,
        work_id="w-1",
        ordinal=ordinal,
        page=1,
        section=("Part I",),
        lang=lang,
        text=text,
        item_start=0,
        boxes=((1.0, 40.0, 40.0 + 30 * number, 300.0, 52.0 + 30 * number),) if lang == "en" else (),
        theme="t-1",
        other_language=(),
        force=tuple(dict.fromkeys(s[0] for s in statements)) or ("declaration",),
        confidence=top,
        probabilities={force: top, other: 1 - top},
        statements=tuple(made),
        actors=(),
        instruments=(),
        deadlines=(),
        quantities=(),
        labeller="pledgebook",
    )


def _rows(passage: PassageRow, title: str) -> Any:
    for ordinal, statement in enumerate(passage.statements):
        assert statement.bearer
        assert statement.action
        start = min(statement.start, statement.bearer.start)
        yield CommitmentRow(
            statement_id=stable_id("s", passage.id, ordinal),
            work_id="w-1",
            document=passage.document,
            title=title,
            page=1,
            bbox=",".join(map(str, passage.boxes[0][1:])) if passage.boxes else "",
            section="Part I",
            lang=passage.lang,
            force=statement.force,
            strength=statement.strength,
            binding=statement.binding,
            bearer=statement.bearer.text,
            bearer_id="",
            bearer_kind="state_group",
            layer="national",
            counterparty="",
            action=statement.action.text,
            condition="",
            hedge=(),
            deadline="",
            deadline_from="",
            deadline_to="",
            instruments=(),
            quantities=(),
            theme="t-1",
            theme_label="ferries / 渡轮",
            quote=passage.text[start : statement.end],
            quote_other_language="",
            divergence=(),
            confidence=0.6,
            review="unreviewed",
        )


def _document(document: str, path: str, title: str) -> DocumentRow:
    data: dict[str, Any] = dict.fromkeys(DocumentRow.__struct_fields__, "")
    numbers = ("pages", "pages_recognised", "blocks", "passages", "statements", "commitments", "failures", "characters")
    data |= dict.fromkeys(numbers, 1) | dict.fromkeys(("same_as", "languages", "participants"), ())
    data |= {"document": document, "path": path, "title": title, "legal_status": "binding", "genre": "treaty"}
    return msgspec.convert(data | {"state": "complete"}, DocumentRow)


def _actor() -> EntityRow:
    return EntityRow(
        id="FERRY-B",
        name_en="Ferry Board",
        name_zh="渡轮委员会",
        kind="international_organisation",
        layer="global",
        forms=("Ferry Board",),
        count=1,
        documents=1,
        places=("d:1",),
    )
