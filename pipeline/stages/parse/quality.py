"""Judges whether the text of a page can be what a reader sees: a page without text, or with garbled text, is doubted.

Signs of garbling: characters without a Unicode value or of a private area, "(cid:12)" in the text, control characters,
letters of scripts that neither language uses where a font's map is wrong, and a hidden layer of broken words and strange
signs, made by a poor optical recognition. Each is a share of the page's characters; a page is doubted from ``WORST`` on.
"""

from __future__ import annotations

import re

from pipeline.stages.parse.model import Page

# The share of wrong characters from which a page is not to be believed. Formulas and symbols stay far below it.
WORST = 0.15
FEW = 8
CID = re.compile(r"\(cid:\d+\)")
# Scripts that stand in neither language's policy texts in any number; whole lines in them mean a wrong map.
FOREIGN = re.compile(
    "[\u0080-\u009f\u0100-\u024f\u0250-\u036f\u0530-\u1fff\u2c00-\u2dff\ua000-\udfff\ue000-\uf8ff\ufff0-\uffff]"
)
ODD = re.compile(
    r"[^\w\s.,;:!?()（）\[\]\"'“”‘’，。、；：！？《》〈〉「」『』【】〔〕·—–\-…/%％&+*=#@~§°$€£<>|•●■□①-⑳]"
)


def doubt(page: Page) -> str:
    """Why a page's text is not to be believed, for a person; empty if it is."""
    text = "".join(glyph.text for glyph in page.glyphs if not glyph.text.isspace())
    if not text:
        return "the page has no text (it is a picture or empty)" if page.drawn else "the page is empty"
    wrong = share_wrong(text, page.unmapped)
    if wrong >= WORST and len(text) >= FEW:
        return f"{wrong:.0%} of the page's characters have no readable value (its fonts lack a Unicode map)"
    hidden = sum(glyph.hidden for glyph in page.glyphs)
    if hidden > 0.8 * len(text) and _poor(text):
        return "the page is a scan whose hidden text is too poor to use"
    covered = max((min(1.0, p.width * p.height / (page.frame[0] * page.frame[1])) for p in page.pictures), default=0.0)
    if covered > 0.6 and len(text) < 40 and not hidden:
        return "the page is a picture with next to no text of its own"
    return ""


def share_wrong(text: str, unmapped: int = 0) -> float:
    """The share of characters that cannot be right.

    Args:
        text: of a page, without blanks.
        unmapped: how many characters had no Unicode value.
    """
    cids = sum(len(match.group()) for match in CID.finditer(text))
    foreign = len(FOREIGN.findall(text))
    return min(1.0, (max(unmapped, 0) + cids + foreign) / max(1, len(text)))


def _poor(text: str) -> bool:
    """Whether a hidden layer reads like a bad recognition: too many odd signs, or Latin words broken to letters."""
    odd = len(ODD.findall(text))
    return odd > 0.06 * len(text)
