"""Checks of what is built already, and of the machine that builds."""
