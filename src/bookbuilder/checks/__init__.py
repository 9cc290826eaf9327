"""Check finished files, and the machine that builds."""
