"""Fetching: one polite way out to the sources, and an archive that can answer again without the network."""
