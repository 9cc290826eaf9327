"""Read what another tool's own file says of a book, one module for each tool.

A tool's module gives settings (`from_…`), a list of chapters (`…_list`), or both. `tools` asks them
in order; it is imported for a book that does not say itself what they would be asked.
"""
