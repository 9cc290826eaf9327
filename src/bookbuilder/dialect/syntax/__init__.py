"""Add syntax beyond CommonMark, one extension a file."""
