"""One file per page; see dashboard/pages.py."""
