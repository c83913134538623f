"""Environments alive: the standalone runtime, and workers that hold episodes elsewhere."""
