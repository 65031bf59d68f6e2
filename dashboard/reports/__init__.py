"""Reports: the weekly summary as numbers with their origin, as a page to print and as a Word document to edit."""
