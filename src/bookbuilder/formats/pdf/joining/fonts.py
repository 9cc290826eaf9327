"""Join the fonts of laid-out runs, and put them into a PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bookbuilder.formats.pdf.joining.pdf import Pdf
from bookbuilder.formats.pdf.joining.values import thawed, written
from bookbuilder.formats.pdf.run_data.records import FontUse, LaidOutRun, WrittenFonts


def joined_fonts(
    laid_out_runs: Sequence[LaidOutRun],
) -> tuple[list[FontUse], list[dict[str, str]]]:
    """Return the fonts with the glyphs of all runs, and for each run its fonts' names.

    Glyphs that a font lacks are numbered run by run, so a font that lacks some is not shared.
    """
    uses: dict[str, FontUse] = {}
    names: list[dict[str, str]] = []
    for number, laid_out in enumerate(laid_out_runs):
        names.append({})
        for use in laid_out.fonts:
            name = use.hash
            taken = uses.get(name)
            if use.missing or (taken and (taken.file, taken.index) != (use.file, use.index)):
                name = f"{use.hash}{number}"
                taken = uses.get(name)
            names[-1][use.hash] = name
            uses[name] = _both(taken, use) if taken else replace(use, hash=name)
    return list(uses.values()), names


def _both(one: FontUse, other: FontUse) -> FontUse:
    return replace(
        one,
        widths=other.widths | one.widths,
        # The glyphs of one letter mean it once; the others mean nothing until they stand alone.
        to_unicode=other.to_unicode
        | {k: v for k, v in one.to_unicode.items() if v or not other.to_unicode.get(k)},
    )


def add_fonts(pdf: Pdf, fonts: WrittenFonts) -> tuple[bytes, Mapping[str, bytes]]:
    """Add the objects of `fonts`; return references to all of them, and to each by its name."""
    first = pdf.next_number
    added, value = b"", {}
    for made in fonts.objects:
        value = thawed(made.value, first)
        if made.data is None:
            added = pdf.add(written(value))
        else:
            pdf.add_compressed(made.data, value)
    pdf.messages |= dict.fromkeys(fonts.messages)
    return added, value
