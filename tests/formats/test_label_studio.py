"""Label Studio and back: what is not touched says what was shown, what is changed is placed by id, the rest is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.export.decisions import Decision, ReviewError, decisions
from pipeline.formats.command import export
from pipeline.formats.label_studio import config
from pipeline.formats.label_studio_back import import_tasks
from pipeline.formats.regions import offsets
from tests.review.desks import CHINESE, ENGLISH, Made, clock, make_run

Tasks = list[dict[str, Any]]
# Characters outside the first plane, which browsers count twice, in both languages.
RARE = {
    "en": [*ENGLISH, ("𝔸 note: each Party shall feed the 🐎 daily.", [("obligation", "each Party", "feed the 🐎 daily")])],
    "zh": [*CHINESE, ("𠮷港各方应每日喂🐎。", [("obligation", "各方", "每日喂🐎")])],
}  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_run(tmp_path, sentences=RARE)


def written(made: Made) -> Tasks:
    file = made.output.parent / "tasks.json"
    export(made.output, file, "label-studio", (), (), made.config)
    tasks: Tasks = json.loads(file.read_text("utf-8"))
    return tasks


def annotate(tasks: Tasks) -> Tasks:
    """What Label Studio exports when every prediction was submitted as it was."""
    for task in tasks:
        task["annotations"] = [{"completed_by": 1, "was_cancelled": False, "result": task["predictions"][0]["result"]}]
    return tasks


def give_back(made: Made, tasks: Tasks, reviewer: str = "ann") -> int:
    file = made.output.parent / "export.json"
    file.write_text(json.dumps(tasks), "utf-8")
    return import_tasks(file, made.output, reviewer, made.config, clock())


def task_of(tasks: Tasks, words: str) -> Any:
    return next(task for task in tasks if words in task["data"]["text"])


def result(tasks: Tasks, words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = task_of(tasks, words)["annotations"][0]["result"]
    return found


def regions(found: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    return [part for part in found if part.get("value", {}).get("labels") == [label]]


def log(made: Made) -> dict[str, Decision]:
    return decisions(made.reviews)


def region(key: str, label: str, text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    value = {"start": start, "end": start + len(words), "text": words, "labels": [label]}
    return {"id": key, "from_name": "span", "to_name": "text", "type": "labels", "value": value}


def force(key: str, value: str) -> dict[str, Any]:
    return {"id": key, "from_name": "force", "to_name": "text", "type": "choices", "value": {"choices": [value]}}


def test_every_offset_is_the_words_and_every_control_is_in_the_configuration(made: Made) -> None:
    tasks = written(made)
    view = ElementTree.fromstring(config())
    controls = {control.get("name"): control for control in view if control.get("name")}
    seen = set()
    for task in tasks:
        (prediction,) = task["predictions"]
        assert 0 <= prediction["score"] <= 1
        assert "force" in prediction["model_version"]
        for part in prediction["result"]:
            if part["type"] == "relation":
                assert part["labels"] == ["of"]
                continue
            value, control = part["value"], controls[part["from_name"]]
            seen.add(part["from_name"])
            allowed = {child.get("value") for child in control}
            assert set(value.get("labels", value.get("choices", []))) <= allowed
            if "labels" in value:
                assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
            assert part["to_name"] == "text"
    assert seen == {"span", "force", "passage_force", "bearer_kind"}
    assert {"text", "where"} <= set(tasks[0]["data"])


def test_what_is_submitted_as_it_was_is_accepted_once(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    tasks = annotate(written(made))
    assert give_back(made, tasks) == 0
    assert {d.state for d in log(made).values()} == {"accepted"}
    assert len(log(made)) == 10
    assert give_back(made, tasks) == 0
    assert "0 decisions of ann written, 10 unchanged, 0 refused" in capsys.readouterr().out


def test_what_nobody_annotated_says_nothing(made: Made) -> None:
    tasks = written(made)
    cancelled = annotate(written(made))
    for task in cancelled:
        task["annotations"][0]["was_cancelled"] = True
    assert give_back(made, tasks) == give_back(made, cancelled) == 0
    assert not made.reviews.exists()


@pytest.mark.parametrize(
    ("words", "was", "now", "column"),
    [
        ("each Party shall feed", "feed the 🐎 daily", "the 🐎", "action"),
        ("各方应每日喂", "每日喂🐎", "喂🐎", "action"),
        ("Each Party shall keep", "Each Party", "Party", "bearer"),
        ("各缔约方应保存", "各缔约方", "缔约方", "bearer"),
    ],
)
@pytest.mark.parametrize("units", ["code points", "UTF-16"])
def test_a_moved_slot_is_a_correction_whatever_the_version_counts(
    made: Made, words: str, was: str, now: str, column: str, units: str
) -> None:
    tasks = annotate(written(made))
    text = task_of(tasks, words)["data"]["text"]
    (slot,) = [r for r in regions(result(tasks, words), column) if r["value"]["text"] == was]
    start = text.index(now)
    slot["value"] |= {"start": start, "end": start + len(now), "text": now}
    if units == "UTF-16":
        for task in tasks:
            for part in task["annotations"][0]["result"]:
                for end in ("start", "end"):
                    if end in part.get("value", {}):
                        at = task["data"]["text"][: part["value"][end]]
                        part["value"][end] = len(at.encode("utf-16-le")) // 2
    assert give_back(made, tasks) == 0
    changed = [d for d in log(made).values() if d.state == "corrected"]
    assert [d.changes for d in changed] == [{column: now}]
    assert changed[0].spans == {column: (start, start + len(now))}


def test_a_force_brings_its_strength(made: Made) -> None:
    tasks = annotate(written(made))
    for part in result(tasks, "各缔约方应保存"):
        if part.get("from_name") == "force":
            part["value"]["choices"] = ["permission"]
    assert give_back(made, tasks) == 0
    (changed,) = [d for d in log(made).values() if d.state == "corrected"]
    assert changed.changes["force"] == "permission"
    assert changed.changes["strength"] == 5


def test_a_region_that_is_gone_rejects_and_one_that_is_new_adds(made: Made) -> None:
    tasks = annotate(written(made))
    for words in ("We will open", "我们将"):
        found = result(tasks, words)
        found[:] = [part for part in found if part.get("id", "").endswith("_force")]
    text = task_of(tasks, "welcomed the delegates")["data"]["text"]
    result(tasks, "welcomed the delegates").extend(
        [
            region("Xy_1", "statement", text, "The Ferry Board welcomed the delegates"),
            force("Xy_1", "commitment"),
            region("Xy_2", "bearer", text, "Ferry Board"),
            {"type": "relation", "from_id": "Xy_2", "to_id": "Xy_1", "direction": "right", "labels": ["of"]},
        ]
    )
    assert give_back(made, tasks) == 0
    states = [d.state for d in log(made).values()]
    assert (states.count("rejected"), states.count("added")) == (2, 1)
    (added,) = [d for d in log(made).values() if d.state == "added"]
    assert (added.changes["force"], added.changes["bearer"]) == ("commitment", "Ferry Board")
    desk = made.desk()
    assert desk.row(desk.items[added.statement_id]).quote == "The Ferry Board welcomed the delegates"
    before = len(log(made))
    assert give_back(made, tasks) == 0
    assert len(log(made)) == before


def test_moved_ends_of_a_statement_are_kept(made: Made) -> None:
    tasks = annotate(written(made))
    (statement,) = regions(result(tasks, "We will open"), "statement")
    text = task_of(tasks, "We will open")["data"]["text"]
    statement["value"] |= {"end": len(text) - 1, "text": text[:-1]}
    assert give_back(made, tasks) == 0
    desk = made.desk()
    (item,) = [i for i in desk.items.values() if i.predicted.bearer == "We"]
    assert desk.state(item.id) == "corrected"
    assert desk.row(item).quote == "We will open two new piers where possible"


def test_an_export_from_before_a_decision_does_not_take_it_back(made: Made) -> None:
    old = annotate(written(made))
    tasks = annotate(written(made))
    for part in result(tasks, "Each Party shall keep"):
        if part.get("from_name") == "force":
            part["value"]["choices"] = ["recommendation"]
    assert give_back(made, tasks, "bea") == 0
    before = log(made)
    assert give_back(made, old, "bea") == 0
    assert log(made) == before


def two(made: Made, tasks: Tasks) -> None:
    result(tasks, "Each Party shall keep")
    task_of(tasks, "Each Party shall keep")["annotations"] *= 2


def loose(made: Made, tasks: Tasks) -> None:
    text = task_of(tasks, "Operators should")["data"]["text"]
    result(tasks, "Operators should").append(region("Q", "hedge", text, "should"))


def no_force(made: Made, tasks: Tasks) -> None:
    text = task_of(tasks, "welcomed")["data"]["text"]
    result(tasks, "welcomed").append(region("Q", "statement", text, "welcomed the delegates"))


def one_of_them(name: str) -> Callable[[Made, Tasks], None]:
    def change(made: Made, tasks: Tasks) -> None:
        task = task_of(tasks, "Each Party shall keep")
        (slot,) = regions(task["annotations"][0]["result"], "bearer")
        if name == "text":
            task["data"]["text"] += " "
        elif name == "passage":
            task["data"]["passage"] = "p-000000000000"
        elif name == "words":
            slot["value"]["text"] = "Nobody"
        elif name == "label":
            slot["value"]["labels"] = ["payer"]
        elif name == "number":
            slot["value"]["start"] = "0"
        elif name == "twice":
            task["annotations"][0]["result"].append(dict(slot, id="Q"))
        elif name == "actor":
            task["annotations"][0]["result"].append(dict(slot, id="Q", value=slot["value"] | {"labels": ["actor"]}))
        elif name == "forces":
            for part in task["annotations"][0]["result"]:
                if part["from_name"] == "passage_force":
                    part["value"]["choices"] = ["none"]
                    break

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (two, "2 annotations"),
        (loose, "belongs to no one statement"),
        (no_force, "has a force of"),
        (one_of_them("text"), "its text is not the passage's"),
        (one_of_them("passage"), "no passage of this run has this id"),
        (one_of_them("words"), "does not fit the words"),
        (one_of_them("label"), "one label of"),
        (one_of_them("number"), "no whole numbers"),
        (one_of_them("twice"), "2 regions labelled bearer"),
        (one_of_them("actor"), "actors were marked"),
        (one_of_them("forces"), "forces of the passage were changed"),
    ],
)
def test_what_cannot_be_placed_is_refused_and_the_others_are_taken(
    made: Made, change: Callable[[Made, Tasks], None], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = annotate(written(made))
    change(made, tasks)
    assert give_back(made, tasks) == 1
    assert reason in capsys.readouterr().err
    assert len(log(made)) >= 7


@pytest.mark.parametrize("content", ["", "{}", "[" * 200_000, '[{"text": "x"}]', "[1]", "\x00"])
def test_a_file_that_is_no_export_is_refused_whole(made: Made, content: str) -> None:
    file = made.output.parent / "bad.json"
    file.write_text(content, "utf-8")
    with pytest.raises(ReviewError):
        import_tasks(file, made.output, "ann", made.config, clock())
    assert not made.reviews.exists()


@pytest.mark.parametrize(
    ("text", "start", "end", "words", "place"),
    [
        ("abc", 1, 2, "b", (1, 2)),
        ("🐎bc", 1, 2, "b", (1, 2)),
        ("🐎bc", 2, 3, "b", (1, 2)),
        ("𠮷港各方", 2, 4, "各方", (2, 4)),
        ("𠮷港各方", 3, 5, "各方", (2, 4)),
        ("🐎bc", 1, 3, "b", None),
        ("abc", 2, 1, "b", None),
        ("abc", 1, 9, "b", None),
        ("abc", -1, 2, "b", None),
        ("abc", 0, 3, None, (0, 3)),
        ("🐎bc", 0, 3, None, None),
    ],
)
def test_offsets(text: str, start: int, end: int, words: str | None, place: tuple[int, int] | None) -> None:
    assert offsets(text, start, end, words) == place
