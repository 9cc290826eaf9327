"""Read bibliographies, and set citations and lists of sources by styles in CSL.

Nothing here is imported by a book that has no bibliography. Data and styles are authors' input.
"""
