"""The gazetteers are whole and broad, and a word list that is not as it must be is refused with its entry."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.lexicons import (
    ActorEntry,
    InstrumentEntry,
    LexiconError,
    entries,
    instruments,
    lexicon,
    organisations,
    states,
)
from pipeline.records import LAYER_OF_KIND


def test_every_state_has_a_code_and_names_in_both_languages() -> None:
    found = states()
    assert len(found) >= 195
    assert all(len(state.id) == 3 and state.id.isupper() and state.kind == "state" for state in found)
    assert [state.id for state in found if not state.en or not state.zh] == []


@pytest.mark.parametrize(
    ("make", "least", "bilingual"),
    [(organisations, 400, 0.95), (instruments, 300, 0.95)],
    ids=["organisations", "instruments"],
)
def test_gazetteers_are_broad_and_bilingual(make: Any, least: int, bilingual: float) -> None:
    found = make()
    assert len(found) >= least
    assert sum(bool(entry.en and entry.zh) for entry in found) >= bilingual * len(found)


def test_adopted_instruments_have_a_year_of_modern_times() -> None:
    years = [entry.year for entry in instruments() if entry.year]
    assert len(years) >= 300
    assert all(1600 < year < 2100 for year in years)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"state": {"AAA": {"en": ["Aland"], "zh": ["甲国"], "zhh": []}}}, "AAA"),
        ({"kingdom": {"AAA": {"en": ["Aland"]}}}, "kingdom"),
        ({"state": {"AAA": {"en": []}}}, "no name"),
        ({"state": {"AAA": {"en": ["Aland"]}, "BBB": {"en": ["Aland"]}}}, "Aland"),
        ({"state": {"AAA": {"en": [" Aland"]}}}, "blanks"),
        ({"state": {"AAA": {"en": ["Aland"]}}, "state_group": {"AAA": {"en": ["Alands"]}}}, "AAA"),
    ],
    ids=["unknown key", "unknown kind", "no name", "name twice", "blank", "id twice"],
)
def test_a_malformed_entry_is_refused(raw: dict[str, Any], says: str) -> None:
    with pytest.raises(LexiconError, match=says):
        entries("organisations", raw, ActorEntry, "kind")


def test_entries_that_are_right_are_read() -> None:
    raw = {"sea": {"XYZ": {"en": ["Harbour Treaty", "XYZ"], "zh": ["港湾条约"], "year": 2031}}}
    assert entries("instruments", raw, InstrumentEntry, "field") == (
        InstrumentEntry(id="XYZ", en=("Harbour Treaty", "XYZ"), zh=("港湾条约",), year=2031, field="sea"),
    )


def test_a_missing_lexicon_is_named_with_those_there_are() -> None:
    with pytest.raises(LexiconError, match=r"no lexicon 'nowhere'.*countries"):
        lexicon("nowhere")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_generic_actor_nouns_have_one_kind_each(lang: str) -> None:
    heads = lexicon("actors")[lang]["heads"]
    assert set(heads) <= set(LAYER_OF_KIND)
    owner: dict[str, str] = {}
    for kind, listed in heads.items():
        for word in listed:
            assert owner.setdefault(word, kind) == kind, word
