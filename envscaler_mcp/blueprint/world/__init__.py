"""Start states: seeded, realistic, and near the edges of the rules."""
