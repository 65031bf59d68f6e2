"""Models that were learnt: the features they read, the format they are kept in (numbers only, nothing that can run)."""
