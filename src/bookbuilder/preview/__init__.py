"""Show a book in the browser while it is written, and build it on every save."""
