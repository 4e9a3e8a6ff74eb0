"""What the two languages of a pair do not say alike: what must be told beside what must not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pipeline.config import AuditSettings
from pipeline.records import (
    FORCES,
    Actor,
    Alignments,
    Bead,
    Facts,
    Force,
    Instrument,
    Lang,
    LegalStatus,
    Passage,
    Passages,
    Span,
    Statement,
    Tagged,
    TaggedDocument,
    WorkAlignment,
)
from pipeline.stages import audit
from pipeline.stages.audit import cues, gaps, names, values
from pipeline.stages.audit.amounts import read
from pipeline.stages.audit.numerals import hanzi, words_value
from pipeline.stages.audit.sides import Pair, Side


def passage(text: str, lang: Lang, number: int = 0, chapeau: str = "") -> Passage:
    whole = chapeau + text
    return Passage(
        id=f"{lang}{number}", document=lang, ordinal=number, lang=lang, text=whole, anchors=(), boxes=(),
        item_start=len(chapeau),
    )  # fmt: skip


def tags(one: Passage, *forces: Force, sure: float = 0.95, hedge: str = "", actors: tuple[Actor, ...] = ()) -> Tagged:
    rest = (1 - sure) / (len(FORCES) - 1)
    start = one.text.find(hedge) if hedge else 0
    hedges = (Span(start=start, end=start + len(hedge), text=hedge),) if hedge else ()
    statement = Statement(
        start=0, end=len(one.text), force=forces[0], strength=5, binding="legally_binding", hedges=hedges
    )
    return Tagged(
        id=one.id, lang=one.lang, force=forces, confidence=sure, statements=(statement,), actors=actors,
        probabilities={force: sure if force == forces[0] else rest for force in FORCES},
    )  # fmt: skip


def pair(
    zh: str, en: str, zh_force: Force = "obligation", en_force: Force = "obligation", *, sure: float = 0.95,
    status: LegalStatus = "binding",
) -> Pair:  # fmt: skip
    sides = []
    for text, lang, force in ((zh, "zh", zh_force), (en, "en", en_force)):
        one = passage(text, lang)  # type: ignore[arg-type]
        sides.append(Side(one.lang, (one,), (tags(one, force, sure=sure),), status))
    return Pair(sides[0], sides[1], 0.9)


@pytest.mark.parametrize(
    ("zh", "en", "zh_force", "en_force", "kind", "words"),
    [
        ("承运人可随时检查封条。", "The carrier shall inspect the seals at any time.", "permission", "obligation",
         "force", ("可", "shall")),
        ("港口应每年提交报告。", "Ports may submit a report every year.", "obligation", "permission", "force", ("应", "may")),
        ("各缔约国应分享数据。", "States Parties are encouraged to share data.", "obligation", "recommendation",
         "force", ("应", "are encouraged")),
        ("鼓励船东更换旧船。", "Shipowners shall replace old vessels.", "recommendation", "obligation",
         "force", ("鼓励", "shall")),
        ("船长不得离船。", "The master shall leave the ship.", "prohibition", "obligation", "negation", ("不得",)),
        ("船长应离船。", "The master shall not leave the ship.", "obligation", "prohibition", "negation", ("shall not",)),
    ],
)  # fmt: skip
def test_a_difference_of_force_is_told_with_its_words(
    zh: str, en: str, zh_force: Force, en_force: Force, kind: str, words: tuple[str, ...]
) -> None:
    found = list(cues.force(pair(zh, en, zh_force, en_force)))
    assert [f.kind for f in found] == [kind]
    assert found[0].severity == "high"
    assert all(f"“{word}”" in found[0].detail for word in words), found[0].detail


@pytest.mark.parametrize(
    ("zh", "en", "zh_force", "en_force", "sure"),
    [
        # the same force
        ("承运人应检查封条。", "The carrier shall inspect the seals.", "obligation", "obligation", 0.95),
        # a tag that is not sure
        ("承运人应检查封条。", "The carrier is to inspect the seals.", "obligation", "permission", 0.5),
        # words that might carry the other force
        (
            "扩建港口，加快航道整治。",
            "We will enlarge the ports and dredge the channels faster.",
            "declaration",
            "commitment",
            0.95,
        ),
        ("推进供给侧改革。", "We should press on with supply-side reform.", "commitment", "recommendation", 0.7),
        # 相应 and 供应 are no duty, "may arise" is no permission
        ("供应充足，反应迅速。", "Disputes that may arise are few.", "declaration", "declaration", 0.95),
    ],
)
def test_what_is_no_difference_of_force(zh: str, en: str, zh_force: Force, en_force: Force, sure: float) -> None:
    assert list(cues.force(pair(zh, en, zh_force, en_force, sure=sure))) == []


def test_will_and_should_of_a_report_are_no_difference() -> None:
    report = pair(
        "要加快改革。", "Reform should be sped up.", "commitment", "recommendation", sure=0.8, status="political"
    )
    assert list(cues.force(report)) == []


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        ("应在60日内答复。", "It shall answer within 90 days.", True),
        ("应在60日内答复。", "It shall answer within sixty days.", False),
        ("应在两周内答复。", "It shall answer within fourteen days.", False),
        ("应在24小时内答复。", "It shall answer within one day.", False),
        ("拨款1.67万亿元。", "1.67 trillion yuan was allotted.", False),
        ("拨款1.67万亿元。", "167 billion yuan was allotted.", True),
        ("增长百分之三十五。", "It grew by 35 per cent.", False),
        ("三分之二以上成员。", "at least two-thirds of the members", False),
        ("返还一半保险费，即50%。", "Half of the premiums are refunded.", False),
        ("耕地2500万亩。", "1.67 million hectares of farmland", False),
        ("耗时九至十四个月。", "It takes nine to fourteen months.", False),
        ("耗时九至十四个月。", "It takes nine to sixteen months.", True),
        ("至少12人。", "at most 12 people", True),
        ("至少12人。", "at least 12 people", False),
        ("不得超过三年。", "It shall not last for more than three years.", False),
        ("惠及7100万户。", "It reached 71 million households.", False),
        ("惠及7100万户。", "It reached 17 million households.", True),
        ("根据第15条第2款", "under Article 15 (2)", False),
        ("根据第15条第2款", "under Article 16 (2)", False),
        ("第1540号决议", "resolution 1540", False),
        ("一是完善制度，统一标准。", "First, we will improve the system and set one standard.", False),
        ("高达230亿美元。", "up to $23 billion", False),
        ("高达230亿美元。", "up to $32 billion", True),
        ("须经三分之二多数同意。", "It requires a simple majority.", True),
        ("须经三分之二多数同意。", "It requires a majority of two thirds.", False),
        ("不超过其预算的二十分之一", "no more than one twelfth of its budget", True),
        ("四分之一的港口", "one port in four", False),
        ("最初六十日内", "for the first ninety days", True),
        (
            "登记渔船46.8万艘，其中1200人受训。",
            "Some 468,000 vessels are registered, and 1,200 people were trained.",
            False,
        ),
        ("装机4.1亿千瓦。", "a capacity of 410 gigawatts", False),
        ("装机4.1亿千瓦。", "a capacity of 41 gigawatts", True),
        ("有六万一千多名儿童", "more than 61,000 children", False),
        ("上世纪九十年代", "in the 1990s", False),
    ],
)
def test_numbers(zh: str, en: str, told: bool) -> None:
    assert bool(list(values.number(pair(zh, en)))) == told


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        ("于2033年12月31日前", "by 31 December 2033", False),
        ("于2033年12月31日前", "by December 31, 2035", True),
        ("二〇三三年五月", "May 2033", False),
        ("一九二七年十二月九日", "9 December 2027", True),
        ("2034年4月17日至18日", "on 17 and 18 April 2034", False),
        ("2036年至2040年", "2036–2040", False),
        ("6月底前", "by the end of July", True),
        ("今年年底前完成。", "It will be done by the end of 2033.", False),
        ("各国可提出意见。", "States may comment.", False),
    ],
)
def test_dates(zh: str, en: str, told: bool) -> None:
    assert bool(list(values.date(pair(zh, en)))) == told


@pytest.mark.parametrize(
    ("words", "value"),
    [("1.67万亿", 1.67e12), ("二十五", 25), ("一百零五", 105), ("1亿2000万", 1.2e8), ("二〇三五", 2035), ("7000多万", 7e7),
     ("十", 10), ("三千", 3000), ("两千三百", 2300), ("二点五", 2.5)],
)  # fmt: skip
def test_values_of_chinese_numbers(words: str, value: float) -> None:
    assert hanzi(words) == pytest.approx(value)


@pytest.mark.parametrize(
    ("words", "value"),
    [("two hundred and fifty", 250), ("thirty-five", 35), ("a million", 1e6), ("two hundred thousand", 2e5)],
)
def test_values_of_english_numbers(words: str, value: float) -> None:
    if " and " in words:
        words = words.replace(" and ", " ")
    assert words_value(words) == value
    assert read(f"{words} tons", "en").numbers[0].value == value


def named(zh: str, en: str, *actors: tuple[Lang, str, str]) -> Pair:
    sides = []
    for text, lang in ((zh, "zh"), (en, "en")):
        one = passage(text, lang)  # type: ignore[arg-type]
        mine = tuple(
            Actor(start=text.find(w), end=text.find(w) + len(w), text=w, kind="international_organisation",
                  layer="global", id=key)
            for side, w, key in actors if side == lang
        )  # fmt: skip
        sides.append(Side(one.lang, (one,), (tags(one, "obligation", actors=mine),), "binding"))
    return Pair(sides[0], sides[1], 0.9)


IAEA: tuple[tuple[Lang, str, str], ...] = (("zh", "国际原子能机构", "IAEA"),)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (named("在法国和英国", "in France and the United Kingdom"), False),
        (named("在法国和英国", "in Namibia and the United Kingdom"), True),
        (named("中国政府", "the Chinese Government"), False),
        (named("发展中国家", "developing countries of Africa and Peru"), False),
        (named("尼日利亚总统", "the President of Niger"), True),
        (named("应通知国际原子能机构", "shall notify the WHO", *IAEA, ("en", "WHO", "WHO")), True),
        (named("应通知国际原子能机构", "shall notify the IAEA and the WHO", *IAEA, ("en", "WHO", "WHO")), False),
        (named("应通知国际原子能机构", "shall notify the Agency", *IAEA), False),
    ],
)
def test_actors(found: Pair, told: bool) -> None:
    assert bool(list(names.actor(found))) == told


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        ("依照第五条的规定", "in accordance with article 7", True),
        ("依照第五条的规定", "in accordance with article 5", False),
        ("依照第五条和第九条的规定", "in accordance with articles 5 and 9", False),
        ("依照第五条和第九条的规定", "in accordance with articles 5 and 8", True),
        ("列于附件二", "listed in Annex II", False),
        ("列于附件二", "listed in Annex III", True),
        ("依照前条的规定", "in accordance with article 4", False),
        ("第十四条", "Article XIV", False),
    ],
)
def test_articles_and_annexes_are_told_apart_by_their_numbers(zh: str, en: str, told: bool) -> None:
    assert bool(list(names.instrument(pair(zh, en)))) == told


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        ("《灯塔公约》", "Lighthouse Plan of Action", True),
        ("《灯塔公约》", "Lighthouse Convention", False),
        ("《灯塔协定》", "Lighthouse Arrangement", False),
        ("《灯塔名录》", "Lighthouse Plan of Action", False),
    ],
)
def test_titles_of_other_kinds_are_other_instruments(zh: str, en: str, told: bool) -> None:
    sides = []
    for title, lang, text in ((zh, "zh", f"根据{zh}报告。"), (en, "en", f"It reports under the {en}.")):
        one = passage(text, lang)  # type: ignore[arg-type]
        start = text.index(title)
        named = Instrument(start=start, end=start + len(title), text=title, id=title)
        sides.append(Side(one.lang, (one,), (replace(tags(one, "obligation"), instruments=(named,)),), "binding"))
    assert bool(list(names.instrument(Pair(sides[0], sides[1], 0.9)))) == told


def test_what_may_be_done_only_so_is_a_ban_on_the_rest() -> None:
    both = pair(
        "非经理事会同意，不得撤销。",
        "It may be revoked only with the consent of the Board.",
        "prohibition",
        "permission",
    )
    assert not list(cues.force(both))


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        ("各国应酌情分享数据。", "States shall share data.", True),
        ("各国应分享数据。", "States shall, where possible, share data.", True),
        ("各国应酌情分享数据。", "States shall share data as appropriate.", False),
        ("各国应尽早分享数据。", "States shall share data as soon as possible.", False),
        ("各国应适当分享数据。", "States shall share data, where appropriate.", False),
        ("在预算允许的情况下，各国应分享数据。", "States shall share data.", True),
        ("各国应分享数据。", "States shall, so far as their domestic law permits, share data.", True),
        ("在预算允许的情况下，各国应分享数据。", "States shall share data, subject to available funds.", False),
    ],
)
def test_hedges(zh: str, en: str, told: bool) -> None:
    assert bool(list(cues.hedge(pair(zh, en)))) == told


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        ("该国已批准公约。", "The State has not ratified the Convention.", True),
        ("该国尚未批准公约。", "The State ratified the Convention in May.", True),
        ("该国尚未批准公约。", "The State has yet to ratify the Convention.", False),
        ("不断加强合作，不少港口受益。", "Cooperation grew and many ports profited.", False),
        ("该国没有能力核查。", "The State lacks the means to verify.", False),
    ],
)
def test_negation(zh: str, en: str, told: bool) -> None:
    assert bool(list(cues.negation(pair(zh, en, "declaration", "declaration")))) == told


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        (
            "营运单位应当立即启动应急预案，并于两小时内向核安全监督管理部门报告丢失的核材料，海关应当封锁所有出入境口岸。",
            "The operator shall at once set the emergency plan in motion.",
            True,
        ),
        (
            "营运单位应当立即启动应急预案，并于两小时内向监督管理部门报告。",
            "The operator shall at once set the emergency plan in motion, and report to the supervisory department in two hours.",
            False,
        ),
    ],
)
def test_missing_clauses(zh: str, en: str, told: bool) -> None:
    assert bool(list(gaps.clause(pair(zh, en)))) == told


def facts(document: str, status: LegalStatus = "binding") -> Facts:
    return Facts(
        document=document, title="", title_en="", title_zh="", languages=("en",), issuer="", date="", symbol="",
        genre="treaty", legal_status=status,
    )  # fmt: skip


def run(
    zh: list[Passage], en: list[Passage], beads: tuple[Bead, ...], doubtful: bool = False, severity: str = "low",
    status: LegalStatus = "binding",
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:  # fmt: skip
    sides = {"zh": zh, "en": en}
    work = WorkAlignment(work="w", documents=("zh", "en"), score=1, how="", doubtful=doubtful, beads=beads)
    found = audit.STAGE.build(AuditSettings(severity=severity))(  # type: ignore[arg-type]
        {"zh": facts("zh"), "en": facts("en", status)},
        {name: Passages(document=name, passages=tuple(side)) for name, side in sides.items()},
        {name: TaggedDocument(document=name, tagged=tuple(tags(p, "obligation") for p in side)) for name, side in sides.items()},
        Alignments(works=(work,)),
    )  # fmt: skip
    return [(d.kind, d.source, d.target) for d in found.divergences]


DAYS = ([passage("应在60日内答复。", "zh")], [passage("It shall answer within 90 days.", "en")])
BEAD = Bead(source=("zh0",), target=("en0",), score=0.9)


def test_the_stage_gives_rows_with_both_sides() -> None:
    assert run(*DAYS, (BEAD,)) == [("number", ("zh0",), ("en0",))]


@pytest.mark.parametrize(
    "options",
    [
        {"beads": (Bead(source=("zh0",), target=("en0",), score=0.1),)},
        {"beads": (BEAD,), "doubtful": True},
        {"beads": ()},
    ],
)
def test_what_is_not_held_against_each_other(options: dict[str, object]) -> None:
    assert run(*DAYS, **options) == []  # type: ignore[arg-type]


def test_a_chapeau_is_told_once() -> None:
    zh = [passage(text, "zh", i, "承运人可：（一）") for i, text in enumerate(("检查封条；", "培训警卫；"))]
    en = [
        passage(text, "en", i, "The carrier shall: (a) ") for i, text in enumerate(("inspect seals;", "train guards;"))
    ]
    beads = tuple(Bead(source=(f"zh{i}",), target=(f"en{i}",), score=0.9) for i in range(2))
    sides = {"zh": zh, "en": en}
    forces: dict[str, Force] = {"zh": "permission", "en": "obligation"}
    work = WorkAlignment(work="w", documents=("zh", "en"), score=1, how="", doubtful=False, beads=beads)
    found = audit.STAGE.build(AuditSettings())(
        {name: facts(name) for name in sides},
        {name: Passages(document=name, passages=tuple(side)) for name, side in sides.items()},
        {name: TaggedDocument(document=name, tagged=tuple(tags(p, forces[name]) for p in side)) for name, side in sides.items()},
        Alignments(works=(work,)),
    )  # fmt: skip
    assert [d.source for d in found.divergences] == [("zh0",)]


@pytest.mark.parametrize(
    ("alone", "told"), [("船东应每年为全体船员投保人身意外险。", True), ("应每年培训警卫并记录结果。", False)]
)
def test_a_passage_without_counterpart(alone: str, told: bool) -> None:
    zh = [
        passage(t, "zh", i)
        for i, t in enumerate(("应每年培训全体警卫并记录培训结果。", alone, "理事会应在六月举行会议。"))
    ]
    en = [
        passage(t, "en", i)
        for i, t in enumerate(
            ("All guards shall be trained every year and the results recorded.", "The Board shall meet in June.")
        )
    ]
    beads = (Bead(source=("zh0",), target=("en0",), score=0.9), Bead(source=("zh2",), target=("en1",), score=0.9))
    assert run(zh, en, beads) == ([("missing", ("zh1",), ())] if told else [])


def test_an_empty_corpus_has_no_differences() -> None:
    assert audit.STAGE.build(AuditSettings())({}, {}, {}, Alignments(works=())).divergences == ()


def test_the_least_severity() -> None:
    hedged = ([passage("各国应酌情分享数据。", "zh")], [passage("States shall share data.", "en")])
    assert run(*hedged, (BEAD,)) == [("hedge", ("zh0",), ("en0",))]
    assert run(*hedged, (BEAD,), severity="high") == []


@pytest.mark.parametrize(
    ("zh", "en", "words"),
    [
        ("我们建议港务局公布账目。", "We decide that the port authority publishes its accounts.", ("建议", "decide")),
        ("部长们承诺将经费增加一倍。", "Ministers hope to double the funds.", ("承诺", "hope")),
        ("我们欢迎该局公布数据。", "We call on the bureau to publish the data.", ("欢迎", "call on")),
        # The second clause is held against its own counterpart, not against the whole.
        ("鼓励船东登记船舶，渔港务必公布潮汐表。",
         "Owners are encouraged to register their ships, and fishing harbours could publish the tide tables.", ("务必", "could")),
    ],
)  # fmt: skip
def test_an_act_in_so_many_words_is_held_against_another(zh: str, en: str, words: tuple[str, str]) -> None:
    found = list(cues.force(pair(zh, en, "recommendation", "recommendation", sure=0.5, status="political")))
    assert len(found) == 1
    assert all(f"“{word}”" in found[0].detail for word in words), found[0].detail


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("我们敦促各方公布账目。", "We call on all parties to publish their accounts."),
        ("我们承诺在两年内完成登记。", "We will complete the register within two years."),
        ("邀请各国参加演练。", "States are encouraged to take part in the exercise."),
        ("在不妨碍前款规定的前提下，渔港应公布潮汐表。",
         "Without prejudice to the foregoing, fishing harbours shall publish tide tables."),
    ],
)  # fmt: skip
def test_acts_that_answer_to_each_other_are_no_difference(zh: str, en: str) -> None:
    assert not list(cues.force(pair(zh, en, "recommendation", "recommendation", sure=0.5, status="political")))


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "No keeper may leave, and the master shall stay.", ["prohibition", None]),
        ("en", "The keeper may leave; the master shall stay.", ["permission", "obligation"]),
        ("en", "The keeper shall not leave.", ["prohibition"]),
        ("zh", "守塔人可以离岗，船长应当留守。", ["permission", "obligation"]),
        ("zh", "守塔人不得离岗。", ["prohibition"]),
        ("zh", "仅可在白天离岗。", [None]),
        ("zh", "可再生能源的供应反应迅速。", []),
    ],
)
def test_words_of_duty_right_and_ban_are_read_with_their_denials(
    lang: Lang, text: str, found: list[Force | None]
) -> None:
    one = passage(text, lang)
    words = cues.operators(Side(lang, (one,), (tags(one, "obligation"),), "binding"))
    assert [force for force, _ in words] == found


def test_a_right_against_a_duty_is_told_by_words_although_the_tags_are_in_doubt() -> None:
    made = pair("塔台应每夜点灯，并可出售灯油。", "The tower may light its lamp every night and may sell oil.", "obligation",
                "permission", sure=0.4)  # fmt: skip
    assert [f.kind for f in cues.force(made)] == ["force"]


def test_an_exception_of_one_language_only_is_missing_from_the_other() -> None:
    found = list(cues.proviso(pair("渔船应缴纳港口税，遇难船舶除外。", "Fishing boats shall pay the port dues.")))
    assert [(f.kind, "除外" in f.detail) for f in found] == [("missing", True)]
    assert not list(
        cues.proviso(
            pair("渔船应缴纳港口税，遇难船舶除外。", "Fishing boats other than those in distress shall pay dues.")
        )
    )


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        ("采购310盏灯。", "Procure 130 lamps.", True),
        ("采购310盏灯。", "Procure 310 lamps.", False),
        ("提供6.5亿元。", "Provide 6.5 billion yuan.", True),
        ("提供65亿元。", "Provide 6.5 billion yuan.", False),
        ("储备六星期口粮。", "Keep food for six months.", True),
    ],
)
def test_numbers_differ_by_value_scale_and_unit(zh: str, en: str, told: bool) -> None:
    assert bool(list(values.number(pair(zh, en)))) == told


def test_actors_of_other_kinds_differ_though_no_lexicon_names_them() -> None:
    def made(zh: str, en: str) -> Pair:
        texts = pair(f"{zh}应公布灯塔名册。", f"The {en} shall publish the list of lights.")
        sides = []
        for side, name in ((texts.zh, zh), (texts.en, en)):
            start = side.passages[0].text.find(name)
            actor = Actor(start=start, end=start + len(name), text=name, kind="state_body", layer="national")
            sides.append(
                Side(side.lang, side.passages, (tags(side.passages[0], "obligation", actors=(actor,)),), "binding")
            )
        return Pair(sides[0], sides[1], 0.9)

    assert [f.kind for f in names.actor(made("北方银行", "northern shippers"))] == ["actor"]
    assert not list(names.actor(made("北方银行", "northern banks")))
