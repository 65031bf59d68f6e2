"""Names of persons, which only their surroundings and likelihood tell."""
