"""Services that a build runs on: files, cache, limits, child processes and the network."""
