"""Who must know: rules over event-time windows, tasks, the outbox and its channels."""
