"""The spokesperson's desk: what must be done by when, and who is told before it is too late."""
