"""Read bibliographies, and set citations and lists of sources by styles in CSL.

Nothing here is imported by a book that has no bibliography. Data and styles are authors' input.
"""

RULES_ARE_IN = ("library", "style_names")
"""Others need citeproc-py, which a machine may lack."""
