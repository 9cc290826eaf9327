"""From files to chapters: which files, in which order, and what each of them says."""
