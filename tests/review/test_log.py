"""The log of decisions: only added to, on the disk before it is said to be, and one word a statement out of many."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from pipeline.export.decisions import Decision, ReviewError, decisions, read_log
from pipeline.review.log import Log, check_name
from pipeline.train.reviews import reviewed


def said(statement: str, state: str = "accepted", **more: object) -> Decision:
    return msgspec.convert({"statement_id": statement, "state": state, **more}, Decision)


def test_what_is_added_is_on_the_disk_and_is_read_by_others(tmp_path: Path) -> None:
    log, other = Log(tmp_path / "r"), Log(tmp_path / "r")
    (written,) = log.add("李 雷", [said("s-1", time="2031-01-01T00:00:00+00:00", note="对")])
    lines = (tmp_path / "r" / "李 雷.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 1
    assert "对" in lines[0]
    assert other.refresh() == {"s-1"}
    assert other.history("s-1") == [written]
    assert written.reviewer == "李 雷"
    assert decisions(tmp_path / "r")["s-1"].state == "accepted"


def test_the_same_work_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        log = Log(tmp_path / name)
        log.add("ann", [said("s-1"), said("s-2", "rejected")])
        log.undo("ann", "2031-01-01")
    assert (tmp_path / "a" / "ann.jsonl").read_bytes() == (tmp_path / "b" / "ann.jsonl").read_bytes()


def test_ids_are_never_used_twice(tmp_path: Path) -> None:
    log = Log(tmp_path)
    for _ in range(5):
        log.add("ann", [said("s-1")])
    log.add("ben", [said("s-1"), said("s-1")])
    keys = [line.id for line in read_log(tmp_path)]
    assert len(set(keys)) == len(keys) == 7


def test_undo_takes_back_the_last_thing_with_its_batch_and_only_ones_own(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.add("ann", [said("s-1")])
    log.add("ann", [said("s-1", "corrected", changes={"bearer": "We"}), said("s-2", "rejected")])
    log.add("ben", [said("s-3")])
    assert {line.statement_id for line in log.undo("ann", "")} == {"s-1", "s-2"}
    assert {key: d.state for key, d in decisions(tmp_path).items()} == {"s-1": "accepted", "s-3": "accepted"}
    assert [line.statement_id for line in log.undo("ann", "")] == ["s-1"]
    assert log.undo("ann", "") == ()
    assert set(decisions(tmp_path)) == {"s-3"}


def test_a_note_decides_nothing(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.add("ann", [said("s-1", "rejected")])
    log.add("ann", [said("s-1", "unreviewed", note="ask the ministry")])
    assert decisions(tmp_path)["s-1"].state == "rejected"
    assert len(log.history("s-1")) == 2


@pytest.mark.parametrize(
    ("mine", "theirs", "conflict"),
    [
        (said("s"), said("s"), False),
        (said("s", "rejected"), said("s", "rejected"), False),
        (said("s", "corrected", changes={"force": "permission"}), said("s", "corrected", changes={"force": "permission"}), False),
        (said("s"), said("s", "corrected", changes={"force": "obligation"}, seen={"force": "obligation"}), False),
        (said("s"), said("s", "rejected"), True),
        (said("s"), said("s", "corrected", changes={"force": "permission"}), True),
        (said("s", "corrected", changes={"bearer": "A"}), said("s", "corrected", changes={"bearer": "B"}), True),
    ],
)  # fmt: skip
def test_who_does_not_agree_is_in_conflict_whoever_came_last(
    tmp_path: Path, mine: Decision, theirs: Decision, conflict: bool
) -> None:
    for order, names in enumerate((("ann", "ben"), ("ben", "ann"))):
        log = Log(tmp_path / str(order))
        log.add(names[0], [mine])
        log.add(names[1], [theirs])
        assert (decisions(tmp_path / str(order))["s"].state == "conflict") is conflict


def test_a_conflict_is_settled_until_somebody_says_something_new(tmp_path: Path) -> None:
    log = Log(tmp_path)
    (mine,) = log.add("ann", [said("s")])
    (theirs,) = log.add("ben", [said("s", "rejected")])
    log.add("cleo", [said("s", "corrected", changes={"force": "permission"}, settles=[mine.id, theirs.id])])
    settled = decisions(tmp_path)["s"]
    assert (settled.state, settled.changes) == ("corrected", {"force": "permission"})
    log.add("ben", [said("s", "rejected")])
    assert decisions(tmp_path)["s"].state == "conflict"
    log.undo("ben", "")
    assert decisions(tmp_path)["s"].state == "corrected"


def test_conflicts_teach_nothing(tmp_path: Path) -> None:
    passage = {"id": "p", "document": "d", "text": "We will act.", "lang": "en"}
    log = Log(tmp_path)
    log.add("ann", [said("s", force="commitment", passage=passage)])
    assert [example.force for example in reviewed(tmp_path)] == [("commitment",)]
    log.add("ben", [said("s", "rejected", force="commitment", passage=passage)])
    assert reviewed(tmp_path) == []


@pytest.mark.parametrize("name", ["ann", "李雷", "Ann Lee", "a.b-c_d", "7"])
def test_names_that_can_be_files(name: str) -> None:
    assert check_name(f" {name} ") == name


@pytest.mark.parametrize(
    "name", ["", "..", "a/b", "a\\b", ".hidden", "CON", "nul.x", "a" * 41, "a\nb", "a:b", "-x", "x."]
)
def test_names_that_cannot(name: str, tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="reviewer's name"):
        Log(tmp_path).add(name, [said("s")])
    assert not list(tmp_path.iterdir())


def test_a_line_that_was_cut_off_is_not_a_decision_and_spoils_none_after_it(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.add("ann", [said("s-1")])
    with (tmp_path / "ann.jsonl").open("ab") as file:
        file.write(b'{"statement_id":"s-2","sta')
    assert set(decisions(tmp_path)) == {"s-1"}
    fresh = Log(tmp_path)
    fresh.refresh()
    fresh.add("ann", [said("s-3")])
    assert set(decisions(tmp_path)) == {"s-1", "s-3"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json\n", "ann.jsonl, line 2"),
        (b'{"statement_id":"s","state":"maybe"}\n', "line 2"),
        (b'{"statement_id":"s","state":"corrected","changes":{"quote":"x"}}\n', "'quote' cannot be changed"),
    ],
)
def test_a_line_that_is_no_decision_is_told_with_its_place(tmp_path: Path, line: bytes, reason: str) -> None:
    Log(tmp_path).add("ann", [said("s-1")])
    with (tmp_path / "ann.jsonl").open("ab") as file:
        file.write(line)
    with pytest.raises(ReviewError, match=reason):
        decisions(tmp_path)
    with pytest.raises(ReviewError, match=reason):
        Log(tmp_path).refresh()


def test_several_desks_write_to_one_folder_at_once(tmp_path: Path) -> None:
    def work(name: str) -> None:
        log = Log(tmp_path)
        for number in range(25):
            log.add(name, [said(f"s-{number}", note="。" * 200)])

    threads = [threading.Thread(target=work, args=(name,)) for name in ("ann", "ann", "ben", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_log(tmp_path)) == 100


def test_a_file_that_a_merge_has_written_anew_is_read_anew(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.add("ann", [said("s-1"), said("s-2")])
    path = tmp_path / "ann.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    merged = tmp_path / "merged"
    merged.write_bytes(b'{"statement_id":"s-9","state":"rejected"}\n' + b"".join(lines))
    merged.replace(path)
    log.refresh()
    assert {key: found.decision.state for key, found in log.standings().items()} == {
        "s-9": "rejected", "s-1": "accepted", "s-2": "accepted",
    }  # fmt: skip
    path.unlink()
    log.refresh()
    assert log.standings() == {}


KILLED = """
import sys
from pathlib import Path
from pipeline.export.decisions import Decision
from pipeline.review.log import Log
log = Log(Path(sys.argv[1]))
for number in range(100000):
    log.add("ann", [Decision(statement_id=f"s-{number}", state="accepted")])
    print(number, flush=True)
"""


def test_what_was_said_to_be_saved_outlives_a_kill(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    confirmed = [int(process.stdout.readline()) for _ in range(30)]
    process.kill()
    confirmed += [int(line) for line in process.stdout.read().splitlines() if line.strip()]
    process.wait()
    known = decisions(tmp_path)
    assert len(confirmed) >= 30
    assert all(f"s-{number}" in known for number in confirmed)
