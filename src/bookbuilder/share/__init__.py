"""Make the folder that a book is handed out from: its files, a page about them, and feeds.

`making.py` builds the files, `page.py` and the modules beside it say what they are, and
`delivery.py` puts all of it in its place. Nothing is uploaded.
"""
