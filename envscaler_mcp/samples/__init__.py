"""Hand-written native environments: what every generated one must match."""
