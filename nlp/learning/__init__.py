"""Learning from labelled data and from what staff corrected."""
