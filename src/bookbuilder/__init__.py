"""bookbuilder: a folder of Markdown chapters in, an EPUB and a print PDF out."""
__version__ = "0.1.0"
