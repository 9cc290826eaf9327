"""The author's settings: book.toml, levels of rules, and the files of other tools."""
