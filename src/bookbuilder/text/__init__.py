"""Handle plain text and data on languages: words, slugs, guesses. Nothing here knows of books."""
