"""Formats of the lists that close the loop: one file each, found by folder."""
