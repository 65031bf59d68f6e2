"""Text comes in: spiders, hotline importers, article extraction."""
