"""What a later document of a series does with the statements of an earlier one, read off two communiqués by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.config import ROOT
from pipeline.embedding import embed
from pipeline.records import (
    Alignments,
    Deadline,
    Facts,
    Lang,
    Lineage,
    Passage,
    Passages,
    Span,
    Statement,
    Tagged,
    TaggedDocument,
    Vectors,
    WorkAlignment,
    stable_id,
)
from pipeline.stages.lineage import compare, lineage, same_series, title_words
from pipeline.works import LabelledPassage, LabelledStatement, Work, read_work

STRENGTH = {"obligation": 5, "prohibition": 5, "permission": 5, "commitment": 3, "recommendation": 2}
# What a reader finds: the beginning of the later sentence, a stretch of the earlier one, and the change (None: unsaid).
READ: dict[Lang, tuple[tuple[str, str, str | None], ...]] = {
    "en": (
        ("The pledge of peaceful use", "shared commitment to nuclear disarmament", "repeated"),
        ("By 1 January 2038 all of us", "We urge every State that still stands outside", "strengthened"),
        ("We no longer consider it enough", "announce voluntary contributions to the Meridian", "strengthened"),
        ("Each member of the Compact will host", "may ask the IAEA for a peer review", "strengthened"),
        ("The target date for ending", "should be converted to low-enriched uranium by 2040", "strengthened"),
        ("Having studied the joint exercise", "Mindful of the flood", "strengthened"),
        ("What was an encouragement", "live tracking of vehicles", "strengthened"),
        ("Only nineteen of our", "equip every international seaport", None),
        ("We renew our undertaking to report", "report every confirmed incident", None),
        ("In 2034 we urged the separation", "must not be reachable from public networks", None),
        ("The sentence on the public's right", "inform the public", None),
        ("They should send us, by 31 March", "We task our Sherpas", None),
    ),
    "zh": (
        ("我们在卢塞纳港就和平利用", "共同致力于核裁军", "repeated"),
        ("至2038年1月1日", "尚未加入《制止核恐怖主义行为国际公约》", "strengthened"),
        ("我们认为，仅仅寄望于", "“子午援助资金池”自愿捐款", "strengthened"),
        ("协约各成员国将在第三届", "均可请机构派遣同行评审", "strengthened"),
        ("民用反应堆停止使用高浓铀", "应于2040年前改用低浓铀", "strengthened"),
        ("在总结今年5月", "奥斯克湾核电站水淹", "strengthened"),
        ("在卢塞纳港仅是鼓励", "在国内法允许时对运输车辆", "strengthened"),
        ("因此，其余国家仍以2039年", "配备辐射探测门", None),
        ("我们重申通报已证实", "在72小时内", None),
        ("2034年，我们曾敦促", "不得与公共网络相通", None),
        ("关于公众知情权", "向公众说明", None),
        ("协调人应于每年3月31日前", "我们责成各国协调人", None),
    ),
}


def span(text: str, place: tuple[int, int]) -> Span:
    return Span(start=place[0], end=place[1], text=text[place[0] : place[1]])


def statement(passage: LabelledPassage, said: LabelledStatement) -> Statement:
    deadline = said.deadline
    action = span(passage.text, said.action) if said.action else None
    return Statement(
        start=action.start if action else 0,
        end=action.end if action else len(passage.text),
        force=said.force,
        strength=STRENGTH.get(said.force, 0),
        binding="none",
        action=action,
        hedges=tuple(span(passage.text, hedge) for hedge in said.hedges),
        deadline=Deadline(start=deadline.start, end=deadline.end, text=passage.text[deadline.start : deadline.end])
        if deadline
        else None,
    )


class Corpus:
    """Works as documents, one a language, joined by name."""

    def __init__(self, *works: Work, langs: tuple[Lang, ...] = ("en", "zh")) -> None:
        self.facts: dict[str, Facts] = {}
        self.passages: dict[str, Passages] = {}
        self.tagged: dict[str, TaggedDocument] = {}
        self.vectors: dict[str, Vectors] = {}
        for work in works:
            titles = work.elements[0].sentences
            for lang in langs:
                labelled = work.en if lang == "en" else work.zh
                self._add(f"{work.id}.{lang}", lang, titles[lang][0], work.facts["date"], labelled)
        self.alignments = Alignments(
            works=tuple(
                WorkAlignment(
                    work=w.id,
                    documents=tuple(f"{w.id}.{lang}" for lang in langs),
                    score=1.0,
                    how="",
                    doubtful=False,
                    beads=(),
                )
                for w in works
            )
        )

    def _add(self, name: str, lang: Lang, title: str, date: str, labelled: tuple[LabelledPassage, ...]) -> None:
        self.facts[name] = Facts(
            document=name, title=title, title_en=title if lang == "en" else "", title_zh=title if lang == "zh" else "",
            languages=(lang,), issuer="", date=date, symbol="", genre="communique", legal_status="political",
        )  # fmt: skip
        passages = [
            Passage(id=f"{name}-{i}", document=name, ordinal=i, lang=lang, text=p.text, anchors=(), boxes=())
            for i, p in enumerate(labelled)
        ]
        tags = [
            Tagged(
                id=p.id, lang=lang, force=own.force, confidence=1.0, probabilities={},
                statements=tuple(statement(own, s) for s in own.statements),
            )
            for p, own in zip(passages, labelled, strict=True)
        ]  # fmt: skip
        data = embed([p.text for p in passages]).astype(np.dtype("<f2"))
        self.passages[name] = Passages(document=name, passages=tuple(passages))
        self.tagged[name] = TaggedDocument(document=name, tagged=tuple(tags))
        self.vectors[name] = Vectors(document=name, dimensions=data.shape[1], data=data.tobytes())

    def texts(self) -> dict[str, str]:
        return {
            stable_id("s", passage.id, ordinal): passage.text
            for held, tags in zip(self.passages.values(), self.tagged.values(), strict=True)
            for passage, own in zip(held.passages, tags.tagged, strict=True)
            for ordinal in range(len(own.statements))
        }

    def lineage(self) -> Lineage:
        return lineage(self.facts, self.passages, self.tagged, self.vectors, self.alignments)


@pytest.fixture(scope="module")
def communiques() -> tuple[Work, Work]:
    folder = ROOT / "corpus" / "works"
    first, second = "meridian-nuclear-security-communique", "second-meridian-communique"
    return read_work(folder / f"{first}.txt"), read_work(folder / f"{second}.txt")


@pytest.mark.parametrize(("lang", "least"), [("en", 7), ("zh", 4)])
def test_changes_between_two_communiques(communiques: tuple[Work, Work], lang: Lang, least: int) -> None:
    corpus = Corpus(*communiques, langs=(lang,))
    texts, right = corpus.texts(), 0
    pairs = [link for link in corpus.lineage().links if link.earlier and link.later]
    for link in pairs:
        for later, earlier, change in READ[lang]:
            if texts[link.later].startswith(later) and earlier in texts[link.earlier]:
                right += 1
                assert change in (None, link.change), (link.detail, texts[link.later])
    assert right >= least
    assert right >= 0.8 * len(pairs), [(texts[p.earlier], texts[p.later]) for p in pairs]


def test_what_was_changed_is_neither_new_nor_dropped(communiques: tuple[Work, Work]) -> None:
    corpus = Corpus(*communiques, langs=("en",))
    texts = corpus.texts()
    links = corpus.lineage().links
    new = [texts[link.later] for link in links if link.change == "new"]
    gone = [texts[link.earlier] for link in links if link.change == "dropped"]
    assert any(text.startswith("Centres of excellence in Asia") for text in new)
    assert any("Scientists and universities" in text for text in gone)
    for later, earlier, _ in READ["en"][:6]:
        assert not any(text.startswith(later) for text in new)
        assert not any(earlier in text for text in gone)


def test_two_languages_of_a_work_are_told_once(communiques: tuple[Work, Work]) -> None:
    both, english = Corpus(*communiques), Corpus(*communiques, langs=("en",))
    assert both.lineage().links
    assert [link.later for link in both.lineage().links] == [link.later for link in english.lineage().links]


def test_the_order_of_the_documents_does_not_matter(communiques: tuple[Work, Work]) -> None:
    assert Corpus(*communiques, langs=("zh",)).lineage() == Corpus(*communiques[::-1], langs=("zh",)).lineage()


def test_a_document_without_a_date_has_no_history(communiques: tuple[Work, Work]) -> None:
    corpus = Corpus(*communiques, langs=("zh",))
    name = f"{communiques[1].id}.zh"
    held = corpus.facts[name]
    undated = {f: getattr(held, f) for f in Facts.__struct_fields__} | {"date": ""}
    corpus.facts[name] = Facts(**undated)
    assert corpus.lineage().links == ()


def test_an_empty_corpus() -> None:
    assert lineage({}, {}, {}, {}, Alignments(works=())) == Lineage(links=())


@pytest.mark.parametrize(
    ("one", "other", "lang", "same"),
    [
        ("Communiqué of the River Summit", "Communiqué of the Second River Summit, Lisbon", "en", True),
        ("Annual Report of the Harbour Authority 2011", "Annual Report of the Harbour Authority 2012", "en", True),
        ("Convention on Sea Lanes", "Protocol to the Convention on Sea Lanes", "en", True),
        ("Convention on Sea Lanes", "Convention on the Rights of Children", "en", False),
        ("Work Plan", "Action Plan", "en", False),
        ("河流峰会公报", "第二届河流峰会里斯本公报", "zh", True),
        ("河东省政府工作报告（2011年）", "河东省政府工作报告（2012年）", "zh", True),
        ("河东省政府工作报告（2011年）", "山西省政府工作报告（2012年）", "zh", False),
        ("政府工作报告", "政府工作报告", "zh", False),
    ],
)
def test_series_by_title(one: str, other: str, lang: Lang, same: bool) -> None:
    assert same_series({lang: title_words(one, lang)}, {lang: title_words(other, lang)}) is same


def said(force: str, strength: int, to: str = "", hedge: bool = False) -> Statement:
    return Statement(
        start=0, end=9, force=force, strength=strength, binding="none",  # type: ignore[arg-type]
        deadline=Deadline(start=0, end=2, text="by", to=to) if to else None,
        hedges=(Span(start=0, end=8, text="possibly"),) if hedge else (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "change", "detail"),
    [
        (said("commitment", 3), said("commitment", 3), "repeated", ""),
        (said("recommendation", 1), said("commitment", 3), "strengthened", "recommendation (1) → commitment (3)"),
        (said("obligation", 5), said("recommendation", 2), "weakened", "obligation (5) → recommendation (2)"),
        (said("permission", 5), said("commitment", 3), "strengthened", "permission"),
        (said("obligation", 4, hedge=True), said("obligation", 5), "strengthened", "hedge removed: possibly"),
        (said("commitment", 3), said("commitment", 3, hedge=True), "weakened", "hedge added: possibly"),
        (said("commitment", 3, "2040-12-31"), said("commitment", 3, "2038-12-31"), "strengthened", "→ 2038-12-31"),
        (said("commitment", 3, "2038-12-31"), said("commitment", 3, "2040-12-31"), "weakened", "→ 2040-12-31"),
        (said("commitment", 3, "2038-12-31"), said("commitment", 3), "weakened", "deadline removed"),
        (said("recommendation", 2, "2038-12-31"), said("commitment", 3), "mixed", "deadline removed"),
    ],
)
def test_changes(old: Statement, new: Statement, change: str, detail: str) -> None:
    tags = Tagged(id="p", lang="en", force=("commitment",), confidence=1.0, probabilities={})
    found, why = compare(old, new, tags, tags)
    assert found == change
    assert detail in why
