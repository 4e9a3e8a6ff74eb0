"""Differences in force, negation and hedge: what the words say, and what the tags of both languages make of it.

A difference of force needs three witnesses. The tags of the two languages differ; one language says the force in so many
words, or both tags are sure; and the other language has not even a word that might carry it. Words alone do not decide (may
is no permission in "may arise"), and tags alone do not either: two models' errors are more common than two drafters'.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import permutations

from pipeline.lexicons import lexicon
from pipeline.records import FORCES, OPERATIVE_FORCES, Force, Lang
from pipeline.stages.audit.parts import clause_pairs
from pipeline.stages.audit.sides import NAMES, Found, Pair, Severity, Side, busy, cues, denials, denies, hints, says

# Thresholds are chosen on the works of the train and dev splits and on government reports, for few false alarms.
UNLIKELY = 0.1
POSSIBLE = 0.25
FAIR = 0.6
SURE = 0.85
# Where the other language has a word that might carry a force, it is still another force if both are as sure as this: how
# likely the force that is said, how likely the one instead, and whether only a binding text is so exact.
CLASH: dict[tuple[Force, Force], tuple[float, float, bool]] = {
    ("obligation", "permission"): (0.6, 0.8, False),
    ("permission", "obligation"): (0.6, 0.8, False),
    ("obligation", "recommendation"): (0.6, 0.8, True),
    ("permission", "constitutive"): (0.6, 0.8, True),
    ("obligation", "prohibition"): (0.8, 0.9, False),
    ("prohibition", "obligation"): (0.8, 0.85, False),
    ("obligation", "commitment"): (0.8, 0.95, False),
    ("recommendation", "obligation"): (0.9, 0.9, False),
    ("recommendation", "commitment"): (0.9, 0.9, False),
}
# Pairs that contradict each other wherever both stand in so many words. 应 and should are none: a paper's 应 is advice.
OUTRIGHT: tuple[frozenset[Force], ...] = (
    frozenset({"obligation", "permission"}),
    frozenset({"obligation", "prohibition"}),
    frozenset({"permission", "prohibition"}),
    frozenset({"prohibition", "recommendation"}),
)
# Forces that no translation takes for each other.
CONTRARY: tuple[frozenset[Force], ...] = (
    *OUTRIGHT,
    frozenset({"permission", "recommendation"}),
    frozenset({"permission", "commitment"}),
    frozenset({"permission", "declaration"}),
    frozenset({"permission", "constitutive"}),
    frozenset({"obligation", "recommendation"}),
    frozenset({"obligation", "declaration"}),
    frozenset({"commitment", "prohibition"}),
    frozenset({"commitment", "recommendation"}),
    frozenset({"declaration", "prohibition"}),
)
# Words of these forces are counted against each other, the narrower first ("shall not" before "shall").
OPERATORS: tuple[Force, ...] = ("prohibition", "permission", "obligation")
# How far a denial reaches, in characters: anywhere before the word in its clause in English, next to it in Chinese.
BEFORE: dict[Lang, int] = {"en": 400, "zh": 4}
BEHIND: dict[Lang, int] = {"en": 60, "zh": 3}
# A denied subject may have commas in it ("No restriction other than duties, taxes or charges may").
CLAUSE_START = {"en": re.compile(r"[;:.]"), "zh": re.compile("[，；：。]")}
CLAUSE_END = {"en": re.compile(r"[,;:.]"), "zh": re.compile("[，；：。]")}
# Where nothing binds, 应 may be either of duty and advice, and these words answer to it.
SHOULD = frozenset({"should", "应该"})
# In a binding text, a force that one language adds in so many words to what both say.
ADDED: frozenset[tuple[Force, Force]] = frozenset(
    {
        ("prohibition", "permission"),
        ("prohibition", "obligation"),
        ("permission", "obligation"),
        ("permission", "prohibition"),
        ("obligation", "permission"),
    }
)
STRONG: frozenset[str] = frozenset({"obligation", "prohibition"})
# Between these a good translation goes to and fro: will and 要, should and a bare verb, a report and a plan.
SOFT: frozenset[str] = frozenset({"commitment", "recommendation", "declaration", "none"})
# A duty and a rule that just states what is done ("is housed", 应同居): only sure tags tell them apart.
NEAR: frozenset[str] = frozenset({"obligation", "constitutive", "commitment"})
# Hedges that are one wherever they stand; the others only where the tags hold them to be one.
PLAIN = frozenset({"appropriate", "possible", "means", "need", "principle"})
MEANS = {
    "obligation": "a duty",
    "prohibition": "a ban",
    "permission": "a right or power",
    "commitment": "a pledge",
    "recommendation": "advice",
    "declaration": "a plain statement",
    "constitutive": "a rule that binds nobody",
    "none": "no statement",
}


def force(pair: Pair) -> Iterator[Found]:
    """At most one difference of force: the first that one side says outright and the other does not."""
    extra = [found for one, other in pair.both for found in _extra(one, other)]
    yield from (extra or _against(pair) or _acts(pair) or _contrary(pair))[:1]


def _against(pair: Pair) -> list[Found]:
    """Words of duty, right and ban that are left on both sides when those that answer to each other are taken away."""
    found = {side.lang: operators(side) for side, _ in pair.both}
    counts = {lang: Counter(name for name, _ in words) for lang, words in found.items()}
    left = {"zh": counts["zh"] - counts["en"], "en": counts["en"] - counts["zh"]}
    if pair.zh.forces == pair.en.forces or any(words[None] for words in left.values()):
        return []

    def free(side: Side, name: Force) -> bool:
        """Whether no clause with a word of this force denies anything: a ban may stand in other words than those of one."""
        return not any(denies(clause, side.lang) for word, clause in found[side.lang] if word == name)

    return [
        _difference(one, name, other, against)
        for one, other in pair.both
        for name, against in permutations(OPERATORS, 2)
        if left[one.lang][name]
        and left[other.lang][against]
        and {name, against} in OUTRIGHT
        and (name != "prohibition" or free(other, against))
        and (against != "prohibition" or free(one, name))
    ]


def operators(side: Side) -> list[tuple[Force | None, str]]:
    """The words of a side that lay a duty, give a right or forbid, with their clauses; None for a duty or right denied.

    "No State may" forbids without a word of ban, and "may only" gives less than it says: such are left open.
    """
    found: list[tuple[Force | None, str]] = []
    taken = set[int]()
    for name in OPERATORS:
        for match in cues("force", name, "says", side.lang).finditer(side.own):
            if taken.isdisjoint(range(*match.span())):
                taken.update(range(*match.span()))
                before, behind = _clause(side, match)
                near = before[-BEFORE[side.lang] :], behind[: BEHIND[side.lang]]
                denied = name != "prohibition" and any(
                    cues("denied", "", place, side.lang).search(words)
                    for place, words in zip(("before", "behind"), near, strict=True)
                )
                found.append((None if denied else name, before + match.group() + behind))
    return found


def _clause(side: Side, match: re.Match[str]) -> tuple[str, str]:
    """What stands in the clause of a match, before it and behind it."""
    before, behind = side.own[: match.start()], side.own[match.end() :]
    return CLAUSE_START[side.lang].split(before)[-1], CLAUSE_END[side.lang].split(behind)[0]


def _acts(pair: Pair) -> list[Found]:
    """What each language does in so many words and the other does not: it decides here and recommends there."""
    return next((found for part in (pair, *clause_pairs(pair)) if (found := _acts_apart(part))), [])


def _acts_apart(pair: Pair) -> list[Found]:
    acts = lexicon("divergence")["acts"]
    done = {
        one.lang: {
            name: words
            for name in acts
            if (words := says(one, "acts", name)) and not hints(other.text, other.lang, "acts", name)
        }
        for one, other in pair.both
    }
    return [
        Found("force", _act_severity(pair), f"Chinese says “{done['zh'][a]}” ({a}), English “{done['en'][b]}” ({b})")
        for a in done["zh"]
        for b in done["en"]
        if a != b and b not in acts[a]["like"] and a not in acts[b]["like"]
    ]


def _act_severity(pair: Pair) -> Severity:
    return _severity(_instead(pair.zh), _instead(pair.en), pair.zh)


def _contrary(pair: Pair) -> list[Found]:
    """Two tags that are sure and cannot both be right of one meaning: these need no words to show for it."""
    if len(pair.zh.tags) + len(pair.en.tags) > 2:
        return []
    zh, en = _instead(pair.zh), _instead(pair.en)
    apart = zh not in pair.en.forces and en not in pair.zh.forces
    if "permission" in (zh, en) and any(hints(side.own, side.lang, "restricting") for side, _ in pair.both):
        return []
    if apart and {zh, en} in CONTRARY and min(pair.zh.chance(zh), pair.en.chance(en)) >= SURE:
        return [_difference(pair.zh, zh, pair.en, en)]
    return []


def _extra(one: Side, other: Side) -> Iterator[Found]:
    """Forces that one side says outright, and of which the other has neither label nor word."""
    for name in FORCES:
        if name not in lexicon("divergence")["force"] or name not in one.forces or name in other.forces:
            continue
        words = says(one, "force", name)
        if not words or other.chance(name) > UNLIKELY or says(other, "force", name):
            continue
        against = _instead(other)
        if name == "prohibition" and not denies(other.text, other.lang):
            differs = min(one.chance(name), other.chance(against)) >= FAIR
        elif hints(other.text, other.lang, "force", name):
            differs = _clash(name, against, one, other) or _added(name, against, one, other)
        elif {name, against} <= SOFT or against == "none":
            differs = False
        elif {name, against} <= NEAR:
            differs = min(one.chance(name), other.chance(against)) >= SURE
        elif {name, against} <= STRONG:
            differs = min(one.chance(name), other.chance(against)) >= SURE - 0.06
        else:
            differs = other.chance(against) >= FAIR
        if differs:
            yield _difference(one, name, other, against)


def _instead(side: Side) -> Force:
    """What a side says instead: its likeliest primary force."""
    return max(FORCES, key=side.chance)


def _clash(name: Force, against: Force, one: Side, other: Side) -> bool:
    said, instead, binding = CLASH.get((name, against), (1.1, 1.1, False))
    if len(one.tags) + len(other.tags) > 2 or other.forces != {against}:
        # Where a side says several things, one of them may answer to part of the other side.
        return False
    advice = {name, against} == {"obligation", "recommendation"}
    if advice and one.status != "binding" and SHOULD & {_said(one, name).lower(), _said(other, against).lower()}:
        return False
    return one.chance(name) >= said and other.chance(against) >= instead and (one.status == "binding" or not binding)


def _added(name: Force, against: Force, one: Side, other: Side) -> bool:
    """Whether a force is an addition: the other side is sure of what both say, and has no sweeping word of its own."""
    return (
        (name, against) in ADDED
        and one.status == "binding"
        and one.tags[0].force[0] == against
        and other.chance(against) >= SURE
        and not hints(other.own, other.lang, "sweeping")
    )


def _said(side: Side, name: Force) -> str:
    return says(side, "force", name) if name in lexicon("divergence")["force"] else ""


def _severity(name: Force, against: Force, side: Side) -> Severity:
    pair = {name, against}
    if pair <= STRONG or "constitutive" in pair:
        return "low"
    if side.status == "binding" and pair & STRONG:
        return "high"
    return "medium" if pair & {*STRONG, "permission"} else "low"


def _difference(one: Side, name: Force, other: Side, against: Force) -> Found:
    """A difference of force; a ban where the other language has no word of denial at all is one of negation."""
    free = {"prohibition": other}.get(name) or {"prohibition": one}.get(against)
    turned = free is not None and not denies(free.text, free.lang)
    severity: Severity = "high" if turned else _severity(name, against, one)
    return Found("negation" if turned else "force", severity, _detail(one, _said(one, name), name, other, against))


def _detail(one: Side, words: str, name: Force, other: Side, against: Force) -> str:
    instead = _said(other, against)
    quote = f" (“{instead}”)" if instead else ""
    said = f" (“{words}”)" if words else ""
    return f"{NAMES[one.lang]} has {MEANS[name]}{said}, {NAMES[other.lang]} {MEANS[against]}{quote}"


def negation(pair: Pair) -> Iterator[Found]:
    """A plain denial in one language where nothing in the other turns or narrows the clause."""
    more = {one.lang: denials(one.own, one.lang) > denials(other.own, other.lang) for one, other in pair.both}
    for part in (pair, *clause_pairs(pair)):
        for one, other in part.both:
            words = says(one, "negation")
            if words and more[one.lang] and not hints(busy(other.text, other.lang), other.lang, "negation"):
                severity: Severity = "high" if one.forces & OPERATIVE_FORCES else "medium"
                detail = f"{NAMES[one.lang]} denies it (“{words}”), {NAMES[other.lang]} has no denial"
                yield Found("negation", severity, detail)
                return


def proviso(pair: Pair) -> Iterator[Found]:
    """An exception or condition in one language of which the other has no trace."""
    for name in lexicon("divergence")["proviso"]:
        for one, other in pair.both:
            words = says(one, "proviso", name)
            if words and not hints(busy(other.text, other.lang), other.lang, "proviso", name):
                severity: Severity = "high" if one.status == "binding" else "medium"
                detail = f"{NAMES[one.lang]} makes an exception (“{words}”), {NAMES[other.lang]} makes none"
                yield Found("missing", severity, detail)
                return


def hedge(pair: Pair) -> Iterator[Found]:
    """Words that weaken a statement in one language and have no counterpart in the other, at most one of each class."""
    for name in lexicon("divergence")["hedge"]:
        for one, other in pair.both:
            words = says(one, "hedge", name)
            marked = name in PLAIN or any(words in h.text for t in one.tags for s in t.statements for h in s.hedges)
            if words and marked and one.forces & OPERATIVE_FORCES and not hints(other.text, other.lang, "hedge", name):
                severity: Severity = "medium" if one.forces & STRONG else "low"
                yield Found(
                    "hedge", severity, f"{NAMES[one.lang]} weakens it (“{words}”), {NAMES[other.lang]} does not"
                )
                break
