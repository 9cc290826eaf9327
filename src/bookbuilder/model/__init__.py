"""Values that every stage knows: sources, findings, rules, and where pages start."""
