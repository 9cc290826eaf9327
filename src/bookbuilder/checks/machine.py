"""Find out what this machine has and lacks for building books.

Nothing that may be broken is imported at once: people ask when they have trouble already.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.checks.ace import find_ace
from bookbuilder.checks.epubcheck import NotRunError, find_jar, find_java
from bookbuilder.runtime.hunspell import INSTALL_HUNSPELL, NoHunspellError, find_hunspell
from bookbuilder.runtime.programs import find_program
from bookbuilder.runtime.scratch import scratch_folder

if TYPE_CHECKING:
    from packaging.requirements import Requirement

OLDEST_PYTHON = (3, 11)
REINSTALL_HINT = "install bookbuilder again: `pip install --force-reinstall bookbuilder`"
# Packages that are imported under another name than they are installed.
_IMPORTED_AS = {
    "beautifulsoup4": "bs4",
    "fonttools": "fontTools",
    "pillow": "PIL",
    "pymdown-extensions": "pymdownx",
    "pyyaml": "yaml",
}
_FONT_STARTS = (b"\0\1\0\0", b"OTTO", b"true")
_TRIAL = """\
import sys
try:
    import bookbuilder
    bookbuilder.write(bookbuilder.load(sys.argv[1]), sys.argv[2])
except Exception as error:
    errors = getattr(error, "diagnostics", ())
    said = "; ".join(e.message for e in errors if e.severity == "error")
    sys.exit(said or str(error) or type(error).__name__)
"""
LONGEST_REASON = 300
TRIAL_SECONDS = 120


class State(StrEnum):
    """`OPTIONAL` is lacking too, but books can be built without it."""

    OK = "ok"
    LACKING = "lacking"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Fact:
    state: State
    what: str
    hint: str = ""


def facts() -> Iterator[Fact]:
    """Yield everything that building depends on, then what checking can use."""
    yield _python()
    yield from _packages()
    yield from _layout()
    yield _fonts()
    yield from _epubcheck()
    yield _hunspell()
    yield _ace()
    yield from _diagrams()


def trial(format_name: str) -> str:
    """Return why a book of one line cannot be built here in this format; empty if it can.

    It is built in a process of its own, which may crash.
    """
    with scratch_folder() as folder:
        chapter = Path(folder, "one.md")
        chapter.write_text("# One\n\nA line.\n", encoding="utf-8")
        command = [sys.executable, "-c", _TRIAL, str(chapter), f"{folder}/trial.{format_name}"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TRIAL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"a book of one line takes more than {TRIAL_SECONDS} s"
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
    return _shortened(said[-1]) or f"Python ended with {done.returncode}"


def _python() -> Fact:
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return Fact(State.LACKING, f"Python {version}: it has to be {wanted} or newer")
    return Fact(State.OK, f"Python {version}")


def _packages() -> Iterator[Fact]:
    """Yield the packages that bookbuilder needs, by its own metadata."""
    try:
        from packaging.requirements import Requirement
    except Exception as error:
        yield Fact(State.LACKING, f"packaging is broken: {_said(error)}", REINSTALL_HINT)
        return
    try:
        needed = importlib.metadata.requires("bookbuilder") or []
    except importlib.metadata.PackageNotFoundError:
        yield Fact(State.LACKING, "bookbuilder is not installed as a package", REINSTALL_HINT)
        return
    for requirement in map(Requirement, needed):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _package(requirement)


def _package(requirement: Requirement) -> Fact:
    name, bounds = requirement.name, requirement.specifier
    hint = f"`pip install '{requirement}'`"
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Fact(State.LACKING, f"{name} is not installed", hint)
    if not bounds.contains(version, prereleases=True):
        return Fact(State.LACKING, f"{name} {version} is installed; needed is {bounds}", hint)
    if name != "weasyprint":  # which has a fact of its own
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what a package will need in the future
                importlib.import_module(_IMPORTED_AS.get(name, name))
        except Exception as error:
            return Fact(State.LACKING, f"{name} {version} is broken: {_said(error)}", hint)
    return Fact(State.OK, f"{name} {version}")


def _layout() -> Iterator[Fact]:
    """Check WeasyPrint and the libraries of the system that it loads."""
    try:
        from bookbuilder.formats.pdf.weasy import setup
    except Exception as error:
        # A package that is missing or broken has a fact of its own.
        yield Fact(State.LACKING, f"WeasyPrint cannot be tried: {_said(error)}", REINSTALL_HINT)
        return
    try:
        setup.load_weasyprint()
        found = setup.loaded_libraries()
    except ImportError as error:
        yield Fact(State.LACKING, f"WeasyPrint is broken: {_said(error)}", REINSTALL_HINT)
        return
    except Exception as error:
        what = f"WeasyPrint does not load: {_said(error)}"
        yield Fact(State.LACKING, what, setup.PANGO_HINT)
        return
    yield Fact(State.OK, f"WeasyPrint loads Pango {found.pango} and HarfBuzz {found.harfbuzz}")
    if found.has_harfbuzz_subset:
        yield Fact(State.OK, "HarfBuzz-Subset")
    else:
        what = "HarfBuzz-Subset is not there: PDFs take longer and have other bytes"
        yield Fact(State.OPTIONAL, what, setup.HARFBUZZ_HINT)
    if found.parts_thai:
        yield Fact(State.OK, "libthai, for lines of Thai")
    else:
        what = "Pango is built without libthai: lines of Thai end at blanks only"
        yield Fact(State.OPTIONAL, what, setup.THAI_HINT)


def _fonts() -> Fact:
    """Check the bundled fonts; the EPUB's cover is drawn with them too."""
    try:
        folder = resources.files("bookbuilder").joinpath("fonts")
        fonts = [f for f in folder.iterdir() if f.name.endswith((".ttf", ".otf"))]
        broken = [f.name for f in fonts if not f.read_bytes().startswith(_FONT_STARTS)]
    except OSError as error:
        return Fact(State.LACKING, f"the bundled fonts cannot be read: {error}", REINSTALL_HINT)
    if not fonts or broken:
        what = f"bundled fonts are broken: {', '.join(broken)}" if broken else "no bundled fonts"
        return Fact(State.LACKING, what, REINSTALL_HINT)
    return Fact(State.OK, f"{len(fonts)} bundled fonts")


def _epubcheck() -> Iterator[Fact]:
    try:
        java = find_java()
        done = subprocess.run([java, "-version"], capture_output=True, timeout=60, check=False)
        said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
        state = State.OK if done.returncode == 0 else State.OPTIONAL
        yield Fact(state, f"Java, for `check --built`: {said[0][:100]}")
    except NotRunError as error:
        yield Fact(State.OPTIONAL, f"Java, for EPUBCheck in `check --built`: {error}", error.hint)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Fact(State.OPTIONAL, f"Java, for EPUBCheck in `check --built`: {_said(error)}")
    try:
        find_jar()
        yield Fact(State.OK, f"EPUBCheck {importlib.metadata.version('epubcheck')}")
    except NotRunError as error:
        yield Fact(State.OPTIONAL, f"EPUBCheck, for `check --built`: {error}", error.hint)


def _hunspell() -> Fact:
    try:
        known = ", ".join(find_hunspell().dictionaries)
    except NoHunspellError as error:
        what = f"Hunspell, for `check --spelling`: {error}"
        return Fact(State.OPTIONAL, what, INSTALL_HUNSPELL)
    if not known:
        return Fact(State.OPTIONAL, "Hunspell has no dictionaries", INSTALL_HUNSPELL)
    return Fact(State.OK, f"Hunspell, with the dictionaries {known[:200]}")


def _ace() -> Fact:
    try:
        return Fact(State.OK, f"Ace, for `check --release`: {find_ace()[:200]}")
    except NotRunError as error:
        return Fact(State.OPTIONAL, f"Ace, for `check --release`: {error}", error.hint)


def _diagrams() -> Iterator[Fact]:
    try:
        version = importlib.metadata.version("merman")
        yield Fact(State.OK, f"merman {version}, for diagrams of Mermaid")
    except importlib.metadata.PackageNotFoundError:
        hint = 'pip install "bookbuilder[diagrams]"'
        yield Fact(State.OPTIONAL, "merman, for diagrams of Mermaid, is not installed", hint)
    if path := find_program("dot"):
        yield Fact(State.OK, f"Graphviz, for its diagrams: {path[:200]}")
    else:
        hint = "apt install graphviz, or https://graphviz.org/download/"
        yield Fact(State.OPTIONAL, "Graphviz, for its diagrams, is not installed", hint)


def _said(error: Exception) -> str:
    return _shortened((str(error).splitlines() or [type(error).__name__])[0])


def _shortened(text: str) -> str:
    return textwrap.shorten(text, LONGEST_REASON, placeholder=" …")
