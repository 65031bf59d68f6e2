"""The floor: settings, errors, the clock, logs, masking and the vocabularies. Depends on nothing of ours."""
