"""Load the libraries that print, where they can be loaded: processes forked later have them."""

from __future__ import annotations

import contextlib

with contextlib.suppress(OSError, ImportError):  # Pango is missing: printing will say so.
    from bookbuilder.formats.pdf.weasy.setup import load_weasyprint

    load_weasyprint()
    import pypdfium2  # noqa: F401

    import bookbuilder.formats.pdf.weasy.layout  # noqa: F401
