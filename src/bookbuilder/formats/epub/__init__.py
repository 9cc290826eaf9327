"""The EPUB: one XHTML file per chapter, with what e-readers of each maker need."""
