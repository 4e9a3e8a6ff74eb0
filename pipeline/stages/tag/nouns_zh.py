"""Chinese actors by grammar: a run of nouns whose last part names a kind of actor.

In order: words and parts of speech come from the analyser; runs of nouns, verbal nouns, adjectives and names are
taken up to the next verb, particle or mark; in a run the mention ends at the last word that the lexicon knows as an
actor's (whole, or by its last characters) and begins after words that only point (该, 其他, 所有; 各 stays); names
that no mention takes in stay mentions of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.stages.tag.lac import Word
from pipeline.stages.tag.names import fold
from pipeline.stages.tag.words_en import Mention
from pipeline.stages.tag.words_zh import kind_of, words

NOMINAL = {"n", "nz", "nt", "nr", "ns", "nw", "vn", "a", "an", "b", "s", "LOC", "ORG", "j", "f", "m", "r"}
VERBAL = {"v", "vd", "vn", "d", "ad", "a", "p", "c", "u"}
KEPT_PRONOUNS = ("各", "各级", "各有关", "各省", "本级", "各地", "各部门", "各国", "各方")


def find_nouns(text: str, tokens: Sequence[Word], names: Sequence[Mention]) -> list[Mention]:
    """Actors that the grammar finds, and those names that no longer mention takes in.

    Args:
        text: the passage, in Simplified characters one for one.
        tokens: its words.
        names: names of the gazetteer in it.

    Returns:
        Mentions in order, none inside another.
    """
    found = [*_fixed(text, tokens), *_runs(text, tokens, names), *names]
    named = {mention.end for mention in found if mention.kind == "person"}
    taken: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start - m.end, m.start)):
        if mention.start in named and text[mention.start : mention.end] in words().titles:
            continue
        if all(mention.end <= other.start or mention.start >= other.end for other in taken):
            taken.append(mention)
    return sorted(taken, key=lambda m: m.start)


def _fixed(text: str, tokens: Sequence[Word]) -> list[Mention]:
    """Pronouns, whole words that the analyser may have cut, persons, and provinces with their bodies."""
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    found = []
    for pronoun, kind in words().pronouns.items():
        for match in re.finditer(re.escape(pronoun), text):
            if text[match.end() : match.end() + 1] not in ("员", "民", "口", "才", "类", "事", "选") and (
                len(pronoun) > 2
                or text[max(0, match.start() - 1) : match.start()] not in ("每", "同", "敌", "自", "各")
            ):
                found.append(Mention(match.start(), match.end(), kind, head=pronoun))
    for name in words().whole_names.find(fold(text)):
        # The analyser glues an adverb to a long word now and then (缔约国均); a short one must be a word of its own.
        cut = (name.start in starts) + (name.end in ends)
        is_word = cut == 2 or (
            cut == 1 and name.key.endswith(("缔约国", "缔约方", "成员国", "各国", "我国", "两国", "双方", "各方"))
        )
        if is_word and not _followed_by_noun(tokens, name.end, name.key):
            found.append(Mention(name.start, name.end, words().whole[name.key], head=name.key))
    for token in tokens:
        if token.tag == "PER" and _is_person(text, token):
            found.append(Mention(token.start, token.end, "person", head="人名"))
        elif token.text == "我" and text[token.end : token.end + 1] not in tuple("国方省市县区局部委院军党们校行"):
            found.append(Mention(token.start, token.end, "government_body", head="我"))
        elif (
            token.text in words().whole
            and token.text != "国家"
            and token.tag not in VERBAL
            and not _followed_by_noun(tokens, token.end, token.text)
        ):
            found.append(Mention(token.start, token.end, words().whole[token.text], head=token.text))
    for match in words().passive.finditer(text):
        known = kind_of(match.group())
        found.append(Mention(match.start(), match.end(), known[0] if known else "non_state", head=match.group()))
    for match in re.finditer(
        r"各?省[（(]自治区、直辖市[）)](?:人民政府|党委|有关部门|[\u4e00-\u9fff]{0,6}(?:部门|机构))?|各?省[、]自治区[、]直辖市(?:人民政府|[\u4e00-\u9fff]{0,6}部门)?|各省（区、市）(?:人民政府|党委)?",
        text,
    ):
        found.append(Mention(match.start(), match.end(), "government_body", head="省"))
    return found


def _is_person(text: str, token: Word) -> bool:
    """Whether what the analyser takes for a person is one: a Chinese name by its surname, any name beside a title."""
    if not re.fullmatch(r"[\u4e00-\u9fff·]{2,14}", token.text):
        return False
    before, after = text[max(0, token.start - 4) : token.start], text[token.end : token.end + 4]
    titled = any(before.endswith(title) or after.startswith(title) for title in words().titles)
    return titled or "·" in token.text or (token.text[0] in words().surnames and len(token.text) == 3)


def _followed_by_noun(tokens: Sequence[Word], end: int, word: str) -> bool:
    after = next((token for token in tokens if token.start >= end), None)
    if after is None or after.start != end or after.tag not in ("n", "nz", "vn", "an"):
        return False
    return not word.endswith(words().people) and word[-1] not in "国方" and not _head(after.text)


def _runs(text: str, tokens: Sequence[Word], names: Sequence[Mention]) -> list[Mention]:
    found: list[Mention] = []
    run: list[Word] = []
    named = {place for name in names if name.kind != "person" for place in range(name.start, name.end)}
    persons = {place for name in names if name.kind == "person" for place in range(name.start, name.end)}
    for token in [*tokens, Word(len(text), len(text), "", "w")]:
        if token.text and token.start not in persons and _continues(token, run, named):
            run.append(token)
            continue
        found.extend(_mentions(text, run, names))
        fresh = token.text and token.start not in persons and token.tag in NOMINAL and _continues(token, [], named)
        run = [token] if fresh else []
    return found


def _continues(token: Word, run: list[Word], named: set[int]) -> bool:
    """Whether a word may stand in a run of nouns."""
    if token.start in named:
        return True
    if token.text in words().governing or (
        token.text in words().pointing and token.text not in KEPT_PRONOUNS and not run
    ):
        return False
    if token.tag not in NOMINAL:
        return (
            bool(run)
            and token.tag in ("v", "ad", "d")
            and token.text
            in (
                "执法",
                "监管",
                "管理",
                "生产",
                "经营",
                "申请",
                "运营",
                "承运",
                "托运",
                "用",
                "主管",
                "国有",
                "离退休",
                "安全",
                "退役",
            )
        )
    if token.tag == "f":
        return bool(run) and token.text == "内"
    if token.tag == "m":
        return bool(re.match(r"第[一二三]方", token.text)) or (
            bool(run) and not re.search(r"\d|[一二三四五六七八九十]", token.text)
        )
    if token.tag == "r":
        return token.text.startswith("各") or token.text in ("我国", "本级")
    return True


def _head(word: str) -> str:
    """The head that a word ends in, empty if it names no actor."""
    if word in words().not_actors:
        return ""
    if word in words().whole or word in words().bodies:
        return word
    for size in range(min(8, len(word)), 0, -1):
        if word[-size:] in words().heads and (size < len(word) or word not in words().not_alone):
            return word[-size:] if size > 1 or len(word) > 2 or word[-1] in "国" else ""
    return word if word in words().heads and (len(word) > 1 or word in "国省市县部局署厅") else ""


def _mentions(text: str, run: list[Word], names: Sequence[Mention]) -> list[Mention]:
    """The mentions of a run: up to each actor word that is not itself a modifier of a later one."""
    found: list[Mention] = []
    while run:
        last = _last_head(run)
        if last is None:
            return found
        first = _first(run[: last + 1])
        start, end = run[first].start, run[last].end
        while text[max(0, start - 2) : start] == "最不" or (
            text[max(0, start - 1) : start] == "非" and text[start] in "最缔"
        ):
            start -= 2 if text[start - 1] == "不" else 1
        mention = _made(text[start:end], start, end, names)
        if mention:
            found.append(mention)
        run = run[last + 1 :]
    return found


def _last_head(run: list[Word]) -> int | None:
    for last in range(len(run) - 1, -1, -1):
        head = _head(run[last].text)
        if not head or run[last].tag in ("a", "m") or run[last].text in words().pointing:
            continue
        joined = "".join(word.text for word in run[: last + 1])
        if last + 1 < len(run) and not head.endswith(words().people) and run[last].tag != "ORG":
            rest = "".join(word.text for word in run[last + 1 :])
            if not rest.startswith(("名义", "首脑", "领导", "代表")):
                continue
        if joined in words().not_alone or joined in words().not_actors:
            continue
        return last
    return None


def _first(run: list[Word]) -> int:
    """The first word of a mention: after pointing words and numbers, and after a verbal noun that governs."""
    first = 0
    while first < len(run) - 1 and (
        run[first].text in words().pointing
        or run[first].text in words().governing
        or (run[first].tag in ("m", "f") and not run[first].text.startswith("第"))
        or (
            run[first].tag == "a"
            and run[first].text in ("重要", "新", "大", "不少", "许多", "广大", "有效", "必要", "严重", "积极", "一定")
        )
        or run[first].tag == "TIME"
    ):
        first += 1
    return first


def _made(surface: str, start: int, end: int, names: Sequence[Mention]) -> Mention | None:
    if len(surface) < 2 or surface in words().not_alone or surface in words().not_actors:
        return None
    known = kind_of(surface)
    if known is None:
        return Mention(start, end, "international_organisation", head=surface) if surface in words().bodies else None
    kind, head = known
    owner = next((name for name in names if name.start == start and name.end < end), None)
    if (
        owner
        and owner.kind in ("international_organisation", "regional_organisation")
        and any(head.endswith(o) for o in words().offices)
    ):
        kind = "state_group" if head.endswith("国") else owner.kind
    return Mention(start, end, kind, head=head)
