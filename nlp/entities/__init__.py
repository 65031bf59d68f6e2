"""Named things in a text, one module per kind: regions by a code table, places and bodies by form, times, numbers."""
