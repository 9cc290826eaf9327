"""Declare what bookbuilder uses of WeasyPrint's own styles of HTML, which are no public API.

This is a part of `contract.py`, with the same promises and tests.
"""

from __future__ import annotations

import re

from weasyprint import CSS, HTML
from weasyprint.html import UA as _STYLES_OF_HTML


def _sparing_styles() -> str:
    """Return WeasyPrint's own styles, without styles for pseudo-elements that nothing has."""
    text = re.sub(r"^::note-[^\n]*$", "", _STYLES_OF_HTML, flags=re.MULTILINE)
    text = re.sub(r"^(?=::footnote-)", ".note", text, flags=re.MULTILINE)
    return re.sub(r"^(?=::marker)", "li", text, flags=re.MULTILINE)


_SPARING_STYLES = CSS(string=_sparing_styles())


def spare_pseudo_elements(html: HTML) -> None:
    """Have only `li` for items of lists, and only `.note` for what may float to the foot.

    Otherwise, WeasyPrint computes the styles of six pseudo-elements for each element.
    """
    styles_of_html = html._ua_stylesheets

    def styles(forms: bool = False) -> list[CSS]:
        return [_SPARING_STYLES, *styles_of_html(forms)[1:]]

    html._ua_stylesheets = styles
