"""A design, compiled: the source of its environment and the text of its policy."""
