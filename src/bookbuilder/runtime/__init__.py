"""Provide services for a build: files, cache, limits, child processes and the network."""
