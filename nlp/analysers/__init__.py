"""The analysers, one file each, found by folder (`nlp.pipeline.analysers`)."""
