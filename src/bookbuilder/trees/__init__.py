"""Parse, walk and write HTML trees, and define what they may hold."""
