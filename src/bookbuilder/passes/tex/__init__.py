"""Convert formulas of LaTeX into MathML."""
