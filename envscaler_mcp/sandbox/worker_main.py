"""What a worker process starts with: `python -I -S -B worker_main.py DESCRIPTOR PARENT PATHS`.

Nothing of the package can be imported before `sys.path` has been set.
"""

import json
import sys


def main() -> None:
    """Take over the paths of the parent, then serve."""
    descriptor, parent, paths = sys.argv[1:]
    sys.path.extend(path for path in json.loads(paths) if path not in sys.path)
    from envscaler_mcp.sandbox.worker_child import serve  # noqa: PLC0415 - see the module's docstring

    serve(int(descriptor), int(parent))


if __name__ == "__main__":
    main()
