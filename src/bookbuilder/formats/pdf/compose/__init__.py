"""From a linked book to the trees that are printed. No boxes, no pages."""
