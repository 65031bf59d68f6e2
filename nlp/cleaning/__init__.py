"""Cleaning, one file per kind of debris; every step keeps track of where each character came from."""
