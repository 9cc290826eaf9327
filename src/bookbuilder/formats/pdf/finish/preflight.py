"""Find out what a finished PDF lacks, without laying out pages. Any program may have made it."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf

from bookbuilder.model.diagnostics import Rule, Severity

NOT_EMBEDDED = Rule(
    "V006",
    "font-not-embedded",
    Severity.WARNING,
    "If a font is not in the PDF, each printer and each screen uses another one instead. Print"
    " shops send such files back.",
)
NOT_TAGGED = Rule(
    "V007",
    "pdf-not-accessible",
    Severity.WARNING,
    "People who listen to a PDF need its tags, its language and its title, and their programs trust"
    " a PDF that says that it conforms to PDF/UA. bookbuilder writes all of it, but other programs"
    " that change the finished file often drop it.",
)
ACTIVE_PDF = Rule(
    "V008",
    "active-pdf",
    Severity.WARNING,
    "A book neither runs programs nor carries files. Print shops and careful readers refuse PDFs"
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
    """The file is not a PDF, or cannot be read; the text says why."""


def inspect_pdf(data: bytes) -> Iterator[tuple[Rule, str]]:
    """Yield everything doubtful in the PDF `data`. Raises `NotAPdfError`."""
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


def claims_of(data: bytes) -> list[str]:
    """Return the standards that the PDF `data` says it conforms to. Raises `NotAPdfError`."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return _claims(pdf)
    except pikepdf.PdfError as error:
        raise NotAPdfError(str(error)[:200]) from None


def _claims(pdf: pikepdf.Pdf) -> list[str]:
    try:
        said = pdf.open_metadata()
        part, archive = said.get("pdfuaid:part"), said.get("pdfaid:part")
        level = str(said.get("pdfaid:conformance") or "").lower()
    except Exception:  # Its XML is whatever another program wrote.
        return []
    found = [f"PDF/UA-{str(part)[:1]}"] if part else []
    return [*found, f"PDF/A-{str(archive)[:1]}{level[:1]}"] if archive else found


def _accessibility(pdf: pikepdf.Pdf) -> Iterator[tuple[Rule, str]]:
    marked = pdf.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False)
    if not marked or pdf.Root.get("/StructTreeRoot") is None:
        yield NOT_TAGGED, "the PDF is not tagged"
    elif not any(claim.startswith("PDF/UA") for claim in _claims(pdf)):
        yield NOT_TAGGED, "the PDF does not say that it conforms to PDF/UA"
    if not str(pdf.Root.get("/Lang", "")):
        yield NOT_TAGGED, "the PDF does not say its language"
    if not str(pdf.docinfo.get("/Title", "")):
        yield NOT_TAGGED, "the PDF has no title"


def _objects(pdf: pikepdf.Pdf) -> Iterator[tuple[Rule, str]]:
    """Find fonts that are not embedded, actions and attachments, anywhere in the PDF."""
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
    """Return whether a simple font has no descriptor, like the 14 that every viewer once had."""
    simple = font.get("/Subtype") in ("/Type1", "/TrueType", "/MMType1")
    return simple and "/FontDescriptor" not in font


def _name(said: object) -> str:
    return str(said or "").removeprefix("/")[:100]
