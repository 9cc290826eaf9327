"""Declare what bookbuilder uses of WeasyPrint's own styles of HTML, which are no public API.

This is a part of `contract.py`, with the same promises and tests.
"""

from __future__ import annotations

import re
from functools import cache

from weasyprint import CSS, HTML
from weasyprint.html import PH as _STYLES_OF_ATTRIBUTES
from weasyprint.html import UA as _STYLES_OF_HTML

MARGINS_OF_THEME = frozenset({"top-left", "top-right", "bottom-left", "bottom-right"})
"""The boxes in the margins of pages that the theme fills."""

_ATTRIBUTES = frozenset(re.findall(r"\[([a-z]+)", _STYLES_OF_ATTRIBUTES))


def _sparing_text(margins: frozenset[str]) -> str:
    """Return WeasyPrint's own styles, without those that `spare_styles` leaves out."""
    text = re.sub(r"^::note-[^\n]*$", "", _STYLES_OF_HTML, flags=re.MULTILINE)
    text = re.sub(r"^(?=::footnote-)", ".note", text, flags=re.MULTILINE)
    text = re.sub(r"^(?=::marker)", "li", text, flags=re.MULTILINE)
    # Those of WeasyPrint's lists come another way.
    text = re.sub(r"^@counter-style [^\n]*$", "", text, flags=re.MULTILINE)
    return re.sub(
        r"^ *@([a-z-]+) +\{[^\n]*\}$",
        lambda box: box[0] if box[1] in {*margins, "footnote"} else "",
        text,
        flags=re.MULTILINE,
    )


@cache
def _sparing_styles(margins: frozenset[str]) -> CSS:
    return CSS(string=_sparing_text(margins))


# Most books need no others: these are parsed while there is nothing to lay out yet.
_sparing_styles(MARGINS_OF_THEME)


def spare_styles(html: HTML, margins: frozenset[str]) -> None:
    """Have only `li` for items of lists, only `.note` for notes, and only `margins` in margins.

    Otherwise, WeasyPrint computes the styles of six pseudo-elements for each element, and those of
    seventeen boxes for each page. It would also look at each element for attributes that say how it
    looks, such as `align`, where none has any.
    """
    styles_of_html = html._ua_stylesheets

    def styles(forms: bool = False) -> list[CSS]:
        return [_sparing_styles(margins), *styles_of_html(forms)[1:]]

    html._ua_stylesheets = styles
    if all(_ATTRIBUTES.isdisjoint(element.attrib) for element in html.etree_element.iter()):
        html._ph_stylesheets = list
