"""Which stage a prompt is of, for servers that see nothing but its text."""

from __future__ import annotations

MARKS = {
    "Which of these requests could only be met": "mining.mine_judge",
    "From which world does this request come": "mining.mine_topic",
    "Design the state and the rules of this world": "modelling.model_state",
    "Design the tools with which an agent works": "modelling.model_tools",
    "were written apart from each other": "quality.mend_tool",
    "Start state number ": "starts.start_state",
    "each a request that one person makes of an agent": "tasks.tasks",
    "Python predicates that tell an end state": "checks.checks",
    "Decide by policy and instruction alone where the fault lies": "mending.mend_scenario",
    "You act for the user by calling the tools": "solving",
    "Write the body of the method": "modelling.model_body",
    "Somebody else writes the method": "modelling.model_contract",
    "Write the invariants of this world": "modelling.model_invariants",
    "Write a state of this world for trying": "modelling.model_start",
    "Write what else it has to be told": "modelling.model_policy",
    "You test a tool without seeing its code": "quality.propose_calls",
    "You judge whether a tool did right": "quality.judge_calls",
}


def stage_in(text: str) -> str:
    """The stage of a prompt; empty where it is none of those."""
    return next((stage for mark, stage in MARKS.items() if mark in text), "")
