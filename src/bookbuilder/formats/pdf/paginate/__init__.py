"""Runs, rounds and page numbers: what is laid out when, and what is remembered."""
