"""The roof: command line, wiring, schedule and demonstration."""
