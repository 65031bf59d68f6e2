"""What accounts are called."""

from __future__ import annotations

from dashboard.parts import parts


def people() -> dict[str, str]:
    """Account → name as shown."""
    return {person.name: person.display_name for person in parts().operations.users.all()}
