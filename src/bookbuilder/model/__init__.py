"""Define values that every stage uses: sources, findings, rules, and page starts."""
