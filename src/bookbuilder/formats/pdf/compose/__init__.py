"""Turn a linked book into the trees that are printed. No boxes, no pages."""
