"""Lay out trees with WeasyPrint, and write PDFs: the only package that knows of it, and of boxes.

`contract.py` declares what is used of WeasyPrint. Modules that import it are themselves imported
only inside `setup.weasyprint_with_fonts`, because WeasyPrint cannot be imported where Pango is
missing. The other ones declare all rules of this package, which have to be known on such machines,
too.
"""

RULES_ARE_IN = ("setup", "findings", "missing_glyphs", "own_families")
