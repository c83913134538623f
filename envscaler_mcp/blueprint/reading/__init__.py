"""A domain file, read: YAML to a checked design."""
