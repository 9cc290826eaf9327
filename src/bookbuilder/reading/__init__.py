"""Read a book's files into chapters, in order."""
