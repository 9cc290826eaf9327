"""Checks of finished files, and of the machine that builds."""
