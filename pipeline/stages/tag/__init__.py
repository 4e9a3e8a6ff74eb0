"""Tags passages: force, statements, actors, instruments, deadlines, quantities.

One pass of the shipped encoder over a batch of passages gives forces and spans; the calibrated head turns its scores into
probabilities that mean what they say; the entity tables give every actor and instrument its canonical id, every deadline
its dates, every quantity its value. What is known of a passage (legal status, genre, section, the passage before) is read
by the encoder in front of the text; a passage may also come alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import encoder as encoders
from pipeline import models
from pipeline.config import ROOT, TagSettings
from pipeline.encoder import Encoded, SpanTag
from pipeline.heads import ForceHead
from pipeline.records import (
    FORCES,
    LAYER_OF_KIND,
    Actor,
    Deadline,
    Facts,
    Lang,
    LegalStatus,
    Passages,
    Request,
    Span,
    Tagged,
    TaggedDocument,
)
from pipeline.stage import Stage
from pipeline.stages.tag import bearers, deadlines, entities, hedges, quantities, statements
from pipeline.text import language

# An actor that neither tables nor grammar know is taken from the encoder if it is this sure of every piece.
SURE_ACTOR = 0.9


@dataclass(frozen=True)
class Ask:
    """A passage to tag with all that is known of it; what is not known is empty."""

    id: str
    text: str
    lang: Lang
    legal_status: LegalStatus | None = None
    genre: str = ""
    section: str = ""
    before: str = ""
    date: str = ""
    facts: Facts | None = None
    defined: tuple[tuple[str, str], ...] = ()

    @property
    def context(self) -> entities.Context:
        """What decides the kind and id of a mention such as "we" or "the Committee"."""
        return entities.context_of(self.text, self.lang, self.legal_status, self.genre, self.facts, self.defined)


class Tagger:
    """The encoder, its force head and the entity tables, loaded once.

    Args:
        settings: the section ``tag`` of the configuration.

    Raises:
        ModelError: if the shipped models are missing or altered.
    """

    def __init__(self, settings: TagSettings) -> None:
        home = ROOT / settings.model
        self.encoder = encoders.load(models.current(home, "encoder"), settings.threads)
        self.head = ForceHead.load(models.current(home, "force"))
        self.batch = settings.batch

    def __call__(self, asks: Sequence[Ask]) -> list[Tagged]:
        """The tags of passages, in their order."""
        contexts = [encoders.context(ask.legal_status or "", ask.genre, ask.section, ask.before) for ask in asks]
        encoded = self.encoder.encode([ask.text for ask in asks], contexts, self.batch)
        chances = self.head.probabilities(encoded)
        return [self._tag(ask, code, row) for ask, code, row in zip(asks, encoded, chances, strict=True)]

    def _tag(self, ask: Ask, code: Encoded, chances: Sequence[float]) -> Tagged:
        best = max(range(len(FORCES)), key=lambda i: chances[i])
        confidence = round(float(chances[best]), 4)
        sets = {force: float(p) for force, p in zip(FORCES, code.forces, strict=True)}
        forces = statements.settle_forces(FORCES[best], sets)
        known = ask.context
        actors = merge_actors(
            entities.find_actors(ask.text, ask.lang, ask.facts, ask.legal_status, ask.genre, defined=ask.defined),
            _marked_actors(ask, code.spans["actor"], known),
        )
        times = deadlines.find_deadlines(ask.text, ask.lang, ask.date or None)
        spans = {
            **code.spans,
            "deadline": tuple(SpanTag(d.start, d.end, "deadline", 1.0) for d in times),
            "hedge": hedges.find_hedges(ask.text, ask.lang, code.spans["hedge"]),
            "bearer": bearers.whole_bearers(ask.text, ask.lang, code.spans["bearer"], actors),
        }

        def link(span: Span) -> Actor:
            return _bearer(span, actors, ask, known)

        def when(span: Span) -> Deadline:
            return next(d for d in times if (d.start, d.end) == (span.start, span.end))

        drafts = statements.draft(spans, forces, sets)
        return Tagged(
            id=ask.id,
            lang=ask.lang,
            force=forces,
            confidence=confidence,
            probabilities={force: round(float(p), 4) for force, p in zip(FORCES, chances, strict=True)},
            statements=statements.statements(ask.text, ask.lang, ask.legal_status, drafts, confidence, link, when),
            actors=actors,
            instruments=entities.find_instruments(ask.text, ask.lang),
            deadlines=times,
            quantities=quantities.find_quantities(ask.text, ask.lang),
        )


def _bearer(span: Span, actors: Sequence[Actor], ask: Ask, known: entities.Context) -> Actor:
    """A bearer with the kind of the actor in it, and with its id where it holds one actor alone."""
    inside = [a for a in actors if a.start < span.end and span.start < a.end]
    if inside:
        head = max(inside, key=lambda a: (min(a.end, span.end) - max(a.start, span.start), -a.start))
        kind, layer, canonical = head.kind, head.layer, head.id if len(inside) == 1 else ""
    else:
        kind, layer, canonical = entities.link_actor(span.text, ask.lang, known)
    return Actor(start=span.start, end=span.end, text=span.text, kind=kind, layer=layer, id=canonical)


def _marked_actors(ask: Ask, marked: Sequence[SpanTag], known: entities.Context) -> list[tuple[Actor, float]]:
    """Actors that the encoder marks with its confidence; the tables know the id, the encoder the kind in its context."""
    made: list[tuple[Actor, float]] = []
    for tag in marked:
        words = ask.text[tag.start : tag.end]
        kind, layer, canonical = entities.link_actor(words, ask.lang, known)
        if not canonical:
            kind, layer = tag.type, LAYER_OF_KIND[tag.type]  # type: ignore[assignment]
        made.append((Actor(start=tag.start, end=tag.end, text=words, kind=kind, layer=layer, id=canonical), tag.score))
    return made


def merge_actors(listed: Sequence[Actor], marked: Sequence[tuple[Actor, float]]) -> tuple[Actor, ...]:
    """Actors of tables and grammar, and those that only the encoder sees and is sure of, where no other stands."""
    found = list(listed)
    for actor, score in marked:
        if score >= SURE_ACTOR and all(actor.end <= a.start or a.end <= actor.start for a in listed):
            found.append(actor)
    return tuple(sorted(found, key=lambda a: a.start))


def tag_passages(rows: Sequence[Request], settings: TagSettings | None = None) -> list[Tagged]:
    """Tags passages that come alone: one result a request, in order.

    Args:
        rows: texts, with language and legal status where they are known.
        settings: the section ``tag`` of the configuration; the defaults if none.
    """
    tagger = _tagger(settings or TagSettings())
    return tagger([Ask(row.id, row.text, row.lang or language(row.text), row.legal_status) for row in rows])


_TAGGERS: dict[TagSettings, Tagger] = {}


def _tagger(settings: TagSettings) -> Tagger:
    if settings not in _TAGGERS:
        _TAGGERS[settings] = Tagger(settings)
    return _TAGGERS[settings]


def build(settings: TagSettings) -> Callable[[Passages, Facts], TaggedDocument]:
    """The stage's function: passages and the facts of their document to tags."""
    tagger = _tagger(settings)

    def tag(passages: Passages, facts: Facts) -> TaggedDocument:
        texts = passages.passages
        defined = {
            lang: entities.read_defined((p.text for p in texts if p.lang == lang), lang) for lang in facts.languages
        }
        asks = [
            Ask(
                id=passage.id,
                text=passage.text,
                lang=passage.lang,
                legal_status=facts.legal_status,
                genre=facts.genre,
                section=" / ".join(passage.section),
                before=passage.before,
                date=facts.date,
                facts=facts,
                defined=defined.get(passage.lang, ()),
            )
            for passage in texts
        ]
        return TaggedDocument(document=passages.document, tagged=tuple(tagger(asks)))

    return tag


STAGE: Any = Stage("tag", ("passages", "facts"), "tagged", TaggedDocument, "document", build)
