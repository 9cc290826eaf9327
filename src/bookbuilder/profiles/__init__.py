"""Trim sizes as data: a file `trim.toml`, one table for each size."""
