"""Draw formulas, for print and for readers that know no MathML."""
