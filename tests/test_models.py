"""Versions of models: cards, hashes, promotion and rollback."""

from __future__ import annotations

import pytest

from pipeline import models


def version(home, name, content="x"):
    folder = home / "force" / name
    folder.mkdir(parents=True)
    (folder / "weights.bin").write_text(content)
    models.write_card(folder, {"made": "for a test"})
    return folder


def test_promote_and_roll_back(tmp_path):
    version(tmp_path, "v1")
    version(tmp_path, "v2", "y")
    models.promote(tmp_path, "force", "v1")
    models.promote(tmp_path, "force", "v2")
    assert models.current(tmp_path, "force").name == "v2"
    assert models.rollback(tmp_path, "force") == ("v2", "v1")
    assert models.current(tmp_path, "force").name == "v1"
    with pytest.raises(models.ModelError, match="nothing to roll back to"):
        models.rollback(tmp_path, "force")


def test_an_altered_file_is_refused(tmp_path):
    folder = version(tmp_path, "v1")
    assert models.check(folder)["made"] == "for a test"
    (folder / "weights.bin").write_text("other")
    with pytest.raises(models.ModelError, match="is not the file its card was written for"):
        models.check(folder)


def test_a_missing_file_or_card_is_named(tmp_path):
    folder = version(tmp_path, "v1")
    (folder / "weights.bin").unlink()
    with pytest.raises(models.ModelError, match=r"lacks weights\.bin"):
        models.check(folder)
    with pytest.raises(models.ModelError, match="no card"):
        models.check(tmp_path)
    with pytest.raises(models.ModelError, match="there is no model 'encoder'"):
        models.current(tmp_path, "encoder")
