"""Which files are read, what they are called, and what becomes a failure instead."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pipeline.sources import InputError, find


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_folder_is_searched_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.PDF", "a/公约 文本.docx", "c.html", "deep/er/d.md", "e.eml"):
        write(tmp_path / name, name)
    for name in (".hidden.txt", "~$open.docx", "picture.png", "notes", ".git/config.txt"):
        write(tmp_path / name, name)
    found = find([tmp_path])
    assert [s.path for s in found.sources] == [
        "a/z.PDF",
        "a/公约 文本.docx",
        "b.txt",
        "c.html",
        "deep/er/d.md",
        "e.eml",
    ]
    assert found.failures == ()


def test_ids_depend_on_content_alone(tmp_path: Path) -> None:
    one = find([write(tmp_path / "x" / "one.txt", "same").parent]).sources[0]
    two = find([write(tmp_path / "y" / "two.md", "same").parent]).sources[0]
    other = find([write(tmp_path / "z" / "one.txt", "other").parent]).sources[0]
    assert one.document == two.document != other.document


def test_several_inputs_keep_their_names_apart(tmp_path: Path) -> None:
    write(tmp_path / "a" / "in" / "x.txt", "1")
    write(tmp_path / "b" / "in" / "x.txt", "2")
    write(tmp_path / "c" / "x.txt", "3")
    found = find([tmp_path / "a" / "in", tmp_path / "b" / "in", tmp_path / "c" / "x.txt"])
    assert [s.path for s in found.sources] == ["in (2)/x.txt", "in/x.txt", "x.txt"]


def test_what_a_run_wrote_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "outputs" / "report.html", "<p>a report</p>")
    assert [s.path for s in find([tmp_path], tmp_path / "outputs").sources] == ["a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights that not every user has on Windows")
def test_links_do_not_lead_out(tmp_path: Path) -> None:
    secret = write(tmp_path / "outside" / "secret.txt", "secret")
    write(tmp_path / "in" / "a.txt", "a")
    (tmp_path / "in" / "out.txt").symlink_to(secret)
    (tmp_path / "in" / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    found = find([tmp_path / "in"])
    assert [s.path for s in found.sources] == ["a.txt"]
    assert {f.path: f.reason for f in found.failures} == {
        "out.txt": "a link that leads out of the input folder; it is not followed",
        "gone.txt": "a link that leads nowhere",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    found = find([tmp_path])
    assert [f.reason for f in found.failures] == ["not a regular file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt").chmod(0)
    assert [f.reason for f in find([tmp_path]).failures] == ["no permission to read it"]


def test_a_file_that_may_not_be_read_is_a_failure_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pipeline.sources as module

    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied")

    write(tmp_path / "a.txt")
    monkeypatch.setattr(module, "sha256_of", refuse)
    found = find([tmp_path])
    assert found.sources == ()
    assert [(f.path, f.reason) for f in found.failures] == [("a.txt", "no permission to read it")]


def test_a_file_of_another_kind_named_outright_is_a_failure(tmp_path: Path) -> None:
    found = find([write(tmp_path / "picture.png"), write(tmp_path / "a.txt", "a")])
    assert [s.path for s in found.sources] == ["a.txt"]
    assert found.failures[0].reason.startswith(".png is not read; known: .pdf")


def test_an_input_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no .*nothing; name a folder or a file"):
        find([tmp_path / "nothing"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes any bytes for a name")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb8\xdb.txt")).write_text("GB18030 name", "utf-8")
    found = find([tmp_path])
    assert [s.path for s in found.sources] == ["\ufffd\ufffd.txt"]
    assert Path(found.sources[0].file).read_text("utf-8") == "GB18030 name"


def test_accents_are_shown_the_same_on_every_system(tmp_path: Path) -> None:
    write(tmp_path / "Communique\u0301.txt")
    assert [s.path for s in find([tmp_path]).sources] == ["Communiqu\u00e9.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps two forms of one accent apart")
def test_two_forms_of_one_name_are_two_files(tmp_path: Path) -> None:
    write(tmp_path / "Communique\u0301.txt", "1")
    write(tmp_path / "Communiqu\u00e9.txt", "2")
    assert [s.path for s in find([tmp_path]).sources] == ["Communiqu\u00e9.txt", "Communiqu\u00e9.txt (2)"]
