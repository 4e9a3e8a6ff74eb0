"""Settings: the file holds the defaults, and what is not allowed is refused with what is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import DEFAULT_FILE, Config, ConfigError, cores, load


def test_the_file_holds_every_default() -> None:
    import tomllib

    data = tomllib.loads(DEFAULT_FILE.read_text("utf-8"))
    assert load(DEFAULT_FILE) == Config()
    assert list(data) == list(Config.__struct_fields__)
    for section, values in data.items():
        assert list(values) == list(type(getattr(Config(), section)).__struct_fields__), section


def test_every_default_has_a_comment() -> None:
    for line in DEFAULT_FILE.read_text("utf-8").splitlines():
        if line.startswith("["):
            assert "#" in line, line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[rum]\nworkers = 1", r"no section \[rum\]; did you mean 'run'\? Allowed: run, parse"),
        ("[run]\nworker = 1", r"section \[run\] has no key 'worker'; did you mean 'workers'\?"),
        ("[run]\nworkers = -1", r"\[run\] workers: expected int >= 0"),
        ("[run]\nworkers = 'two'", r"\[run\] workers: expected int, got str"),
        ("[parse]\nocr = 'maybe'", r"\[parse\] ocr: 'maybe' is not allowed; allowed: always, auto, off"),
        ("run = 3", r"\[run\] is a section"),
        ("[run\n", "is not TOML"),
    ],
)
def test_what_is_not_allowed(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=message):
        load(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no configuration file"):
        load(tmp_path / "none.toml")


def test_a_part_of_a_file_and_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[run]\nworkers = 3\nseconds = 7\n", "utf-8")
    config = load(file, {"run": {"workers": 5, "executor": None}})
    assert (config.run.workers, config.run.seconds, config.run.executor) == (5, 7, "local")


def test_a_worker_uses_its_share_of_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEDGEBOOK_THREADS", "3")
    assert cores() == 3
    monkeypatch.delenv("PLEDGEBOOK_THREADS")
    assert cores() >= 1
