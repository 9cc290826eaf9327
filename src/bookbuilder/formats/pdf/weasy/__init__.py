"""What works with WeasyPrint itself: from trees to pages, and from pages to a PDF.

The modules here import WeasyPrint, and so are only to be imported inside `engine.engine`. They
declare no rules: those are in `rules.py` beside this package, to be known where there is no Pango.
"""
