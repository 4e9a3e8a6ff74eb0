"""The command: filters, exit statuses, messages; on the words of the contract."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import filters
from pipeline.cli import app
from pipeline.filters import LineError, PassageLine, TextLine, block_line, in_batches, read_lines
from pipeline.records import Block, Box, Line, Note

ROOT = Path(__file__).resolve().parents[1]


def pledgebook(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "pipeline.cli", *args], input=stdin, capture_output=True, cwd=ROOT)


COMMANDS = (
    "run",
    "parse",
    "segment",
    "tag",
    "align",
    "cluster",
    "train",
    "evaluate",
    "review",
    "export",
    "import-review",
)


@pytest.mark.parametrize("command", [*((name,) for name in COMMANDS), ("corpus", "check"), ("corpus", "build")])
def test_every_command_teaches(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert len(result.output) > 200


def test_the_list_of_commands_is_whole() -> None:
    output = CliRunner().invoke(app, ["--help"]).output
    for command in COMMANDS:
        assert command in output


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pipeline.cli", "--help"], capture_output=True, text=True, cwd=ROOT
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert not imported & {"numpy", "spacy", "onnxruntime", "polars", "sklearn", "jieba", "torch", "pypdfium2"}


def test_the_flow_is_read_without_models_or_heavy_libraries() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from pipeline.flow import stages; stages()"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"spacy", "onnxruntime", "polars", "sklearn", "torch", "rapidocr", "cv2"}


@pytest.mark.parametrize(
    ("lines", "number", "reason"),
    [
        (b'{"id": 1, "text": "a"}\n{"id": 2}\n', 2, "missing required field text"),
        (b'{"id": 1, "text": "a"}\n\n', 2, "the line is blank"),
        (b"not json\n", 1, "JSON is malformed"),
        (b'{"id": 1, "text": 5}\n', 1, "Expected str, got int in text"),
        (b"[1, 2]\n", 1, "Expected object, got array"),
        (b'{"id": 1, "text": "\xff"}\n', 1, "not UTF-8|invalid"),
        (b'{"id": 1, "text": "a"}\n{"id": 1, "te', 2, "truncated"),
    ],
)
def test_malformed_lines_are_named(lines: bytes, number: int, reason: str) -> None:
    with pytest.raises(LineError, match=rf"line {number}: .*({reason})"):
        list(read_lines(TextLine, io.BytesIO(lines)))


def test_a_malformed_line_ends_the_filter_with_status_2_after_what_was_before_it() -> None:
    done = pledgebook("segment", stdin='{"id": "a", "text": "各国应提交报告。第二句。"}\n{"id": 7}\n'.encode())
    assert done.returncode == 2
    assert "line 2: Object missing required field text" in done.stderr.decode()
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a"]


def test_segment_gives_a_line_for_a_line_in_order() -> None:
    texts = ["各缔约国应提交报告。委员会应审议。", "Each Party shall report. The Board shall meet.", "", "2030"]
    stdin = b"".join(json.dumps({"id": i, "text": t, "more": 1}).encode() + b"\n" for i, t in enumerate(texts))
    done = pledgebook("segment", stdin=stdin)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == [0, 1, 2, 3]
    assert [line["lang"] for line in lines[:2]] == ["zh", "en"]
    assert [texts[0][a:b] for a, b in lines[0]["sentences"]] == ["各缔约国应提交报告。", "委员会应审议。"]
    for text, line in zip(texts, lines, strict=True):
        assert all(0 <= a < b <= len(text) for a, b in line["tokens"] + line["sentences"])


def test_batches_keep_order_and_answer_everything(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    count = filters.BATCH * 2 + 3
    sizes: list[int] = []

    def answer(batch):  # type: ignore[no-untyped-def]
        sizes.append(len(batch))
        return [{"id": line.id} for line in batch]

    lines = [json.dumps({"id": i, "text": "x"}).encode() for i in range(count)]
    in_batches(read_lines(PassageLine, lines), answer)
    found = [json.loads(line)["id"] for line in capfdbinary.readouterr().out.splitlines()]
    assert found == list(range(count))
    assert sizes == [filters.BATCH, filters.BATCH, 3]


def test_a_mark_at_the_start_of_the_input_is_no_part_of_it() -> None:
    assert next(read_lines(TextLine, [b'\xef\xbb\xbf{"id": 1, "text": "a"}'])).text == "a"


def box(page: int, top: float, x0: float = 50) -> Box:
    return Box(page=page, x0=x0, top=top, x1=x0 + 100, bottom=top + 12)


def block(*boxes: Box) -> Block:
    lines = tuple(Line(start=i, end=i + 1, box=b) for i, b in enumerate(boxes))
    return Block(
        id="b", document="d", ordinal=0, kind="paragraph", lang="en", text="x" * max(1, len(boxes)), page=1,
        lines=lines, notes=(Note(offset=1, marker="①"),),
    )  # fmt: skip


def test_a_block_on_one_place_has_no_spans() -> None:
    line = block_line(block(box(1, 100), box(1, 114)), "a.pdf")
    assert line["bbox"] == [50, 100, 150, 126]
    assert "spans" not in line
    assert line["notes"] == [{"offset": 1, "marker": "①"}]


@pytest.mark.parametrize(
    ("boxes", "places"),
    [
        ((box(1, 700), box(2, 60)), [(1, [50, 700, 150, 712]), (2, [50, 60, 150, 72])]),
        ((box(1, 700), box(1, 60, 300)), [(1, [50, 700, 150, 712]), (1, [300, 60, 400, 72])]),
        (
            (box(1, 700), box(1, 714), box(1, 60, 300), box(2, 60)),
            [(1, [50, 700, 150, 726]), (1, [300, 60, 400, 72]), (2, [50, 60, 150, 72])],
        ),
    ],
)
def test_a_block_over_columns_or_pages_has_a_span_each(
    boxes: tuple[Box, ...], places: list[tuple[int, list[float]]]
) -> None:
    line = block_line(block(*boxes), "a.pdf")
    assert [(span["page"], span["bbox"]) for span in line["spans"]] == places


def test_a_block_without_a_place_has_none() -> None:
    assert block_line(block(), "a.docx")["bbox"] is None


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("run", "no/such/folder", "--output", "{tmp}/out"), "there is no no/such/folder; name a folder or a file"),
        (("run", "{tmp}", "--output", "{tmp}/out", "--config", "{tmp}/none.toml"), "there is no configuration file"),
        (("parse", "{tmp}/none.pdf"), "there is no file"),
        (("align", "{tmp}/none.txt", "{tmp}/none.txt"), "there is no"),
        (("export", "--output", "{tmp}/none"), "holds no run; make one with: pledgebook run"),
    ],
)
def test_unusable_arguments_are_status_2_with_what_to_do(tmp_path: Path, args: tuple[str, ...], message: str) -> None:
    done = pledgebook(*(arg.format(tmp=tmp_path) for arg in args))
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "args", [("run",), ("run", "x", "--output", "y", "--workers", "-1"), ("run", "x", "--ouput", "y"), ("nothing",)]
)
def test_wrong_usage_is_status_2(args: tuple[str, ...]) -> None:
    assert pledgebook(*args).returncode == 2


def test_an_output_that_cannot_be_written_is_status_2(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "file").write_text("in the way")
    done = pledgebook("run", str(tmp_path / "in"), "--output", str(tmp_path / "file"))
    assert done.returncode == 2
    assert "a file stands where a folder is needed" in done.stderr.decode()


def test_works_are_checked(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("%% work\ngenre: poem\n", "utf-8")
    done = pledgebook("corpus", "check", str(tmp_path))
    assert done.returncode == 1
    assert "bad.txt" in done.stderr.decode()
