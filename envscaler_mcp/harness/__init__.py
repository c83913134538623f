"""Rollouts: agents on scenarios, scored by what they left behind."""
