"""Finish a PDF whose pages are joined: labels, metadata and booklets."""
