"""Mend citeproc-py where its output differs from what styles ask for.

citeproc-py reads styles and locales, finds terms and macros, and walks through them. The elements
here take the places of those of its own that it renders in another way than citeproc-js and pandoc.
"""

RULES_ARE_IN: tuple[str, ...] = ()
"""None are: these modules need citeproc-py, which a machine may lack."""
