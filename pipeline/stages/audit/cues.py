"""Differences in force, negation and hedge: what the words say, and what the tags of both languages make of it.

A difference of force needs three witnesses. The tags of the two languages differ; one language says the force in so many
words, or both tags are sure; and the other language has not even a word that might carry it. Words alone do not decide (may
is no permission in "may arise"), and tags alone do not either: two models' errors are more common than two drafters'.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.lexicons import lexicon
from pipeline.records import FORCES, OPERATIVE_FORCES, Force
from pipeline.stages.audit.sides import NAMES, Found, Pair, Severity, Side, denies, hints, says

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
PLAIN = frozenset({"appropriate", "possible", "need"})
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
    yield from (extra or _against(pair) or _turned(pair))[:1]


def _against(pair: Pair) -> list[Found]:
    """Each language says outright what the other neither says nor is tagged with: 应 against may, 不得 against shall."""
    found: list[Found] = []
    if len(pair.zh.tags) + len(pair.en.tags) > 2:
        return found
    for one, other in pair.both:
        for name in sorted(one.forces - other.forces):
            for against in sorted(other.forces - one.forces):
                sure = min(one.chance(name), other.chance(against)) >= POSSIBLE
                only = _said(one, name) and not _said(one, against)
                if {name, against} in OUTRIGHT and sure and only and _said(other, against) and not _said(other, name):
                    found.append(_difference(one, name, other, against))
    return found


def _turned(pair: Pair) -> list[Found]:
    """A right in one language where the other forbids: the one clash in which the tags need no words beside them."""
    for one, other in pair.both:
        against = _instead(other)
        if len(one.tags) + len(other.tags) > 2 or against != "prohibition":
            continue
        apart = "permission" not in other.forces and against not in one.forces
        if apart and min(one.chance("permission"), other.chance(against)) >= SURE:
            words = f" (“{said}”)" if (said := _said(other, against)) else ""
            detail = f"{NAMES[one.lang]} has {MEANS['permission']}, {NAMES[other.lang]} {MEANS[against]}{words}"
            return [Found("force", _severity("permission", against, one), detail)]
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
    return f"{NAMES[one.lang]} has {MEANS[name]} (“{words}”), {NAMES[other.lang]} {MEANS[against]}{quote}"


def negation(pair: Pair) -> Iterator[Found]:
    """A plain denial in one language where nothing in the other turns or narrows the clause."""
    for one, other in pair.both:
        words = says(one, "negation")
        if words and not hints(other.text, other.lang, "negation"):
            severity: Severity = "high" if one.forces & OPERATIVE_FORCES else "medium"
            yield Found(
                "negation", severity, f"{NAMES[one.lang]} denies it (“{words}”), {NAMES[other.lang]} has no denial"
            )
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
