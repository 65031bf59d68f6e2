"""How models are made: one file per model."""
