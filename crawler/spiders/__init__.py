"""Kinds of sources: one file each, found by folder."""
