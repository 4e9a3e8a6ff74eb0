"""What holds for every stage of the flow: empty input, order kept, same bytes twice, spans in range."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.config import Config
from pipeline.flow import MODULES, stages
from pipeline.records import Passages, Record, Source, Span, TaggedDocument, stable_id
from pipeline.stage import FlowError, Stage, check
from pipeline.store import sha256_of

ENGLISH = """# Harbour Convention of the Meridian League

## Article 1

For the purposes of this Convention, "port" means a place where ships load.

## Article 2

1. Each State Party shall, within two years of 14 May 2031, report at least 12 ports to the Agency.

2. States Parties shall:

(a) train their guards every year;

(b) not transfer nuclear material to non-State actors, unless the Board agrees.

3. States Parties are encouraged, where appropriate, to share their experience. The Board may publish it.
"""
CHINESE = """# 子午联盟港口公约

## 第一条

就本公约而言，“港口”是指船舶装货的地方。

## 第二条

一、各缔约国应在2031年5月14日起两年内向国际原子能机构报告至少12个港口。

二、各缔约国应：

（一）每年培训警卫；

（二）不得向非国家行为体转让核材料，但理事会同意的除外。

三、鼓励各缔约国酌情分享经验。理事会可予公布。
"""


def source_of(path: Path, text: str) -> Source:
    path.write_text(text, "utf-8")
    digest = sha256_of(path)
    return Source(document=stable_id("d", digest), path=path.name, file=str(path), sha256=digest)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Source, ...]:
    folder = tmp_path_factory.mktemp("contract")
    return source_of(folder / "harbour.en.md", ENGLISH), source_of(folder / "harbour.zh.md", CHINESE)


@cache
def flow() -> dict[str, Stage]:
    return {stage.name: stage for stage in stages().values()}


@cache
def function(name: str) -> Any:
    return flow()[name].build(Config().section(name))


def through(sources: tuple[Source, ...], until: str = "", again: str = "") -> dict[str, Any]:
    """All artefacts: of documents as dicts by document, of the corpus as they are; stage ``again`` is built anew."""
    made: dict[str, Any] = {"source": {source.document: source for source in sources}}
    for name, stage in flow().items():
        call = stage.build(Config().section(name)) if name == again else function(name)
        if stage.scope == "corpus":
            made[stage.makes] = call(*(made[need] for need in stage.needs))
        else:
            made[stage.makes] = {d: call(*(made[need][d] for need in stage.needs)) for d in made["source"]}
        if name == until:
            break
    return made


NAMES = [module.rpartition(".")[2] for module in MODULES]


def test_the_flow_is_in_an_order_in_which_it_can_run() -> None:
    check(flow().values())
    assert list(flow()) == NAMES


def test_another_order_is_refused() -> None:
    turned = list(flow().values())[::-1]
    with pytest.raises(FlowError, match="needs"):
        check(turned)


@pytest.mark.parametrize("name", NAMES)
def test_a_stage_makes_the_record_that_it_says_and_it_can_be_kept(name: str, sources: tuple[Source, ...]) -> None:
    stage = flow()[name]
    made = through(sources, until=name)[stage.makes]
    for record in made.values() if isinstance(made, dict) else [made]:
        assert isinstance(record, stage.record)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=stage.record) == record


@pytest.mark.parametrize("name", NAMES)
def test_a_stage_gives_the_same_bytes_twice(name: str, sources: tuple[Source, ...]) -> None:
    makes = flow()[name].makes
    one, two = (through(sources, until=name)[makes], through(sources, until=name, again=name)[makes])
    assert msgspec.msgpack.encode(one) == msgspec.msgpack.encode(two)


@pytest.mark.parametrize("name", NAMES)
def test_a_stage_takes_an_empty_document(name: str, tmp_path: Path) -> None:
    empty = (source_of(tmp_path / "empty.txt", ""), source_of(tmp_path / "blank.md", " \n\n \n"))
    made = through(empty, until=name)
    assert made["parsed"][empty[0].document].blocks == ()
    assert made["parsed"][empty[0].document].failures
    if "passages" in made:
        assert all(not found.passages for found in made["passages"].values())


@pytest.mark.parametrize("name", [name for name in NAMES if name in ("align", "cluster")])
def test_a_corpus_stage_takes_an_empty_corpus(name: str) -> None:
    stage = flow()[name]
    needs = [{} for _ in stage.needs]
    assert isinstance(function(name)(*needs), stage.record)


def test_order_is_kept(sources: tuple[Source, ...]) -> None:
    made = through(sources, until="tag")
    for document, parsed in made["parsed"].items():
        assert [block.ordinal for block in parsed.blocks] == list(range(len(parsed.blocks)))
        passages = made["passages"][document].passages
        assert [passage.ordinal for passage in passages] == list(range(len(passages)))
        assert [tagged.id for tagged in made["tagged"][document].tagged] == [passage.id for passage in passages]
        assert len({passage.id for passage in passages}) == len(passages)


def spans_of(record: Any) -> list[Span]:
    """Every span inside a record, however deep."""
    if isinstance(record, Span):
        return [record]
    if isinstance(record, tuple):
        return [span for item in record for span in spans_of(item)]
    if isinstance(record, Record):
        return [span for name in record.__struct_fields__ for span in spans_of(getattr(record, name))]
    return []


def test_spans_measure_the_text_that_they_stand_in(sources: tuple[Source, ...]) -> None:
    made = through(sources, until="tag")
    count = 0
    for document in made["parsed"]:
        blocks = {block.id: block for block in made["parsed"][document].blocks}
        passages: Passages = made["passages"][document]
        tags: TaggedDocument = made["tagged"][document]
        for passage, tagged in zip(passages.passages, tags.tagged, strict=True):
            for anchor in passage.anchors:
                length = anchor.end - anchor.start
                text = blocks[anchor.block].text[anchor.block_start : anchor.block_start + length]
                assert passage.text[anchor.start : anchor.end] == text
            for statement in tagged.statements:
                assert 0 <= statement.start < statement.end <= len(passage.text)
            for span in spans_of(tagged):
                assert passage.text[span.start : span.end] == span.text
                count += 1
    assert count > 20


def test_passages_of_one_document_do_not_depend_on_the_others(sources: tuple[Source, ...]) -> None:
    last = [name for name, stage in flow().items() if stage.scope == "document"][-1]
    together = through(sources, until=last)
    for source in sources:
        alone = through((source,), until=last)
        for artefact in alone:
            assert alone[artefact][source.document] == together[artefact][source.document], artefact
