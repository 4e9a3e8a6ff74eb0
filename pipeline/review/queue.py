"""The queue: which statements a person sees, and in what order.

Filters narrow it; every word of a search must stand somewhere in the row, in either language, so a Chinese word of two
characters is found like an English one. By place, it reads like the documents. By training, what the model is least sure
of comes first (the smaller the margin between its two likeliest forces, the sooner: Scheffer and others 2001, "Active
hidden Markov models"), and each further statement of the same theme, language and force waits longer, because the tenth
of a kind teaches less than the first of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pipeline.export.decisions import Decision
from pipeline.records import FORCES, Record
from pipeline.review.desk import Desk, Item, fold
from pipeline.tables import CommitmentRow, PassageRow

# Each statement of a kind counts this much less than the one before it.
DISCOUNT = 0.9
# A force that a person chose and the model all but excludes is looked at again.
DOUBT = 0.05
DEADLINES = ("with", "without", "dated")


class Query(Record, frozen=True):
    """What the queue is asked for; empty strings ask for nothing."""

    q: str = ""
    document: str = ""
    force: str = ""
    actor: str = ""
    theme: str = ""
    lang: str = ""
    deadline: str = ""
    divergence: str = ""
    state: str = ""
    confidence: str = ""
    sort: Literal["training", "place"] = "training"


def query_of(values: Mapping[str, str]) -> Query:
    """A query from the parameters of a request; unknown ones are left aside."""
    given = {name: values.get(name, "").strip()[:200] for name in Query.__struct_fields__ if name != "sort"}
    return Query(**given, sort="place" if values.get("sort") == "place" else "training")


def margin(probabilities: Mapping[str, float]) -> float:
    """How far the likeliest force is ahead of the next one, from 0 to 1."""
    first, second, *_ = [*sorted(probabilities.values(), reverse=True), 0.0, 0.0]
    return first - second


def doubtful(decision: Decision, passage: PassageRow) -> bool:
    """Whether the model all but excludes the force that a person decided on: one of the two is in error."""
    if decision.state not in ("accepted", "corrected", "added") or not passage.probabilities:
        return False
    force = str(decision.changes.get("force", decision.force))
    return force in FORCES and passage.probabilities.get(force, 0.0) < DOUBT and force not in passage.force


def choose(desk: Desk, query: Query) -> list[Item]:
    """The statements that a query asks for, in its order."""
    words = fold(query.q).split()
    found = [item for item in desk.items.values() if _fits(desk, item, query, words)]
    return found if query.sort == "place" else by_training(desk, found)


def by_training(desk: Desk, items: Iterable[Item]) -> list[Item]:
    """Statements in the order in which deciding on them teaches most; those that are decided come last."""
    placed = sorted(items, key=lambda i: (desk.at[i.passage.id], i.start))
    order = training_order(
        [item.passage.probabilities for item in placed],
        [(item.predicted.theme, item.predicted.lang, item.predicted.force) for item in placed],
    )
    ranked = [placed[at] for at in order]
    return sorted(ranked, key=lambda item: desk.state(item.id) not in ("unreviewed", "conflict"))


def training_order(probabilities: Sequence[Mapping[str, float]], kinds: Sequence[tuple[str, ...]]) -> list[int]:
    """In which order labels teach most.

    Args:
        probabilities: of each force, for each case.
        kinds: what each case is one of; the more of a kind were taken, the less the next is worth.

    Returns:
        the places of the cases, the most useful first; of equal ones the earlier.
    """
    margins = [margin(case) for case in probabilities]
    seen: Counter[tuple[str, ...]] = Counter()
    worth: dict[int, float] = {}
    for at in sorted(range(len(margins)), key=lambda at: (margins[at], at)):
        worth[at] = (1.0 - margins[at]) * DISCOUNT ** seen[kinds[at]]
        seen[kinds[at]] += 1
    return sorted(worth, key=lambda at: (-worth[at], margins[at], at))


def _fits(desk: Desk, item: Item, query: Query, words: list[str]) -> bool:
    if words and not all(word in item.haystack for word in words):
        return False
    if query.lang and item.predicted.lang != query.lang:
        return False
    if query.document and item.predicted.document != query.document:
        return False
    if query.theme and item.predicted.theme != query.theme:
        return False
    if query.state and not _in_state(desk, item, query.state):
        return False
    if query.confidence and not item.predicted.confidence < _number(query.confidence):
        return False
    return _row_fits(desk.row(item), query)


def _row_fits(row: CommitmentRow, query: Query) -> bool:
    if query.force and row.force != query.force:
        return False
    if query.actor and fold(query.actor) not in fold(f"{row.bearer} {row.bearer_id}"):
        return False
    if (
        query.divergence
        and query.divergence not in row.divergence
        and not (query.divergence == "any" and row.divergence)
    ):
        return False
    if query.deadline == "dated":
        return bool(row.deadline_to or row.deadline_from)
    return not query.deadline or bool(row.deadline) == (query.deadline == "with")


def _in_state(desk: Desk, item: Item, state: str) -> bool:
    if state == "doubtful":
        found = desk.standing(item.id)
        return found is not None and doubtful(found.decision, item.passage)
    if state == "decided":
        return desk.state(item.id) not in ("unreviewed", "conflict")
    return desk.state(item.id) == state


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


class Agreement(Record, frozen=True):
    """How two people agree on the statements that both decided on.

    ``kappa`` is Cohen's, over the forces they give (a rejection is a category of its own); None where chance alone
    would give full agreement.
    """

    first: str
    second: str
    both: int
    same_force: int
    same_row: int
    kappa: float | None


def agreement(desk: Desk) -> list[Agreement]:
    """Agreement of every two people, from the last word of each on each statement, settled or not."""
    pairs: dict[tuple[str, str], list[tuple[Decision, Decision]]] = {}
    for found in desk.log.standings().values():
        last = sorted({line.reviewer: line for line in found.all}.items())
        for at, (name, mine) in enumerate(last):
            for other, theirs in last[at + 1 :]:
                pairs.setdefault((name, other), []).append((mine, theirs))
    made = []
    for (name, other), both in sorted(pairs.items()):
        labels = [(_label(a), _label(b)) for a, b in both]
        made.append(
            Agreement(
                first=name,
                second=other,
                both=len(both),
                same_force=sum(a == b for a, b in labels),
                same_row=sum(a.agrees(b) for a, b in both),
                kappa=kappa(labels),
            )
        )
    return made


def _label(decision: Decision) -> str:
    return "rejected" if decision.state == "rejected" else str(decision.changes.get("force", decision.force))


def kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Cohen's kappa (Cohen 1960) of two people's labels."""
    n = len(pairs)
    if not n:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[label] * second[label] for label in first) / n**2
    return None if chance == 1 else (sum(a == b for a, b in pairs) / n - chance) / (1 - chance)
