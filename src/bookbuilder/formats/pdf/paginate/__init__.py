"""Lay out a book's runs in rounds until page numbers are right, and remember them."""
