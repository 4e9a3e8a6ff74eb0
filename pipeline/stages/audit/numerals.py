"""The values of number words: "two hundred and fifty", 一亿二千万, 1.67万亿."""

from __future__ import annotations

import re

from pipeline.lexicons import lexicon


def words_value(words: str) -> float:
    """The value of English number words in small letters: "two hundred and fifty", "a million"."""
    numbers = lexicon("units")["numbers"]
    total = part = 0.0
    for word in re.split(r"[- ]", words):
        if word in numbers["en"]:
            part += numbers["en"][word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in numbers["en_scales"]:
            total, part = total + (part or 1) * numbers["en_scales"][word], 0.0
    return total + part


def hanzi(words: str) -> float:
    """The value of a Chinese number in figures, characters or both: 1.67万亿, 二十五, 3千, 二〇三五."""
    numbers = lexicon("units")["numbers"]
    words = re.sub("[,，多余]", "", words)
    whole, point, tail = words.partition("点")
    total = section = 0.0
    digit: float | None = None
    for token in re.findall(r"\d+(?:\.\d+)?|.", whole):
        if token[0].isdigit():
            digit = float(token)
        elif token in numbers["zh"]:
            digit = numbers["zh"][token] if digit is None else digit * 10 + numbers["zh"][token]
        elif token in numbers["zh_tens"]:
            section, digit = section + (1 if digit is None else digit) * numbers["zh_tens"][token], None
        elif token in numbers["zh_scales"]:
            # 万亿 is a scale of its own: what stands before it, however it was made, is multiplied.
            before = section + (digit or 0)
            total = (
                (total + before or 1) * numbers["zh_scales"][token] if token in "亿億" else total + (before or 1) * 1e4
            )
            section, digit = 0.0, None
    value = total + section + (digit or 0)
    if point:
        value += float("0." + "".join(str(numbers["zh"].get(char, 0)) for char in tail))
    return value
