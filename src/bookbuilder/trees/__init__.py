"""HTML trees: parsed, walked, written, and what they may hold."""
