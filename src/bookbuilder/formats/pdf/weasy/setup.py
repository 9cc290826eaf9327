"""Import WeasyPrint late, and with the bundled fonts only.

Pango picks a system font in silence for any glyph that the book's fonts lack, and the same book
then looks different on each machine; so fontconfig is pointed at a configuration of ours before
WeasyPrint is first imported and while a book is laid out.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import io
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, resources
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from bookbuilder.formats.pdf.run_data.font_files import FONT_SUFFIXES, LARGEST_FONT
from bookbuilder.formats.pdf.weasy.own_families import families_for, families_in
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import files_below, is_file, is_inside, name_of, read_file
from bookbuilder.runtime.scratch import scratch_folder

PANGO_HINT = (
    "Debian, Ubuntu: `apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0`;"
    " Fedora: `dnf install pango`; macOS: `brew install pango`;"
    " Windows: `pacman -S mingw-w64-x86_64-pango` in MSYS2, and its bin folder on PATH"
)
HARFBUZZ_HINT = (
    "Debian, Ubuntu: `apt install libharfbuzz-subset0`; Fedora: `dnf install harfbuzz`;"
    " macOS: `brew install harfbuzz`; Windows: `pacman -S mingw-w64-x86_64-harfbuzz` in MSYS2"
)

THAI_HINT = (
    "where lines may end, write a zero-width space (U+200B), or build on Debian, Ubuntu or Fedora"
)

NO_PANGO = Rule(
    "P001",
    "pango-missing",
    Severity.ERROR,
    "WeasyPrint makes the PDF, and needs the Pango library of the operating system. The EPUB"
    " does not need it.",
    is_books_fault=False,
)

NO_FONT = Rule(
    "P017",
    "unreadable-font",
    Severity.WARNING,
    "A font of the book must be an ordinary file in the folder `fonts/`. A font that cannot be"
    " read is left out, and its text is set in another one.",
)

MOST_FONTS = 1000

_PACKAGES = ("weasyprint", "pydyf", "cssselect2", "tinycss2", "pyphen", "PIL", "fontTools")

FALLBACKS = (
    "Bookbuilder Serif",
    "Noto Serif",
    "Amiri",
    "Noto Serif Hebrew",
    "BIZ UDMincho",
    "BIZ UDGothic",
    "Bookbuilder Words SC",
    "Bookbuilder Words KR",
    "Noto Serif Devanagari",
    "Noto Serif Thai",
    "Noto Serif Georgian",
    "Noto Serif Armenian",
    "Bookbuilder Sans",
    "Bookbuilder Mono",
    "Noto Sans Symbols 2",
    "Noto Sans Symbols",
    "Noto Sans Math",
    "Noto Emoji",
)
GENERIC = {
    "serif": "Bookbuilder Serif",
    "sans-serif": "Bookbuilder Sans",
    "system-ui": "Bookbuilder Sans",
    "monospace": "Bookbuilder Mono",
    "emoji": "Noto Emoji",
    "math": "Noto Sans Math",
    "cursive": "Bookbuilder Serif",
    "fantasy": "Bookbuilder Serif",
}
# In these languages, figures, blanks and short words of Latin letters come from the script's font.
OF_LANGUAGE = {"ar": "Amiri", "fa": "Amiri", "ur": "Amiri"}


def fontconfig_xml(
    folders: list[Path],
    cache: Path,
    preferred: Sequence[str] = (),
    names: Sequence[tuple[str, str]] = (),
) -> str:
    """Return a fontconfig configuration that knows the fonts in `folders` and no others.

    The families `preferred` come before the bundled font for Chinese and Japanese. `names` are what
    stylesheets call a family, and its own name.
    The fallbacks are bound strongly: otherwise the language of the text would reorder them.
    """
    aliases = "".join(
        f'<match target="pattern"><test name="family" qual="any"><string>{generic}</string></test>'
        f'<edit name="family" mode="prepend" binding="strong"><string>{family}</string></edit>'
        "</match>"
        for generic, family in GENERIC.items()
    )
    aliases += "".join(
        f'<match target="pattern"><test name="lang" compare="contains"><string>{language}</string>'
        f'</test><test name="family" qual="any"><string>{generic}</string></test>'
        f'<edit name="family" mode="prepend_first" binding="strong"><string>{family}</string>'
        "</edit></match>"
        for language, family in OF_LANGUAGE.items()
        for generic in ("serif", "sans-serif")
    )
    aliases += "".join(
        f'<match target="pattern"><test name="family" qual="any"><string>{escape(said)}</string>'
        f'</test><edit name="family" mode="prepend" binding="strong"><string>{escape(own)}</string>'
        "</edit></match>"
        for said, own in dict.fromkeys(names)
    )
    before = FALLBACKS.index("BIZ UDMincho")
    families = dict.fromkeys([*FALLBACKS[:before], *preferred, *FALLBACKS[before:]])
    fallbacks = "".join(f"<string>{escape(family)}</string>" for family in families)
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        + "".join(f"<dir>{escape(str(folder))}</dir>" for folder in folders)
        + f"<cachedir>{escape(str(cache))}</cachedir>"
        + aliases
        + '<match target="pattern"><edit name="family" mode="append_last" binding="strong">'
        + fallbacks
        + "</edit></match></fontconfig>\n"
    )


@dataclass(frozen=True, slots=True)
class PrintFonts:
    """The fonts of a book: fontconfig's `configuration`, and the author's files.

    `own` has those of the folders `fonts`, and those that stylesheets bring. `folder` is for
    temporary files.
    """

    folder: Path
    configuration: Path
    own: Mapping[Path, bytes]


@contextlib.contextmanager
def print_fonts(
    folders: Sequence[Path],
    report: Report,
    language: str = "",
    faces: Iterable[tuple[str, str, bytes]] = (),
) -> Iterator[PrintFonts]:
    """Have fontconfig know the fonts of a book in `folders`, and no others, inside the context.

    `language` is the book's; `faces` are fonts that its stylesheets bring: family, suffix and
    content.
    """
    with contextlib.ExitStack() as stack:
        bundled = stack.enter_context(
            resources.as_file(resources.files("bookbuilder").joinpath("fonts"))
        )
        folder = Path(stack.enter_context(scratch_folder()))
        (folder / "fonts").mkdir()
        own = dict(own_fonts(folders, report))
        names = []
        for number, (family, suffix, data) in enumerate(faces):
            own[f"face-{number}{suffix}"] = data
            names += [(family, name) for name, _ in families_in(data) if name != family]
        for name, data in own.items():
            (folder / "fonts" / name).write_bytes(data)
        config = folder / "fonts.conf"
        preferred = families_for(language, own.values())
        xml = fontconfig_xml([bundled, folder / "fonts"], folder, preferred, names)
        config.write_text(xml, "utf-8")
        stack.enter_context(_environment(**environment_for(config)))
        yield PrintFonts(folder, config, {folder / "fonts" / n: own[n] for n in sorted(own)})


def environment_for(configuration: Path) -> dict[str, str]:
    """Return what a process has to know that uses the fonts of a configuration of fontconfig."""
    # fontTools, which subsets where HarfBuzz cannot, would write the time of day into fonts.
    return {"FONTCONFIG_FILE": str(configuration), "SOURCE_DATE_EPOCH": "0"}


@contextlib.contextmanager
def weasyprint_with_fonts(
    folders: Sequence[Path],
    report: Report,
    language: str = "",
    faces: Iterable[tuple[str, str, bytes]] = (),
) -> Iterator[None]:
    """Have WeasyPrint importable, and set up with the fonts of a book, inside the context.

    See `print_fonts`. Raises `BookError` where Pango is missing.
    """
    with print_fonts(folders, report, language, faces):
        with missing_library_reported(report):
            load_weasyprint()
        from bookbuilder.formats.pdf.weasy.contract import reread_fontconfig

        reread_fontconfig()
        yield


def own_fonts(folders: Sequence[Path], report: Report) -> Iterator[tuple[str, bytes]]:
    """Yield a name and the content of each font in `fonts` of `folders`, which all may be read.

    What may not be read is reported: fontconfig itself would follow links and wait for pipes.
    """
    own = [folder / "fonts" for folder in folders]
    found = [path for fonts in own for path in sorted(files_below(fonts, *folders))]
    found = [path for path in found if path.suffix.lower() in FONT_SUFFIXES]
    for number, path in enumerate(found[:MOST_FONTS]):
        try:
            if not (is_inside(path, *folders) and is_file(path)):
                raise OSError(0, "it is no file inside the book's folder")
            data = read_file(path, LARGEST_FONT, folders)
        except OSError as error:
            name = name_of(path, folders[0])
            report.add(NO_FONT, f"the font {name} cannot be read: {error.strerror}", Span(name))
        else:
            yield f"{number}{path.suffix.lower()}", data


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def missing_library_reported(report: Report) -> Iterator[None]:
    """Raise `BookError` in place of the `OSError` of a library that WeasyPrint misses."""
    try:
        yield
    except OSError as error:
        report.add(
            NO_PANGO,
            f"WeasyPrint cannot load a library it needs: {str(error).splitlines()[0]}",
            hint=PANGO_HINT,
        )
        raise BookError(report.diagnostics) from error


def load_weasyprint() -> None:
    """Import WeasyPrint in silence. Raises `OSError` where a library of the system is missing."""
    # It prints what it misses, and warns of what it will need in the future.
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _libraries_by_their_names():
                import weasyprint
        except OSError:
            import weasyprint  # noqa: F401
    from PIL import ImageFile

    # WeasyPrint lets Pillow accept broken pictures in the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False


@contextlib.contextmanager
def _libraries_by_their_names() -> Iterator[None]:
    """Have libraries opened by the names that WeasyPrint tries, and not searched for.

    It tries those of other systems first. For each, `find_library` runs ldconfig, a compiler and a
    linker, which takes longer than all other imports of WeasyPrint.
    """
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = search


@dataclass(frozen=True, slots=True)
class Libraries:
    """The versions of the libraries that WeasyPrint has loaded, and whether it has this one."""

    pango: str
    harfbuzz: str
    has_harfbuzz_subset: bool
    parts_thai: bool


def loaded_libraries() -> Libraries:
    """Say what WeasyPrint, loaded before, has found on this machine."""
    from bookbuilder.formats.pdf.weasy.contract import ffi, harfbuzz, harfbuzz_subset, pango

    return Libraries(
        ffi.string(pango.pango_version_string()).decode(),
        ffi.string(harfbuzz.hb_version_string()).decode(),
        harfbuzz_subset is not None,
        _parts_thai(),
    )


def _parts_thai() -> bool:
    """Return whether Pango finds the words of Thai, which it does with libthai's dictionary."""
    from bookbuilder.formats.pdf.weasy.contract import ffi, pango

    words = "ภาษาไทย"
    data, count = words.encode(), len(words) + 1
    found = ffi.new("PangoLogAttr[]", count)
    thai = pango.pango_language_from_string(b"th")
    pango.pango_get_log_attrs(data, len(data), -1, thai, found, count)
    return any(found[at].is_line_break for at in range(1, len(words)))


def versions() -> list[str]:
    """Return the versions of all that a layout depends on, for a name of its result."""
    found = loaded_libraries()
    packages = [import_module(name).__version__ for name in _PACKAGES]
    return [*packages, found.pango, found.harfbuzz]


def srgb_profile() -> bytes:
    """Return the colour profile of sRGB, which comes with WeasyPrint; that need not be loaded."""
    found = find_spec("weasyprint")
    assert found
    assert found.origin
    return Path(found.origin).with_name("pdf").joinpath("sRGB2014.icc").read_bytes()
