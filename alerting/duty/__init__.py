"""Who is on duty when, and what happens while nobody answers."""
