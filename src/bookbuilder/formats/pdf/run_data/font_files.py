"""Say which files are fonts that print can use."""

FONT_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2")
LARGEST_FONT = 100_000_000
