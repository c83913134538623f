"""How much environments differ: schemas, plans, codes, tools, and how many they effectively are."""

from __future__ import annotations

from .figures import Figures, figures_of
from .report import write_report
from .subjects import Subject, subjects_in

__all__ = ["Figures", "Subject", "figures_of", "subjects_in", "write_report"]
