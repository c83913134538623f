"""What a worker process starts with: `python -I -S -B worker_main.py DESCRIPTOR PARENT PATHS`.

Nothing of the package can be imported before `sys.path` has been set.
"""

import json
import os
import sys


def main() -> None:
    """Take over the paths of the parent, then serve."""
    descriptor, parent, paths = sys.argv[1:]
    sys.argv[1:] = []
    sys.path.extend(path for path in json.loads(paths) if path not in sys.path)
    try:
        from envscaler_mcp.sandbox.worker_child import serve  # noqa: PLC0415 - see the module's docstring
    except Exception as error:  # noqa: BLE001 - the standard streams lead nowhere: answer the first request
        _give_up(int(descriptor), f"the worker cannot start: {type(error).__name__}: {error}")
        return
    serve(int(descriptor), int(parent))


def _give_up(descriptor: int, message: str) -> None:
    asked = json.loads(os.read(descriptor, int.from_bytes(os.read(descriptor, 4), "big")))
    reply = json.dumps({"id": asked["id"], "error": {"kind": "failed", "message": message[:500]}}).encode()
    os.write(descriptor, len(reply).to_bytes(4, "big") + reply)


if __name__ == "__main__":
    main()
