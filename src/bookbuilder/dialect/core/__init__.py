"""Parse CommonMark: blocks line by line, inlines in one pass."""
