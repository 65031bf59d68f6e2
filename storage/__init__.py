"""What is kept: records, queries, the document stores and the operations database."""
