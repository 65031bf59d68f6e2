"""What a test does when a server's programs are not on this machine: skip in plain sight, or fail where CI asks."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(reason: str) -> NoReturn:
    """Skip the asking test with `reason` (shown by -ra); with CI=true nothing may be skipped, so it fails."""
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(f"CI=true, but {reason}", pytrace=False)
    pytest.skip(reason)
