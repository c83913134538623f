r"""A model's stand-in for `synth --paraphrase`: it puts a sentence before, and swaps two words.

    .venv/bin/python -m tests.blueprint.rewording          # prints its address, and answers until Ctrl-C
    .venv/bin/envscaler-mcp synth --count 20 --scenarios 10 --paraphrase --llm chat:script@ADDRESS --out COPY
    .venv/bin/envscaler-mcp eval COPY/*/ --agent template --out RUN_reworded

So is measured, without a model, what `template` earns where the words are not the grammar's own
(`evals/blueprint-200x40.md`, "Scores by difficulty").
"""

from __future__ import annotations

import contextlib
import threading
from itertools import pairwise

from tests.llm.model_script import Asked, Said
from tests.llm.model_server import ModelServer

REQUEST = "The request:\n\n"
GREETING = "I have a request for you today."


def reworded(asked: Asked) -> Said:
    """The request that stands at the end of what is asked, in slightly other words."""
    text = asked.text.partition(REQUEST)[2].strip()
    return Said(text=f"{GREETING} {swapped(text)}", tokens=(300, 40))


def swapped(text: str) -> str:
    """The first two plain words side by side change places; names and numbers stay."""
    words = text.split(" ")
    plain = [one.isalpha() and one.islower() for one in words]
    place = next((n for n, pair in enumerate(pairwise(plain)) if all(pair)), None)
    if place is not None:
        words[place], words[place + 1] = words[place + 1], words[place]
    return " ".join(words)


if __name__ == "__main__":
    with ModelServer(reworded) as server, contextlib.suppress(KeyboardInterrupt):
        print(server.openai, flush=True)
        threading.Event().wait()
