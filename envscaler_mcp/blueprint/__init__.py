"""The compiler from typed domain descriptions to environments and scenarios: no model, no network."""
