"""What a host counts, and the text in which Prometheus reads it."""

from __future__ import annotations

from collections.abc import Mapping

PREFIX = "envscaler_host_"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0)
HELP = {
    "calls_total": "Calls of tools, by server and by what they came to.",
    "episodes_created_total": "Episodes that were begun, forks among them.",
    "episodes_deleted_total": "Episodes that were deleted.",
    "refused_total": "Requests that were refused, by code.",
    "workers_replaced_total": "Workers that were started in place of one that had ended.",
    "evicted_from_worker_total": "Episodes that left a worker for others.",
    "evicted_to_disk_total": "Idle episodes that went to disk.",
    "brought_from_disk_total": "Episodes that came back from disk.",
    "thawed_total": "Episodes that came back from their packed state.",
    "thaws_failed_total": "Packed states that did not fit their journal.",
    "rebuilt_total": "Episodes that came back from their journal alone.",
    "call_seconds": "Seconds from a call's arrival to its answer.",
    "episodes": "Episodes in all.",
    "episodes_in_workers": "Episodes that live in a worker.",
    "workers": "Worker processes.",
    "running": "Requests that are being worked on.",
    "idle_bytes": "Bytes of journals and packed states in memory.",
    "draining": "1 when the host is about to stop.",
}


class Metrics:
    """Counters and one histogram."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}
        self._buckets = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def count(self, name: str, **labels: str) -> None:
        """One more."""
        key = (f"{name}_total", tuple(sorted(labels.items())))
        self._counts[key] = self._counts.get(key, 0) + 1

    def took(self, seconds: float) -> None:
        """One call's duration."""
        place = next((place for place, most in enumerate(BUCKETS) if seconds <= most), len(BUCKETS))
        self._buckets[place] += 1
        self._seconds += seconds

    def value(self, name: str, **labels: str) -> int:
        """How often `count` was told this."""
        return self._counts.get((f"{name}_total", tuple(sorted(labels.items()))), 0)

    def text(self, gauges: Mapping[str, int]) -> str:
        """Everything, as Prometheus reads it."""
        lines: list[str] = []
        for name in sorted({key[0] for key in self._counts}):
            lines += _head(name, "counter")
            rows = sorted((labels, count) for (known, labels), count in self._counts.items() if known == name)
            lines += [f"{PREFIX}{name}{_labels(labels)} {count}" for labels, count in rows]
        for name, value in gauges.items():
            lines += [*_head(name, "gauge"), f"{PREFIX}{name} {value}"]
        return "\n".join([*lines, *self._histogram()]) + "\n"

    def _histogram(self) -> list[str]:
        name, so_far, lines = "call_seconds", 0, _head("call_seconds", "histogram")
        for most, count in zip([*map(str, BUCKETS), "+Inf"], self._buckets, strict=True):
            so_far += count
            lines.append(f'{PREFIX}{name}_bucket{{le="{most}"}} {so_far}')
        return [*lines, f"{PREFIX}{name}_sum {self._seconds:.6f}", f"{PREFIX}{name}_count {so_far}"]


def _head(name: str, kind: str) -> list[str]:
    return [f"# HELP {PREFIX}{name} {HELP.get(name, name)}", f"# TYPE {PREFIX}{name} {kind}"]


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    spelt = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{spelt}}}" if spelt else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
