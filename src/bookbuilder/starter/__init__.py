"""Start books: the files of a new one, and a book.toml for a folder that builds already."""
