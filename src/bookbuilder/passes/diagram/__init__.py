"""Draw diagrams: only a book that has some imports what draws them."""
