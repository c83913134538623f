"""Environments and scenarios written by a model and proven by execution (EnvScaler, arXiv 2601.05808).

`mining` finds topics in tasks, `modelling` turns a topic into an environment, `quality` tries what was
written, and the stages after them write scenarios for it. A stage is `f(input, author) -> value or Problems`.
"""
