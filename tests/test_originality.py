"""The labelled works and clauses are the project's own writing: none of their passages is made of somebody else's words.

Runs of eight English words or twelve Chinese characters that also stand in the treaties, reports and labelled sentences of
``../shared`` are looked for; where these cover most of a passage, the passage was written from memory of a real text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import opencc
import pytest

from pipeline.clauses import read_clauses
from pipeline.works import read_works

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
RUN = {"en": 8, "zh": 12}
MOST = 0.5


def units(text: str, lang: str, simplified: opencc.OpenCC) -> list[str]:
    if lang == "en":
        return re.sub(r"[^a-z0-9 ]", "", text.lower()).split()
    return list(re.sub(r"[^\u4e00-\u9fff]", "", simplified.convert(text)))


def others() -> Iterator[tuple[str, str]]:
    for file in sorted((SHARED / "data" / "treaties").glob("*.json")):
        treaty = json.loads(file.read_text(encoding="utf-8"))
        articles = treaty.get("articles") or [a for c in treaty.get("chapters", []) for a in c.get("articles", [])]
        for lang in RUN:
            yield treaty.get(f"preamble_{lang}", ""), lang
            for article in articles:
                yield article.get(f"content_{lang}", ""), lang
    for file in sorted((SHARED / "data" / "align").glob("*.tmx")):
        for side in ElementTree.parse(file).getroot().iter("tuv"):
            lang = next(value for key, value in side.attrib.items() if key.endswith("lang"))[:2]
            yield "".join(side.find("seg").itertext()), lang
    for file in sorted((SHARED / "gold").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield row["text"], row["lang"]


@pytest.mark.skipif(not (SHARED / "data" / "treaties").is_dir(), reason="../shared is not there to compare with")
def test_no_passage_is_made_of_the_words_of_a_real_text():
    simplified = opencc.OpenCC("t2s")
    known: dict[str, set[tuple[str, ...]]] = {"en": set(), "zh": set()}
    for text, lang in others():
        words = units(text, lang, simplified)
        known[lang].update(tuple(words[i : i + RUN[lang]]) for i in range(len(words) - RUN[lang] + 1))
    assert all(known.values())
    copied = []
    written = [(p.work, p.lang, p.text) for work in read_works(ROOT / "corpus" / "works") for p in work.passages]
    written += [(c.source, c.lang, c.text) for c in read_clauses(ROOT / "corpus" / "clauses")]
    for source, lang, text in written:
        words = units(text, lang, simplified)
        run = RUN[lang]
        covered = {
            k
            for i in range(len(words) - run + 1)
            if tuple(words[i : i + run]) in known[lang]
            for k in range(i, i + run)
        }
        if words and len(covered) > MOST * len(words):
            copied.append(f"{source}: {text}")
    assert not copied
