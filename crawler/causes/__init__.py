"""Formats of known causes: one file each, found by folder."""
