"""Decoding tags into spans, and what stands before a passage."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.encoder import LAYERS, WIDTHS, context, decode, log_softmax, unpack

TEXT = "The Parties shall report to 各国 now"
OFFSETS = [(0, 3), (3, 8), (8, 11), (11, 17), (17, 24), (24, 27), (27, 29), (29, 30), (30, 34)]


def scores(layer: str, tags: list[int]):
    out = np.full((len(tags), WIDTHS[layer]), -5.0, np.float32)
    out[np.arange(len(tags)), tags] = -0.1
    return log_softmax(out)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ([0] * 9, []),
        ([0, 1, 2, 0, 0, 0, 0, 0, 0], ["Parties"]),
        ([0, 1, 0, 0, 0, 0, 0, 0, 0], ["Parties"]),  # a span never cuts a word
        ([0, 0, 0, 0, 0, 0, 0, 1, 0], ["国"]),  # but Chinese characters stand alone
        ([0, 1, 2, 0, 0, 0, 1, 2, 0], ["Parties", "各国"]),
    ],
)
def test_decode(tags, found):
    # the Chinese word is two pieces here
    offsets = [*OFFSETS[:6], (28, 29), (29, 30), (30, 34)] if len(tags) == 9 else OFFSETS
    spans = decode(TEXT, offsets, scores("bearer", tags), "bearer")
    assert [TEXT[s.start : s.end] for s in spans] == found


def test_a_continuation_without_a_beginning_becomes_one_or_nothing():
    spans = decode(TEXT, OFFSETS, scores("bearer", [0, 2, 2, 0, 0, 0, 0, 0, 0]), "bearer")
    assert len(spans) <= 1


def test_types_are_those_of_the_layer():
    kind = LAYERS["actor"].index("state_group")
    spans = decode(TEXT, OFFSETS, scores("actor", [0, 2 * kind + 1, 2 * kind + 2, 0, 0, 0, 0, 0, 0]), "actor")
    assert [(s.type, s.start, s.end) for s in spans] == [("state_group", 4, 11)]
    assert 0.5 < spans[0].score <= 1


def test_unpack_reads_blocks_of_four_bits():
    scale = np.array([0.5], np.float16).view(np.uint8)
    nibbles = np.full(16, 0x9A, np.uint8)  # low nibble 10, high nibble 9
    values = unpack(np.concatenate([scale, nibbles])[None])
    assert values.shape == (1, 32)
    assert values[0, :16].tolist() == [1.0] * 16
    assert values[0, 16:].tolist() == [0.5] * 16


def test_context_leaves_out_what_is_not_known():
    assert context("") == ""
    assert context("binding") == "binding"
    assert context("political", "joint_statement", "Part I") == "political | joint statement | Part I"
