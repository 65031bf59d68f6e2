"""What becomes of what rules found: drafts in, decisions out."""
