"""From a design to an environment as it would be written by hand: its class, its policy, its card."""

from .compile import compile_design

__all__ = ["compile_design"]
