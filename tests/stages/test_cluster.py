"""Themes over both languages."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.config import ClusterSettings
from pipeline.stages.cluster import STAGE, cluster_texts, partition, taxonomy
from pipeline.stages.cluster.features import centre_languages, features, nearest_other, unit
from pipeline.stages.cluster.labels import label, name, terms_of
from pipeline.stages.cluster.partition import choose, grow, parents

TEXTS = [
    ("f1", "Fishing vessels may take cod only in the fishing season set by the fisheries council."),
    ("f2", "The catch of fish in these waters is limited so that stocks of herring recover."),
    ("f3", "渔船只能在渔业委员会规定的捕捞季节捕捞鳕鱼。"),
    ("f4", "在上述水域捕鱼的数量受到限制，以便鲱鱼种群得到恢复。"),
    ("s1", "Schools shall train teachers and give every pupil a textbook in the language of the pupil."),
    ("s2", "University students receive a scholarship, and teachers receive further education every year."),
    ("s3", "学校应当培训教师，并向每名学生提供以其语言编写的教科书。"),
    ("s4", "大学生可获得奖学金，教师每年接受继续教育。"),
]


def test_a_text_and_its_translation_share_a_theme():
    found, themes = cluster_texts(TEXTS, 2)
    of = {row.id: row.theme for row in found}
    assert len(themes) == 2
    assert {of[f"f{i}"] for i in range(1, 5)} != {of[f"s{i}"] for i in range(1, 5)}
    assert all(len({of[f"{letter}{i}"] for i in range(1, 5)}) == 1 for letter in "fs")
    assert all(theme.label_en and theme.label_zh for theme in themes)
    assert cluster_texts(TEXTS, 2) == (found, themes)


def test_nothing_to_group():
    assert cluster_texts([]) == ((), ())
    found, themes = cluster_texts(TEXTS[:1])
    assert (len(found), len(themes)) == (1, 1)


def blobs(sizes, seed=1):
    """Texts around the axes, as many as the sizes say, in a mixed order that the seed gives."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.normal(0, 0.05, (size, 6)) + np.eye(6)[axis] for axis, size in enumerate(sizes)])
    order = rng.permutation(len(rows))
    return unit(rows)[order], np.repeat(np.arange(len(sizes)), sizes)[order]


def test_the_tree_finds_groups_of_unequal_size_and_is_repeatable():
    features, truth = blobs([40, 12, 6])
    tree = grow(features)
    of = tree.cut(features, 3)
    assert np.bincount(of).tolist() == [40, 12, 6]
    assert len({(a, b) for a, b in zip(of.tolist(), truth.tolist(), strict=True)}) == 3
    assert choose(tree, features) == 3
    assert (grow(features).cut(features, 3) == of).all()
    assert tree.cut(features, 1).tolist() == [0] * 58


def test_an_outlier_is_no_theme():
    features, _ = blobs([150, 100, 1])
    of = grow(features).cut(features, 2)
    assert min(np.bincount(of)) >= 100


def test_many_texts_are_brought_together_first(monkeypatch):
    monkeypatch.setattr(partition, "MOST_LEAVES", 60)
    features, truth = blobs([60, 50, 40])
    of = grow(features).cut(features, 3)
    assert len({(a, b) for a, b in zip(of.tolist(), truth.tolist(), strict=True)}) == 3


def test_themes_that_are_near_have_one_parent():
    rng = np.random.default_rng(4)
    middle = np.repeat(np.eye(8)[[0, 0, 0, 1, 1, 1]], 12, axis=0)
    own = np.repeat(np.eye(8)[2:8], 12, axis=0)
    features = unit(2 * middle + own + rng.normal(0, 0.02, (72, 8)))
    tree = grow(features)
    of = tree.cut(features, 6)
    above = parents(tree, features, of)
    kind = [int(np.argmax(middle[of == group].mean(axis=0))) for group in range(6)]
    assert len(set(above)) in (2, 3)
    assert all(len({k for k, a in zip(kind, above, strict=True) if a == group}) == 1 for group in set(above))


def test_the_nearest_text_of_the_other_language():
    vectors = unit(np.eye(4)[[0, 1, 2, 0, 1, 2]] + 0.01)
    assert nearest_other(vectors, ["en"] * 3 + ["zh"] * 3).tolist() == [3, 4, 5, 0, 1, 2]
    assert nearest_other(vectors, ["en"] * 6).tolist() == [-1] * 6


def test_words_are_borrowed_from_the_other_language():
    meaning = unit(np.random.default_rng(5).normal(size=(20, 16)))
    english = [Counter({f"word{i % 5}": 2, f"other{i % 5}": 1, "common": 1}) for i in range(20)]
    chinese = [Counter({f"字{i % 5}": 2, f"词{i % 5}": 1}) for i in range(20)]
    seen = features(np.concatenate([meaning, meaning]), ["en"] * 20 + ["zh"] * 20, english + chinese)
    assert np.allclose(seen[:20], seen[20:])
    # the same words bring together what means nothing alike
    assert seen[0] @ seen[5] > seen[0] @ seen[1] + 0.3


def test_centring_takes_the_language_out():
    rng = np.random.default_rng(2)
    meaning = rng.normal(size=(10, 8)).astype(np.float32)
    shifted = np.concatenate([meaning + 3, meaning - 3]).astype(np.float32)
    centred = centre_languages(shifted, ["en"] * 10 + ["zh"] * 10)
    assert np.allclose(centred[:10], centred[10:], atol=1e-5)


def test_labels_prefer_what_sets_a_theme_apart():
    themes = [Counter({"harbour": 9, "guard": 3, "report": 5}), Counter({"school": 9, "teacher": 3, "report": 5})]
    first, second = name(themes, "en")
    assert first[0] == "harbour"
    assert second[0] == "school"
    assert label(first, "x").startswith("harbour · ")
    assert label((), "x") == "x"


def test_terms_leave_out_stop_words_and_numbers():
    text = "The guards of the harbour guards report 12 times"
    tokens = [(0, 3), (4, 10), (11, 13), (14, 17), (18, 25), (26, 32), (33, 39), (40, 42), (43, 48)]
    found = terms_of(text, tokens, "en")
    assert "the" not in found
    assert "12" not in found
    assert found["guards"] == 2
    assert found["harbour guards"] == 1


def test_a_given_taxonomy():
    areas = taxonomy.read("seoul-2012")
    assert len(areas) == 11
    texts = [
        "States should minimise highly enriched uranium in research reactors.",
        "各国应加强放射源的登记和失控源的回收。",
    ]
    from pipeline.embedding import embed

    scores = taxonomy.scores(areas, texts, ["en", "zh"], unit(embed(texts).astype(float)))
    assert [areas[int(i)].id for i in scores.argmax(axis=1)] == ["materials", "sources"]


def test_a_taxonomy_that_is_not_there_or_not_one(tmp_path):
    with pytest.raises(taxonomy.TaxonomyError, match="there is no taxonomy 'nowhere'; there are"):
        taxonomy.read("nowhere")
    bad = tmp_path / "bad.toml"
    bad.write_text('[[theme]]\nid = "a"\n')
    with pytest.raises(taxonomy.TaxonomyError, match="label_en"):
        taxonomy.read(str(bad))


def test_an_empty_corpus_has_no_themes():
    assert STAGE.build(ClusterSettings())({}, {}, {}).themes == ()
