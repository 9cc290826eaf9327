"""What a finished PDF lacks, whoever made it: no page is laid out for that."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf

from bookbuilder.model.diagnostics import Rule, Severity

NOT_EMBEDDED = Rule(
    "V006",
    "font-not-embedded",
    Severity.WARNING,
    "Where a font is not in the PDF, each printer and each screen takes another one. Print shops"
    " send such files back.",
)
NOT_TAGGED = Rule(
    "V007",
    "pdf-not-accessible",
    Severity.WARNING,
    "People who hear a PDF need its tags, its language and its title. bookbuilder writes them all;"
    " programs that a finished file goes through afterwards often drop them.",
)
ACTIVE_PDF = Rule(
    "V008",
    "active-pdf",
    Severity.WARNING,
    "A book neither runs programs nor carries files. Print shops and careful readers refuse those"
    " that do.",
)
NO_LABELS = Rule(
    "V009",
    "no-page-labels",
    Severity.WARNING,
    "Page labels let readers jump to the page that is printed as `iv` or as 12. Without them, the"
    " number in the viewer is not the one on the page.",
)

_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_ACTIVE = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")


class NotAPdfError(Exception):
    """The text says why."""


def inspect_pdf(data: bytes) -> Iterator[tuple[Rule, str]]:
    """Everything doubtful in the PDF `data`. Raises `NotAPdfError`."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            yield from _accessibility(pdf)
            if len(pdf.pages) > 1 and pdf.Root.get("/PageLabels") is None:
                yield NO_LABELS, "the PDF has no page labels"
            yield from _objects(pdf)
    except pikepdf.PasswordError:
        raise NotAPdfError("it asks for a password") from None
    except pikepdf.PdfError as error:
        raise NotAPdfError(str(error)[:200]) from None


def _accessibility(pdf: pikepdf.Pdf) -> Iterator[tuple[Rule, str]]:
    marked = pdf.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False)
    if not marked or pdf.Root.get("/StructTreeRoot") is None:
        yield NOT_TAGGED, "the PDF is not tagged"
    if not str(pdf.Root.get("/Lang", "")):
        yield NOT_TAGGED, "the PDF does not say its language"
    if not str(pdf.docinfo.get("/Title", "")):
        yield NOT_TAGGED, "the PDF has no title"


def _objects(pdf: pikepdf.Pdf) -> Iterator[tuple[Rule, str]]:
    """Fonts that are not embedded, actions and attachments, wherever they hang."""
    found: dict[tuple[Rule, str], None] = {}
    for thing in pdf.objects:
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        kind = thing.get("/Type")
        if kind == "/FontDescriptor" and not any(key in thing for key in _FONT_FILES):
            found[NOT_EMBEDDED, f"the font `{_name(thing.get('/FontName'))}` is not embedded"] = (
                None
            )
        if kind == "/Font" and _is_bare(thing):
            found[NOT_EMBEDDED, f"the font `{_name(thing.get('/BaseFont'))}` is not embedded"] = (
                None
            )
        if kind == "/Filespec" and "/EF" in thing:
            found[ACTIVE_PDF, "the PDF carries a file as an attachment"] = None
        actions = [thing, *(a for a in thing.values() if isinstance(a, pikepdf.Dictionary))]
        for action in actions:
            if (name := str(action.get("/S", ""))) in _ACTIVE:
                found[ACTIVE_PDF, f"the PDF holds an action `{name.removeprefix('/')}`"] = None
    yield from found


def _is_bare(font: pikepdf.Object) -> bool:
    """Whether a simple font has no descriptor, as the fourteen that every viewer once had."""
    simple = font.get("/Subtype") in ("/Type1", "/TrueType", "/MMType1")
    return simple and "/FontDescriptor" not in font


def _name(said: object) -> str:
    return str(said or "").removeprefix("/")[:100]
