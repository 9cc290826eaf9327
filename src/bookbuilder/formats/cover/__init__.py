"""The cover for the printer."""
