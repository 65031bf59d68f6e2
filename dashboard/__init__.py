"""What is seen: the Flask pages and the reports."""
