"""The only place where code that we did not write runs.

- `policy`: what environment classes may say at all (an AST gate, not a boundary);
- `worker`: one hardened process for environments, seen from the parent;
- `checks`: predicates over states, in pydantic-monty, and what Monty cannot run in a worker;
- `isolation`: what this machine offers.
"""
