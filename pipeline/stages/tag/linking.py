"""Links actors: which state, organisation or kind of actor a stretch of text names, and in which context.

Linking works on any stretch by itself, so that spans marked by a model and spans found by the grammar get the same
ids. In order: a whole name of the gazetteer in either language, a name with its abbreviation in brackets, a short
form that the document defines, and only then the kind that its head noun tells. What "we", "the Committee" and 国家
mean is told by the context: the document's genre, its participants, and whether the text is one between states.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.lexicons import ActorEntry, lexicon, organisations, states
from pipeline.records import LAYER_OF_KIND, ActorKind, Facts, Lang, Layer, LegalStatus
from pipeline.stages.tag import nouns_en, words_en, words_zh
from pipeline.stages.tag.names import Gazetteer, fold, simplified_chars
from pipeline.stages.tag.words_en import Token


@dataclass(frozen=True)
class Context:
    """What is known around a mention: it decides what "we", "the Committee" and 国家 mean.

    Attributes:
        between_states: the text is one between states (treaty, resolution, communiqué): its bodies are international.
        speaker: what "we" is: the government in its report, the authors of a paper, otherwise states together.
        defined: short forms that the document defines, each with the name it stands for.
        speakers: the id of who "we" is, where the document says who takes part.
    """

    between_states: bool = True
    speaker: ActorKind = "state_group"
    defined: tuple[tuple[str, str], ...] = ()
    speakers: str = ""


NO_CONTEXT = Context()
NATIONAL_GENRES = frozenset({"law", "report", "plan"})
SPEAKERS: dict[str, ActorKind] = {
    "report": "government_body",
    "plan": "government_body",
    "law": "government_body",
    "paper": "non_state",
}
STATES_GENRES = frozenset({"treaty", "resolution", "communique", "joint_statement"})
_NATIONAL = re.compile(
    r"本法|本条例|本办法|本规定|本预案|本细则|国务院|自治区|人民政府|\bthis\s+(?:Act|Law|order|subsection)\b|State\s+Council|these\s+(?:Regulations|Measures)",
    re.I,
)
_INTERNATIONAL = re.compile(
    r"公约|议定书|缔约|条约|宪章|盟约|协定|峰会|Convention|Protocol|Treaty|Covenant|States?\s*Part|Contracting|Charter|Summit|Member\s+States",
    re.I,
)


def context_of(
    text: str,
    lang: Lang,
    legal_status: LegalStatus | None = None,
    genre: str = "",
    facts: Facts | None = None,
    defined: tuple[tuple[str, str], ...] = (),
) -> Context:
    """What a passage and its document tell about the mentions in it.

    Args:
        text: the passage, read for signs where the genre does not tell.
        lang: its language.
        legal_status: of the document, if known.
        genre: of the document (see ``corpus/lexicons/genres.toml``), empty if unknown.
        facts: what the document says of itself; its genre and participants are used.
        defined: short forms of the document, from ``read_defined``.
    """
    genre = genre or (facts.genre if facts else "")
    if genre in STATES_GENRES:
        between = True
    elif genre in NATIONAL_GENRES:
        between = bool(_INTERNATIONAL.search(text)) and not _NATIONAL.search(text)
    else:
        between = not _NATIONAL.search(text) or bool(_INTERNATIONAL.search(text))
    return Context(between, SPEAKERS.get(genre, "state_group"), defined, _speakers(facts, lang))


def _speakers(facts: Facts | None, lang: Lang) -> str:
    """The id of those who speak: a group if the issuer is one, otherwise the participants' ids in order of name."""
    if facts is None:
        return ""
    for name in (facts.issuer,):
        key = _key(name, lang) if name else ""
        if key and entry(key).kind in ("state_group", "regional_organisation", "state"):
            return key
    ids = sorted({key for name in facts.participants if (key := _key(name, lang))})
    return "+".join(ids) if 0 < len(ids) <= 12 else ""


# ---------------------------------------------------------------- tables


@cache
def _entries() -> dict[str, ActorEntry]:
    return {entry.id: entry for entry in (*states(), *organisations())}


def entry(key: str) -> ActorEntry:
    return _entries()[key]


@cache
def tables(lang: Lang) -> Gazetteer:
    """The names of states and organisations in a language."""
    return Gazetteer((name, entry.id) for entry in (*states(), *organisations()) for name in entry.names(lang))


@cache
def persons(lang: Lang) -> Gazetteer:
    return Gazetteer((name, name) for name in lexicon("actors")["persons"][lang])


def _key(name: str, lang: Lang) -> str:
    other: Lang = "zh" if lang == "en" else "en"
    return tables(lang).key(name) or tables(other).key(name)


# ---------------------------------------------------------------- short forms of a document


_DEFINED = {
    "en": re.compile(
        r"(?P<name>(?:[A-Z][\w.'’-]*)(?:\s+(?:of|for|on|the|and|in|to|against|[A-Z][\w.'’-]*)){1,14}?)\s*[(（]\s*"
        r"(?:(?:hereinafter|hereafter)[^“\"‘)]{0,40})?(?:the\s+)?[“\"‘]?(?:the\s+)?(?P<short>[A-Z][\w-]*(?:\s[A-Z][\w-]*){0,3})[”\"’]?\s*[)）]"
    ),
    "zh": re.compile(
        r"(?P<name>[\u4e00-\u9fff·—-]{3,30})[（(](?:以下|下文|下称|以下统)?(?:简称|称为?|称作)?[：:]?[“「《]?(?P<short>[\u4e00-\u9fffA-Za-z0-9/&-]{2,14})[”」》]?[）)]"
    ),
}


_STATE = {
    "en": re.compile(
        r"(?:Republic|Kingdom|Principality|Sultanate|Emirate)\s+of\s+(?:the\s+)?(?P<short>[A-Z][a-z]{2,}(?:[\s-][A-Z][a-z]+)?)\b"
    ),
    "zh": re.compile(
        r"(?:(?<![\u4e00-\u9fff])|(?<=[的与和在对向由为是以于及同据]))(?P<short>(?:(?![的与和在对向由为是以于及同据日月年])[\u4e00-\u9fff]){2,5}?)"
        r"(?:(?:民主|人民)*共和国|王国|公国|酋长国)"
    ),
}


def read_defined(texts: Iterable[str], lang: Lang) -> tuple[tuple[str, str], ...]:
    """Short forms that a document defines or uses, with the names they stand for.

    Args:
        texts: the document's passages, in order.
        lang: their language.

    Returns:
        Pairs of short form and name, in order of short form: what is defined in brackets ("IAEA", 以下简称“机构”),
        what a state's full name shortens to, and a body's noun alone ("the Agency", 委员会) where most names in the
        document that it could shorten are one name.
    """
    texts = list(texts)
    found: dict[str, str] = {}
    named: Counter[str] = Counter()
    for text in texts:
        known_names = [entry(place.key).names(lang) for place in tables(lang).find(fold(text))]
        named.update(names[0] for names in known_names if names)
        for match in _STATE[lang].finditer(text):
            if not _key(match.group("short"), lang):
                found.setdefault(match.group("short"), match.group())
        for match in _DEFINED[lang].finditer(text):
            name, short = match.group("name").strip().removeprefix("The "), match.group("short").strip()
            known = [place for place in tables(lang).find(fold(name)) if place.end == len(name)]
            if known:
                name = name[known[-1].start :]
            elif lang == "zh" or not _abbreviates(short, name):
                continue
            found.setdefault(short, name)
    for noun, name in _alone(named, texts, lang):
        found.setdefault(noun, name)
    return tuple(sorted(found.items()))


def _alone(named: Counter[str], texts: Sequence[str], lang: Lang) -> Iterator[tuple[str, str]]:
    """Nouns of bodies that stand for one name of the document.

    At least two thirds of the mentions that a noun could shorten must be one name, and no name that the gazetteer does
    not know may end in the noun: a wrong id is worse than none.
    """
    for noun in sorted(lexicon("actors")[lang]["shortened"]):
        if lang == "en":
            could = {name: n for name, n in named.items() if re.search(rf"^{noun}\s|\s{noun}$", name)}
            before, after = (
                r"(?:(?!The|This|That|Each|Any)[A-Z][a-z]+\s+){1,6}",
                r"\s+(?:of|on|for)\s+(?:the\s+)?[A-Z]\w+",
            )
            longer = rf"{before}{noun}\b|\b{noun}{after}"
        else:
            could = {name: n for name, n in named.items() if name.endswith(noun) and name != noun}
            longer = rf"本{noun}"
        could = {name: n for name, n in could.items() if entry(_key(name, lang)).kind in _BODIES}
        if not could:
            continue
        best = min(could, key=lambda name: (-could[name], name))
        unknown = any(_unknown_name(text, longer, lang) for text in texts)
        if not unknown and 3 * could[best] >= 2 * sum(could.values()):
            yield noun, best


def _unknown_name(text: str, pattern: str, lang: Lang) -> bool:
    """Whether a pattern finds a name in a text that holds none of the gazetteer's."""
    places = [(place.start, place.end) for place in tables(lang).find(fold(text))]
    return any(all(m.end() <= a or b <= m.start() for a, b in places) for m in re.finditer(pattern, text))


_BODIES = ("international_organisation", "regional_organisation")


def _abbreviates(short: str, name: str) -> bool:
    """Whether the letters of an abbreviation begin words of a name, in order."""
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", name))
    letters = [char for char in short if char.isupper()]
    at = -1
    for char in letters:
        at = initials.upper().find(char, at + 1)
        if at < 0:
            return False
    return len(letters) >= 2


# ---------------------------------------------------------------- linking


def link_actor(surface: str, lang: Lang, context: Context = NO_CONTEXT) -> tuple[ActorKind, Layer, str]:
    """What an actor's mention names.

    Args:
        surface: the words of the mention.
        lang: their language.
        context: from ``context_of``.

    Returns:
        Kind, layer and canonical id: ISO 3166-1 alpha-3 for a state, the gazetteer's id for an organisation, the
        abbreviation given in brackets for a name that no list knows, empty for a generic actor.
    """
    words = re.sub(r"^(?:the|a|an)\s+", "", surface.strip(), flags=re.I) if lang == "en" else surface.strip()
    bracket = re.search(r"\s*[(（]\s*(?:the\s+)?[“\"]?([A-Za-z][\w&/-]{1,14})[”\"]?\s*[)）]$", words)
    plain = words[: bracket.start()] if bracket else words
    plain = re.sub(r"[’']s?$", "", plain)
    plain = re.sub(r"^[该本](?=.{2})", "", plain) if lang == "zh" and not _key(plain, lang) else plain
    defined = dict(context.defined)
    for form in (words, plain, defined.get(plain, ""), bracket.group(1) if bracket else ""):
        key = _key(form, lang) if form else ""
        if key:
            kind = entry(key).kind
            return kind, LAYER_OF_KIND[kind], key
    if persons(lang).key(plain):
        return "person", LAYER_OF_KIND["person"], ""
    generic = speaker(plain, lang, context) or _generic(defined.get(plain, plain), lang, context)
    kind = generic or "non_state"
    known = bracket.group(1) if bracket and bracket.group(1).isupper() else ""
    who = context.speakers if plain.lower() == "we" or plain == "我们" else ""
    return kind, LAYER_OF_KIND[kind], known or who


def speaker(words: str, lang: Lang, context: Context) -> ActorKind | None:
    """The kind of words that only the context explains: "we", "I", "our country", and the members of what speaks."""
    if words.lower() in ("we", "us", "ourselves") or words in ("我们", "咱们"):
        return context.speaker
    if words.lower() in ("member", "members", "others", "成员") and context.between_states:
        return "state_group"
    if words in ("I", "我", "本人"):
        return "non_state" if context.speaker == "non_state" else "government_body"
    if lang == "en" and re.fullmatch(r"our\s+(?:countr|nation)(?:y|ies|s)?", words.lower()):
        return "state_group" if words.lower().endswith("s") else "state"
    return None


def _generic(words: str, lang: Lang, context: Context) -> ActorKind | None:
    """The kind that a mention's own words tell, with bodies that only the text decides ("the Committee", 委员会)."""
    if lang == "zh":
        words = simplified_chars(words)
        if words == "国家" and not context.between_states:
            return "state"
        if re.search(r"(?:共和国|王国|联邦|公国|酋长国)$", words):
            return "state"
        if words in words_zh.words().bodies:
            return "international_organisation" if context.between_states else "government_body"
        known = words_zh.kind_of(words)
        if known and known[1] in words_zh.words().bodies and known[0] == "government_body":
            body = words.removesuffix(known[1])
            return "international_organisation" if context.between_states and not body else known[0]
        return known[0] if known else None
    return _generic_en(words, context)


def _generic_en(words: str, context: Context) -> ActorKind | None:
    lexicon_words = words_en.words()
    if re.match(r"(?:Republic|Kingdom|Commonwealth|Federation|Principality|Sultanate|State)\s+of\b", words):
        return "state"
    if words.lower() in lexicon_words.pronouns:
        return lexicon_words.pronouns[words.lower()]
    tokens = _tokens_plain(words)
    scan = nouns_en.Reading(words, tokens, (), context.between_states)
    best: tuple[int, ActorKind] | None = None
    i = 0
    while i < len(tokens):
        head = scan.head_at(i)
        if head is None:
            i += 1
            continue
        size, form, kind = head
        last = i + size - 1
        named = tokens[last].text[0].isupper() and i > 0
        best = (last, scan.kind(0, i, last, form, kind, named and form in lexicon_words.names))
        i += size
        if tokens[i : i + 1] and tokens[i].low in ("of", "for", "to", "on", "with", "in", "against", "at"):
            break
    if best is None:
        return None
    return _body_in_context(words, tokens[best[0]].low if len(tokens) == 1 else "", best[1], context)


def _body_in_context(words: str, alone: str, kind: ActorKind, context: Context) -> ActorKind:
    """A body named by one capital noun: international in a text between states, a government's in a national one."""
    if not alone or not words[0].isupper():
        return kind
    lexicon_words = words_en.words()
    bodies = {
        *lexicon_words.capital_only,
        "court",
        "tribunal",
        "authority",
        "secretariat",
        "judge",
        "judges",
        "members",
        "officers",
    }
    if any(form in bodies for form in words_en.singulars(alone)) and alone not in (
        "government",
        "governments",
        "ministry",
        "minister",
        "party",
        "parties",
        "power",
        "powers",
    ):
        return "international_organisation" if context.between_states else "government_body"
    return kind


def _tokens_plain(words: str) -> tuple[Token, ...]:
    """The words of a mention as nouns, for a mention is a noun phrase already."""
    parts = re.finditer(r"[’']s\b|[A-Za-z][\w.]*|[^\w\s]|\d+", words)
    return tuple(Token(m.start(), m.end(), m.group(), m.group().lower(), "NN") for m in parts)
