"""What training learns from, what the head makes of reviews, and that a passage's scores depend on nothing beside it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline import models
from pipeline.clauses import read_clauses, split_clauses
from pipeline.config import ROOT, load
from pipeline.encoder import TOKEN_OUTPUTS, Encoded, Encoder
from pipeline.records import FORCES
from pipeline.train.examples import clause_examples
from pipeline.train.head import fit_head
from pipeline.works import WorkError

CLAUSES = """genre: law
field: parks
legal_status: binding
// a comment
permission | {The warden} may close a path.

## 第二章
obligation, prohibition | {管理员}应当巡查，{游客}不得生火。
constitutive | This Act comes into force on 1 May.
"""


def written(tmp_path, text=CLAUSES):
    file = tmp_path / "parks.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_clauses_are_read_with_bearers_sections_and_languages(tmp_path):
    first, second, third = read_clauses(written(tmp_path))
    assert (first.lang, first.section, first.text) == ("en", "", "The warden may close a path.")
    assert [first.text[a:b] for a, b in first.bearers] == ["The warden"]
    assert (second.lang, second.section, second.force) == ("zh", "第二章", ("obligation", "prohibition"))
    assert [second.text[a:b] for a, b in second.bearers] == ["管理员", "游客"]
    assert third.bearers == ()
    assert read_clauses(tmp_path) == [first, second, third]
    assert read_clauses(tmp_path / "absent") == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("permission |", "permit |", "parks.txt:5: 'permit' is not a list of forces"),
        ("{The warden}", "{The warden", "parks.txt:5: an open brace"),
        ("{The warden}", "{{The warden}}", "parks.txt:5: braces stand around a bearer"),
        ("{The warden}", "{}The warden", "parks.txt:5: braces stand around a bearer"),
        ("genre: law", "genre: novel", "parks.txt:5: the header needs"),
        ("## 第二章", "第二章", "parks.txt:7: expected"),
    ],
)
def test_a_malformed_clause_is_refused_with_its_line(tmp_path, old, new, says):
    with pytest.raises(WorkError, match=says):
        read_clauses(written(tmp_path, CLAUSES.replace(old, new)))


def test_a_clause_teaches_force_and_bearer_and_nothing_else(tmp_path):
    example = clause_examples(read_clauses(written(tmp_path)))[1]
    assert example.force == ("obligation", "prohibition")
    assert example.spans == {"bearer": [(0, 3, "bearer"), (8, 10, "bearer")]}
    assert example.context == "binding | law | 第二章"


def test_the_projects_clauses_are_many_and_in_both_languages():
    clauses = read_clauses(ROOT / "corpus" / "clauses")
    assert len({(c.lang, c.text) for c in clauses}) == len(clauses)
    for lang in ("en", "zh"):
        here = [c for c in clauses if c.lang == lang]
        assert {c.force[0] for c in here} == set(FORCES)
        assert sum(bool(c.bearers) for c in here) > len(here) / 4


def test_clauses_that_only_measure_are_never_learnt_from(tmp_path):
    written(tmp_path)
    (tmp_path / "other.txt").write_text(CLAUSES.replace("warden", "keeper"), encoding="utf-8")
    splits = tmp_path / "splits.toml"
    splits.write_text('clauses = ["other"]', encoding="utf-8")
    train, test = split_clauses(tmp_path, splits)
    assert {c.source for c in train} == {"parks"}
    assert {c.source for c in test} == {"other"}
    splits.write_text('clauses = ["gone"]', encoding="utf-8")
    with pytest.raises(WorkError, match="'gone'"):
        split_clauses(tmp_path, splits)
    learnt, measured = split_clauses(ROOT / "corpus" / "clauses", ROOT / "corpus" / "splits.toml")
    assert not {c.text for c in learnt} & {c.text for c in measured}
    assert len(measured) > 500


def coded(force: int, other: int, chance: float, side: float) -> Encoded:
    """A passage of which the encoder believes ``force`` with ``chance``, else ``other``; ``side`` is all of its vector."""
    chances = np.full(len(FORCES), 1e-4)
    chances[other], chances[force] = 1 - chance, chance
    vector = np.array([side, np.sqrt(1 - side**2)], np.float32)
    return Encoded(vector, np.log(chances / chances.sum()).astype(np.float32), chances.astype(np.float32), {})


def test_without_reviews_the_head_is_a_temperature_that_takes_away_overconfidence():
    base = [coded(i % 3, (i + 1) % 3, 0.95, 0.5) for i in range(90)]
    labels = [FORCES[(i % 3 + (i % 10 < 3)) % 3] for i in range(90)]  # right seven times in ten
    head = fit_head(base, labels)
    chances = head.probabilities(base)
    assert [int(row.argmax()) for row in chances] == [i % 3 for i in range(90)]
    assert 0.6 < float(chances.max(axis=1).mean()) < 0.8


def test_reviews_move_what_resembles_them_and_leave_the_rest():
    base = [coded(i % 3, (i + 1) % 3, 0.8, 0.0) for i in range(60)]
    labels = [FORCES[i % 3] for i in range(60)]
    reviews = [coded(0, 1, 0.7, 1.0) for _ in range(30)]
    alone = fit_head(base, labels)
    taught = fit_head(base, labels, reviews, [FORCES[1]] * 30, [3.0] * 30)
    asked = [coded(0, 1, 0.7, 0.95)]
    assert alone.probabilities(asked)[0].argmax() == 0
    assert taught.probabilities(asked)[0].argmax() == 1
    assert (taught.probabilities(base).argmax(axis=1) == [i % 3 for i in range(60)]).all()


def test_a_head_needs_two_forces():
    with pytest.raises(ValueError, match="at least two forces"):
        fit_head([coded(0, 1, 0.9, 0.0)] * 3, ["obligation"] * 3)


TEXTS = (
    "Each Party shall report.",
    "委员会由十名委员组成。",
    "The Council may, after consultation with the operators concerned and where the circumstances so require, suspend "
    "for a period of not more than ninety days the measures referred to in the preceding paragraph.",
    "We will work together.",
    "主管部门应当自收到申请之日起二十日内作出决定，并书面通知申请人。",
)


def test_the_shipped_encoder_scores_a_passage_alike_in_any_company():
    encoder = Encoder(models.current(ROOT / load().tag.model, "encoder"), 1)
    together = encoder.encode(TEXTS, ["binding"] * len(TEXTS))
    for text, code in zip(TEXTS, together, strict=True):
        alone = encoder.encode([text], ["binding"])[0]
        assert np.abs(np.exp(alone.force) - np.exp(code.force)).max() < 1e-3
        assert alone.spans.keys() == code.spans.keys()
        assert [(s.start, s.end) for s in alone.spans["bearer"]] == [(s.start, s.end) for s in code.spans["bearer"]]


def small_network():
    """A network of two layers with random weights and a few loud channels, as trained ones have."""
    torch = pytest.importorskip("torch", reason="torch is not installed (extra: train)")
    pytest.importorskip("onnx", reason="onnx is not installed (extra: train)")
    from pipeline.train.deep import Network, Recipe
    from pipeline.train.e5 import Pretrained

    draw = np.random.default_rng(3)
    hidden, wide = 32, 64
    sizes = {"q": (hidden, hidden), "k": (hidden, hidden), "v": (hidden, hidden), "ao": (hidden, hidden),
             "fi": (wide, hidden), "fo": (hidden, wide)}  # fmt: skip
    tensors = {"emb.pos": draw.normal(0, 0.1, (40, hidden)), "emb.type": draw.normal(0, 0.1, (2, hidden)),
               "emb.ln.w": np.where(np.arange(hidden) == 5, 9.0, 1.0), "emb.ln.b": np.zeros(hidden)}  # fmt: skip
    for i in range(2):
        for name, shape in sizes.items():
            tensors[f"l{i}.{name}.w"] = draw.normal(0, 0.2, shape)
            tensors[f"l{i}.{name}.b"] = np.zeros(shape[0])
        for name in ("aln", "oln"):
            tensors[f"l{i}.{name}.w"], tensors[f"l{i}.{name}.b"] = np.ones(hidden), np.zeros(hidden)
    pretrained = Pretrained(
        [], np.zeros(0, np.float32), np.zeros((0, 18), np.uint8),
        {name: value.astype(np.float32) for name, value in tensors.items()}, hidden, 2, 4, wide, 1e-12,
    )  # fmt: skip
    torch.manual_seed(1)
    return torch, Network(pretrained, Recipe(layers=2)).eval()


def test_the_exported_network_is_close_to_the_trained_one_and_blind_to_padding(tmp_path):
    torch, network = small_network()
    import onnxruntime

    from pipeline.train.deep import INPUTS, export

    sample = []
    for seed in range(6):
        torch.manual_seed(seed)
        sample.append({"embedded": torch.randn(4, 9, 32), "mask": torch.ones(4, 9), "body": torch.ones(4, 9)})
    with torch.no_grad():
        before = [part.numpy() for part in network(*(sample[0][name] for name in INPUTS))]
    export(network, tmp_path / "small.onnx", sample)
    session = onnxruntime.InferenceSession(str(tmp_path / "small.onnx"), providers=["CPUExecutionProvider"])
    after = session.run(None, {name: sample[0][name].numpy() for name in INPUTS})
    assert before[3].shape[-1] == TOKEN_OUTPUTS
    for float_, int_ in zip(before, after, strict=True):
        assert np.corrcoef(float_.ravel(), int_.ravel())[0, 1] > 0.99
    wider = {
        name: np.pad(sample[0][name].numpy()[:1], [(0, 0), (0, 5), (0, 0)][: sample[0][name].ndim]) for name in INPUTS
    }
    padded = session.run(None, wider)
    assert np.abs(padded[1][0] - after[1][0]).max() < 1e-4
