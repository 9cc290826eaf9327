"""Share what the EPUB and the web pages have in common: trees written as hypertext, with styles."""
