"""English actors by grammar: a noun that names a kind of actor, with the modifiers that belong to it.

In order: the text is read with its joined words parted, and spaCy's tagger gives parts of speech; every noun of the
lexicon that heads its phrase (no other noun follows it) is taken; its modifiers are gathered to the left, past
hyphens, adjectives joined by "and" and names of states and bodies; capitals make proper names of bodies that no list
knows ("Harbour Safety Council (HSC)"); an office takes its "of …" with it ("heads of relevant agencies").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.records import ActorKind
from pipeline.stages.tag.words_en import Mention, Token, singulars, words

ADJECTIVE = {"JJ", "VBN", "VBG", "JJS", "JJR"}
NOUN = {"NN", "NNS", "NNP", "NNPS"}
ABBREVIATION = re.compile(r"\s?\(\s?(?:hereinafter\s+)?(?:the\s+)?[“\"‘]?[A-Z][A-Za-z0-9&/-]{1,11}[”\"’]?\s?\)")


def find_nouns(text: str, tokens: Sequence[Token], names: Sequence[Mention], treaty: bool) -> list[Mention]:
    """Actors that the grammar finds, and those names that no longer mention takes in.

    Args:
        text: the passage.
        tokens: its words.
        names: names of the gazetteer in it, in order.
        treaty: whether the text is one between states, whose "party" and "member" are states.

    Returns:
        Mentions in order, none inside another.
    """
    scan = Reading(text, tokens, names, treaty)
    found = scan.run()
    taken: list[Mention] = []
    for mention in sorted([*found, *names], key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in taken):
            taken.append(mention)
    return sorted(taken, key=lambda m: m.start)


class Reading:
    """One reading of a passage from left to right."""

    def __init__(self, text: str, tokens: Sequence[Token], names: Sequence[Mention], treaty: bool) -> None:
        self.text, self.tokens, self.names, self.treaty, self.words = text, tokens, names, treaty, words()
        self.owner: dict[int, Mention] = {}
        for name in names:
            for i, token in enumerate(tokens):
                if token.start < name.end and name.start < token.end:
                    self.owner[i] = name

    def run(self) -> list[Mention]:
        found: list[Mention] = []
        i = 0
        while i < len(self.tokens):
            if i in self.owner:
                i += 1
                continue
            head = self.head_at(i)
            mention = self.mention(i, *head) if head else None
            if mention:
                found.append(mention)
                while i < len(self.tokens) and self.tokens[i].start < mention.end:
                    i += 1
            else:
                i += head[0] if head and head[0] > 1 else 1
        return found

    # ------------------------------------------------------------ heads

    def head_at(self, i: int) -> tuple[int, str, ActorKind] | None:
        """The head noun at a token: how many tokens it has, its lexicon form, its kind."""
        low = self.tokens[i].low
        if low in self.words.pronouns and (low != "i" or self.is_speaker(i)):
            return 1, low, self.words.pronouns[low]
        if low == "no" and self.after(i) == "one":
            return 2, "no one", self.words.pronouns["no one"]
        for size in range(min(self.words.longest, len(self.tokens) - i), 0, -1):
            run = tuple(token.low for token in self.tokens[i : i + size])
            for form in self.forms(run):
                kind = self.words.heads.get(form)
                if kind and i + size - 1 not in self.owner:
                    return size, " ".join(form), kind
        token = self.tokens[i]
        if self.is_agentive(i):
            return 1, "agentive", "non_state"
        for noun in singulars(low):
            if token.text[0].isupper() and (noun in self.words.names or noun in self.words.capital_only):
                return 1, noun, self.words.names.get(noun, "international_organisation")
        return None

    def is_agentive(self, i: int) -> bool:
        """Whether an unlisted noun names people by what they do ("verifiers", "each beekeeper")."""
        token = self.tokens[i]
        form = singulars(token.low)[-1]
        if form.endswith(("ator", "ifier", "iser", "izer", "onder", "oucher")):
            return False
        if (
            token.tag not in ("NN", "NNS")
            or not form.endswith(self.words.agentive)
            or form in self.words.not_agentive
            or len(form) < 6
        ):
            return False
        return token.tag == "NNS" or self.before(i) in ("a", "an", "any", "each", "every", "no")

    def is_speaker(self, i: int) -> bool:
        """Whether an "I" is a speaker and not a numeral ("Annex I", "Part I")."""
        return (
            self.tokens[i].text == "I"
            and self.tokens[i].tag == "PRP"
            and not (i and self.tokens[i - 1].text[0].isupper())
        )

    def forms(self, run: tuple[str, ...]) -> list[tuple[str, ...]]:
        first, last = singulars(run[0]), singulars(run[-1])
        if len(run) == 1:
            return [(form,) for form in last]
        middle = run[1:-1]
        return [(a, *middle, b) for a in first for b in last]

    def mention(self, i: int, size: int, head: str, kind: ActorKind) -> Mention | None:
        last = i + size - 1
        token = self.tokens[last]
        if head in self.words.pronouns:
            start = self.tokens[i].start
            return Mention(start, token.end, kind, head=head)
        if not self.heads_its_phrase(i, last):
            return None
        first = self.leftmost(i)
        named = self.proper(first, i, last, head)
        end = self.rightmost(last, head, named)
        if not named and end == token.end and not self.is_enough(first, i, last, head):
            return None
        start = self.tokens[first].start
        bracket = ABBREVIATION.match(self.text, end)
        if bracket and (named or self.tokens[first].text[0].isupper()):
            end = bracket.end()
        return Mention(start, end, self.kind(first, i, last, head, kind, named), head=head)

    def heads_its_phrase(self, first: int, last: int) -> bool:
        """Whether the noun is the last of its phrase and a noun at all."""
        token = self.tokens[last]
        if token.tag not in NOUN and not (
            token.tag in ("JJ", "VBN", "VBD")
            and token.low in ("wounded", "sick", "poor", "elderly", "shipwrecked", "accused", "unemployed")
        ):
            return token.text[0].isupper() and token.tag != "MD"
        if (
            first
            and self.tokens[first - 1].text == "-"
            and self.touching(first - 1, first)
            and self.tokens[first - 1].start
            and self.text[self.tokens[first - 1].start - 1].isalpha()
        ):
            return self.leftmost(first) < first
        if last + 1 >= len(self.tokens):
            return True
        after = self.tokens[last + 1]
        if after.text == "-" and self.touching(last, last + 1):
            return False
        if after.tag in NOUN and after.text[0].isalpha() and last + 1 not in self.owner:
            return (
                token.tag == "NNS"
                and after.tag == "NN"
                and after.low
                in (
                    "work",
                    "need",
                    "face",
                    "use",
                    "report",
                    "state",
                    "pay",
                    "benefit",
                    "support",
                    "act",
                    "share",
                    "play",
                )
            )
        return True

    def touching(self, a: int, b: int) -> bool:
        return self.tokens[a].end == self.tokens[b].start

    def is_enough(self, first: int, i: int, last: int, head: str) -> bool:
        """Whether a head names an actor as it stands here: with a modifier, in the plural, or with a capital."""
        token = self.tokens[last]
        modified = first < i
        capital = token.text[0].isupper() and (last > 0 or (token.text.isupper() is False and self.next_is_verb(last)))
        plural = token.low != head and token.low.endswith(("s", "men", "children", "people"))
        if head in ("party", "member", "state", "power", "signatory", "non-party") and not modified:
            if head == "state":
                return (
                    token.text[0].isupper()
                    or plural
                    or (
                        first > 0
                        and self.tokens[first - 1].low
                        in ("a", "any", "each", "every", "that", "another", "no", "such", "the")
                        and self.after(last) not in ("of",)
                    )
                )
            return capital or (self.treaty and head in ("party", "member")) or head == "signatory"
        if head == "member":
            return True
        if head in ("country", "nation", "economy"):
            determined = self.before(first) in ("a", "any", "each", "every", "another", "no", "that", "which")
            return plural or (
                head == "country"
                and (modified or determined)
                and self.before(first) not in ("the", "this", "our", "whole")
            )
        if head in ("person", "individual") and self.before(i) == "of" and not plural:
            return False
        if (
            head
            in (
                "man",
                "human",
                "youth",
                "industry",
                "business",
                "union",
                "force",
                "guard",
                "body",
                "public",
                "minor",
                "power",
            )
            and modified
            and head not in ("public", "youth", "industry")
        ):
            return plural or head in ("force", "body", "union", "guard", "power")
        if head in self.words.modified_only:
            acts = (self.next_is_verb(last) and self.before(first) != ",") or self.before(first) in (
                "each",
                "any",
                "every",
            )
            single = (acts and head in self.words.free_in_plural) or (head == "public" and self.before(first) == "the")
            return (
                modified
                or single
                or (plural and head in self.words.free_in_plural)
                or (capital and head in self.words.capital_only)
            )
        if head == "agentive":
            return True
        if (head,) not in self.words.heads and " " not in head:
            return capital and head in self.words.capital_only
        return True

    def before(self, i: int) -> str:
        return self.tokens[i - 1].low if i else ""

    def after(self, i: int) -> str:
        return self.tokens[i + 1].low if i + 1 < len(self.tokens) else ""

    def next_is_verb(self, i: int) -> bool:
        return i + 1 < len(self.tokens) and self.tokens[i + 1].tag in ("MD", "VBZ", "VBP", "VBD")

    # ------------------------------------------------------------ modifiers

    def leftmost(self, i: int) -> int:
        """The first token of the modifiers before a head."""
        at = i
        while at > 0:
            k = at - 1
            if k in self.owner:
                at = self.through_name(k, at)
                break
            if self.is_modifier(k, at):
                at = k
                continue
            joined = self.joined_adjective(k, at)
            if joined is not None:
                at = joined
                continue
            break
        while at < i and (
            (
                self.tokens[at].low in self.words.pointing
                and self.tokens[at + 1].text != "-"
                and self.tokens[at + 1].low != "developed"
            )
            or self.tokens[at].text in ("-", "'", "’", "/")
            or (self.tokens[at].tag in ("POS", "RB") and not self.tokens[at].low.endswith("ly"))
        ):
            at += 1
        return at

    def through_name(self, k: int, at: int) -> int:
        """Takes in a name that stands right before as a modifier: "State Council departments", "IAEA inspectors"."""
        name = self.owner[k]
        if self.text[name.end : self.tokens[at].start].strip() or self.tokens[at].tag == "POS":
            return at
        while k > 0 and self.owner.get(k - 1) is name:
            k -= 1
        return k

    def is_modifier(self, k: int, at: int) -> bool:
        token = self.tokens[k]
        hyphened = self.tokens[at].text == "-" and self.touching(k, at)
        if token.low in ("least", "less") and self.tokens[at].low == "developed":
            return True
        if token.low in self.words.pointing and not hyphened:
            return False
        if token.text in ("-", "–") and (self.touching(k, at) or (k and self.touching(k - 1, k))):
            return True
        if token.tag in ("VBN", "VBG", "VBD", "VB", "VBP"):
            return token.low in self.words.participles and (
                token.tag in ("VBN", "VBG", "VBD") or token.text[0].isupper()
            )
        if token.tag in ("JJ", "JJS", "JJR"):
            return len(token.low) > 1 and (token.tag == "JJ" or self.tokens[at].text == "-")
        if token.tag in NOUN:
            return token.text[0].isalpha() and not (
                token.tag == "NNS" and self.is_actor_noun(token.low) and self.tokens[at].tag != "POS"
            )
        if token.tag == "RB":
            return (
                token.low.endswith("ly")
                and self.tokens[at].tag in ADJECTIVE
                and token.low not in ("only", "especially", "particularly", "likely")
            ) or self.tokens[at].text == "-"
        if token.tag == "POS" and k:
            owner = self.tokens[k - 1]
            return owner.low in (
                "people",
                "women",
                "men",
                "children",
                "workers",
                "employers",
                "farmers",
                "peoples",
                "youth",
                "persons",
                "consumers",
                "traders",
                "students",
            )
        return token.text == "/" or (token.tag == "CD" and self.tokens[at].text == "-")

    def is_actor_noun(self, low: str) -> bool:
        return any((form,) in self.words.heads for form in singulars(low))

    def joined_adjective(self, k: int, at: int) -> int | None:
        """Past "and" to the adjectives joined to those before a head: "rural and urban residents"."""
        token, right = self.tokens[k], self.tokens[at]
        if token.low not in ("and", "or", ",") or (right.tag not in ADJECTIVE and right.text != "non"):
            return None
        j = k - 1
        if (
            j < 0
            or self.tokens[j].tag not in ("JJ", "VBN")
            or self.tokens[j].low in self.words.pointing
            or j in self.owner
        ):
            return None
        if self.tokens[j].tag == "VBN" and self.tokens[j].low not in self.words.participles:
            return None
        if token.text == "," and not any(t.low in ("and", "or") for t in self.tokens[at : at + 6]):
            return None
        return j

    # ------------------------------------------------------------ names and offices

    def proper(self, first: int, i: int, last: int, head: str) -> bool:
        """Whether the phrase is a proper name: a capital head of a body's name with a capital before it."""
        single = head.split()[-1]
        if (
            single not in self.words.names
            or not self.tokens[last].text[0].isupper()
            or (self.tokens[last].text.isupper() and len(self.tokens[last].text) > 4)
        ):
            return False
        return (
            first < i
            and self.tokens[first].text[0].isupper()
            and (first > 0 or i - first > 1 or self.tokens[first].tag in ("NNP", "NNPS"))
        )

    def rightmost(self, last: int, head: str, named: bool) -> int:
        """The end of a mention, with the "of …" that belongs to an office or a body's name."""
        end = self.tokens[last].end
        single = head.split()[-1]
        if single not in self.words.takes_of and head not in self.words.takes_of:
            return end
        rest = self.text[end:]
        if self.tokens[last].text[0].isupper():
            capital = r"[A-Z][\w.’'-]*(?:/[A-Z]\w+)?"
            more = re.match(
                rf"\s+(?:of|for|on|against)\s+(?:the\s+)?{capital}(?:(?:\s+|,\s+|\s+(?:and|of|of\s+the|for|on)\s+){capital})*",
                rest,
            )
            if more:
                return end + len(more.group().rstrip(" ,."))
        if single in ("head", "chief", "minister", "ministry", "representative", "director"):
            more = re.match(
                r"\s+of\s+(?:the\s+)?(?:[a-z]+ing\s+|relevant\s+|competent\s+|executive\s+|[a-z]+al\s+)?(?:[a-z]+\s+)?(?:agencies|agency|departments?|ministries|ministry|delegations?|missions?|governments?|state|organi[sz]ations?|authorities|institutions?|units?|enterprises?|posts?|bodies|offices?|health|finance|justice|defence|defense|transport|trade|foreign\s+affairs|education|the\s+interior)\b",
                rest,
            )
            if more:
                return end + more.end()
        return end

    def kind(self, first: int, i: int, last: int, head: str, kind: ActorKind, named: bool) -> ActorKind:
        """The kind of a mention: its head's, unless a modifier or a name in it decides."""
        single = head.split()[-1]
        lows = [token.low for token in self.tokens[first:i]]
        if single in self.words.follows or (named and self.words.names.get(single) != "state_group"):
            owner = next((self.owner[k] for k in range(first, i) if k in self.owner), None)
            if owner and owner.kind in ("international_organisation", "regional_organisation"):
                return owner.kind
            for low in reversed(lows):
                if low in self.words.modifier_kind:
                    return self.words.modifier_kind[low]
        if named and " " not in head and single in self.words.names:
            return self.words.names[single]
        return kind
