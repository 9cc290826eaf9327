"""What the author sets: book.toml, levels of rules, and the files of other tools."""
