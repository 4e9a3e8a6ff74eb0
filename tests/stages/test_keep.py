"""Themes that last: what had a theme keeps it, new documents join, new subjects make new themes."""

from __future__ import annotations

from pipeline.records import Theme, ThemeOf, Themes
from pipeline.stages.cluster import cluster_texts
from pipeline.stages.cluster.keep import keep


def themes(of: dict[str, str], parents: dict[str, str] | None = None) -> Themes:
    """Themes by the theme of each passage; a document is the passage's first letter and goes where its first passage goes."""
    parents = parents or {}

    def theme(name: str) -> Theme:
        return Theme(id=name, label_en=name, label_zh=name, terms_en=(), terms_zh=(), documents=0, passages=0,
                     parent=parents.get(name, ""))  # fmt: skip

    names = [*dict.fromkeys(of.values()), *dict.fromkeys(parents.values())]
    documents = {passage[0]: name for passage, name in reversed(of.items())}
    return Themes(
        themes=tuple(theme(name) for name in names),
        documents=tuple(ThemeOf(id=d, theme=t, score=0.5) for d, t in sorted(documents.items())),
        passages=tuple(ThemeOf(id=p, theme=t, score=0.5) for p, t in of.items()),
    )


def placed(found: Themes) -> dict[str, str]:
    return {of.id: of.theme for of in found.passages}


BEFORE = themes({"a1": "fish", "a2": "fish", "b1": "school", "b2": "school"})


def test_names_stay_and_new_passages_join():
    now = themes({"a1": "x", "a2": "x", "b1": "y", "b2": "y", "c1": "x", "c2": "y"})
    found = keep(BEFORE, now)
    assert placed(found) == {"a1": "fish", "a2": "fish", "b1": "school", "b2": "school", "c1": "fish", "c2": "school"}
    assert {t.id: (t.passages, t.documents) for t in found.themes} == {"fish": (3, 2), "school": (3, 1)}


def test_what_moves_now_stays_where_it_was():
    now = themes({"a1": "x", "a2": "y", "b1": "y", "b2": "y", "c1": "x"})
    assert placed(keep(BEFORE, now)) == {"a1": "fish", "a2": "fish", "b1": "school", "b2": "school", "c1": "fish"}


def test_a_part_that_splits_off_is_no_new_theme_but_a_new_subject_is():
    now = themes({"a1": "x", "a2": "z", "b1": "y", "b2": "y", "c1": "z", "d1": "new", "d2": "new"})
    found = keep(BEFORE, now)
    assert placed(found)["c1"] == "fish"
    assert (placed(found)["d1"], placed(found)["d2"]) == ("new", "new")
    assert {t.id for t in found.themes} == {"fish", "school", "new"}


def test_a_theme_whose_documents_are_gone_goes():
    found = keep(BEFORE, themes({"b1": "y", "b2": "y"}))
    assert [t.id for t in found.themes] == ["school"]


def test_wider_themes_stay_and_take_new_ones_in():
    before = themes({"a1": "fish", "b1": "whale", "e1": "school"}, {"fish": "sea", "whale": "sea"})
    now = themes({"a1": "x", "b1": "w", "e1": "y", "c1": "crab"}, {"x": "water", "w": "water", "crab": "water"})
    found = keep(before, now)
    assert {t.id: t.parent for t in found.themes} == {
        "fish": "sea", "whale": "sea", "school": "", "crab": "sea", "sea": "",
    }  # fmt: skip
    assert next(t.passages for t in found.themes if t.id == "sea") == 3


def test_nothing_in_common_starts_afresh():
    now = themes({"k1": "x"})
    assert keep(BEFORE, now) is now


SUBJECTS = {
    "fish": [
        "Fishing vessels may take {} only in the season set by the fisheries council.",
        "渔船只能在渔业委员会规定的季节捕捞{}。",
    ],
    "school": [
        "Schools shall train teachers of {} and give every pupil a textbook.",
        "学校应当培训{}教师，并向每名学生提供教科书。",
    ],
    "nuclear": [
        "Operators shall guard the {} at every reactor against theft.",
        "运营者应当保护每座反应堆的{}，防止被盗。",
    ],
}
FILLS = [
    "cod 鳕鱼",
    "herring 鲱鱼",
    "music 音乐",
    "history 历史",
    "uranium 铀",
    "plutonium 钚",
    "salmon 鲑鱼",
    "algebra 代数",
]


def test_a_tenth_more_documents_moves_nothing():
    rows = [
        (f"{subject}{i}{side}", text.format(fill.split()[side]))
        for subject, texts in SUBJECTS.items()
        for i, fill in enumerate(FILLS)
        for side, text in enumerate(texts)
    ]

    def run(some):
        of, found = cluster_texts(some, 3)
        return Themes(themes=found, documents=(), passages=of)

    first = run(rows[4:])
    second = keep(first, run(rows))
    assert {k: v for k, v in placed(second).items() if k in placed(first)} == placed(first)
    assert {t.id for t in second.themes} == {t.id for t in first.themes}
