"""Finds numbers with their units: values, ranges, tolerances, shares, in both languages.

In order: a number is read (figures or words, with its scale: 1.6 million, 9.3万, 二十亿), then what ties it to a
second one (a range, a tolerance), then its unit (a measure of the lexicon or the noun that is counted), then the
words around it that bound it (at least, 不超过, 以上). A number that is a name (article 4, 第十条, 2030年, resolution
1540) is left alone. A tolerance whose ± was lost in a PDF ("1600+300吨") is a tolerance too, because nobody writes a
sum in front of a unit.
"""

from __future__ import annotations

from pipeline.records import Lang, Quantity
from pipeline.stages.tag import quantities_en, quantities_zh


def find_quantities(text: str, lang: Lang) -> tuple[Quantity, ...]:
    """Numbers with units in a passage, in order.

    Args:
        text: the passage.
        lang: its language.

    Returns:
        Quantities whose span takes in the words that bound the number ("at least 12 ports", 50万元以上).
        ``low`` is None where there is no lower bound, ``high`` where there is no upper one; ``value`` is the middle
        of a range and the number itself of a bound. A share is in per cent (两成 is 20 %); a fraction has no unit.
    """
    return tuple(quantities_en.find(text) if lang == "en" else quantities_zh.find(text))
