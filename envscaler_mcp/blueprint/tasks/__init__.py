"""Scenarios: what is asked for, how it is done, and how it is judged."""
