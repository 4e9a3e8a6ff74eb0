"""Typesets the labelled works as PDFs, each in the layout that its source names (extra ``typeset``).

The pages are made by Typst from the elements of a work: titles, headings, paragraphs, list items, footnotes. Layouts are
those analysts meet: one file a language in one or two columns, both languages side by side, paragraph by paragraph, or one
after the other. Every page says that its text is fictional. Without dates and with fixed fonts the same source gives the same
file; a Chinese font (Noto Serif CJK) must be installed where works are typeset, not where the PDFs are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.models import sha256
from pipeline.records import Lang
from pipeline.store import atomic_write
from pipeline.works import NOTE_MARK, Element, Work, read_works

FONTS = {
    "en": '("Libertinus Serif", "Noto Serif CJK SC")',
    "zh": '("Libertinus Serif", "Noto Serif CJK SC", "Noto Serif CJK TC")',
}
# Beside the PDFs: the SHA-256 of the source that each work was made from.
SOURCES = "sources.json"
NOTICE = "Fictional text, written for testing · 虚构文本"


def build(works: Path, folder: Path, names: frozenset[str] | None = None) -> list[Path]:
    """Typesets works into a folder.

    Args:
        works: the folder of sources.
        folder: where the PDFs go; it is made if need be.
        names: the works wanted; all if None.

    Returns:
        the files written, in order of name.

    Raises:
        RuntimeError: if the extra ``typeset`` is not installed.
    """
    try:
        import typst
    except ImportError:
        raise RuntimeError("typesetting needs the extra 'typeset': pip install 'pledgebook[typeset]'") from None
    folder.mkdir(parents=True, exist_ok=True)
    written, made = [], {}
    for work in read_works(works):
        if names is None or work.id in names:
            made[work.id] = sha256(works / f"{work.id}.txt")
            for suffix, source in documents(work):
                path = folder / f"{work.id}{suffix}.pdf"
                path.write_bytes(typst.compile(source.encode()))
                written.append(path)
    _leave_only(folder, written, made)
    return sorted(written)


def _leave_only(folder: Path, written: list[Path], made: dict[str, str]) -> None:
    """Removes PDFs of an earlier build that this one has not made, and notes of which sources the others were made.

    The note lets an evaluation see a PDF whose work has changed since.
    """
    note = folder / SOURCES
    before = json.loads(note.read_text("utf-8")) if note.is_file() else {}
    for path in folder.glob("*.pdf"):
        if path not in written and re.sub(r"(\.(en|zh))?\.pdf$", "", path.name) in before:
            path.unlink()
    atomic_write(note, (json.dumps(made, indent=1, sort_keys=True) + "\n").encode())


def documents(work: Work) -> Iterator[tuple[str, str]]:
    """The files of a work: what comes before ``.pdf`` in the name, and the Typst source."""
    layout = work.facts["layout"]
    if layout in ("separate", "twocol"):
        for lang in ("en", "zh"):
            yield f".{lang}", _page(work, 2 if layout == "twocol" else 1) + _sequence(work, lang, layout == "twocol")
    elif layout == "sequential":
        yield "", _page(work, 1) + _sequence(work, "zh", False) + "\n#pagebreak()\n" + _sequence(work, "en", False)
    else:
        yield "", _page(work, 1) + (_side_by_side(work) if layout == "columns" else _alternating(work))


def _page(work: Work, columns: int) -> str:
    symbol = work.facts.get("symbol", "")
    head = f"{symbol}    {NOTICE}" if symbol else NOTICE
    return (
        "#set document(date: none)\n"
        f'#set page(paper: "a4", margin: 2.4cm, columns: {columns}, numbering: "1", '
        f"header: align(center, text(size: 8pt, {_quote(head)})))\n"
        f"#set text(font: {FONTS['zh']}, size: {10 if columns == 1 else 9}pt)\n"
        "#set par(justify: true, leading: 0.62em, spacing: 1em)\n"
        '#set footnote(numbering: "1")\n'
    )


def _sequence(work: Work, lang: Lang, two: bool) -> str:
    notes = _notes(work, lang)
    out = [f"#set text(lang: {_quote(lang)})", '#set footnote(numbering: "①")' if lang == "zh" else ""]
    for element in work.elements:
        made = _element(element, lang, notes)
        if made and element.kind == "title" and two:
            made = f'#place(top + center, scope: "parent", float: true)[{made}]'
        if made:
            out.append(made)
    return "\n\n".join(out)


def _side_by_side(work: Work) -> str:
    notes = {lang: _notes(work, lang) for lang in ("zh", "en")}
    cells = []
    for element in work.elements:
        pair = [_element(element, lang, notes[lang]) for lang in ("zh", "en")]
        if any(pair):
            cells += [f"[{made}]" for made in pair]
    return "#grid(columns: (1fr, 1fr), column-gutter: 1.2em, row-gutter: 1em,\n" + ",\n".join(cells) + ")\n"


def _alternating(work: Work) -> str:
    notes = {lang: _notes(work, lang) for lang in ("zh", "en")}
    made = (_element(e, lang, notes[lang]) for e in work.elements for lang in ("zh", "en"))
    return "\n\n".join(filter(None, made))


def _notes(work: Work, lang: Lang) -> dict[str, str]:
    return {e.marks[lang]: _join(e.sentences[lang], lang) for e in work.elements if e.kind == "footnote"}


def _element(element: Element, lang: Lang, notes: dict[str, str]) -> str:
    """One element in one language as Typst markup; empty for footnotes, which stand where their marks are."""
    if element.kind == "footnote" or not element.sentences[lang]:
        return ""
    text = _join(element.sentences[lang], lang)
    mark = element.marks[lang]
    if mark and element.kind in ("paragraph", "list_item"):
        text = mark + (" " if lang == "en" else "") + text
    body = _markup(text, notes)
    if element.kind == "title":
        return f'#align(center, text(size: 15pt, weight: "bold")[{body}])'
    if element.kind == "heading":
        size = 12.5 if element.level == 1 else 11
        return f'#block(above: 1.4em, below: 0.9em, sticky: true, text(size: {size}pt, weight: "bold")[{body}])'
    if element.kind == "list_item":
        return f"#pad(left: 1.6em)[{body}]"
    return f"#par(first-line-indent: (amount: 2em, all: true))[{body}]" if lang == "zh" else f"#par[{body}]"


def _join(sentences: tuple[str, ...], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(sentences)


def _markup(text: str, notes: dict[str, str]) -> str:
    """Text with its note marks as Typst footnotes; everything else is a string, so nothing in it is markup."""
    parts, at = [], 0
    for mark in NOTE_MARK.finditer(text):
        parts.append(f"#{_quote(text[at : mark.start()])};" if mark.start() > at else "")
        note = notes.get(mark.group(1), "")
        parts.append(f"#footnote[#{_quote(note)};]" if note else "")
        at = mark.end()
    if at < len(text):
        parts.append(f"#{_quote(text[at:])};")
    return "".join(parts)


def _quote(text: str) -> str:
    """A Typst string literal: its escapes are those of JSON for everything a work can hold."""
    return json.dumps(text, ensure_ascii=False)
