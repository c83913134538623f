"""How much a host takes on before it says no."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class HostLimits:
    """Limits of one episode, of one environment and of the whole host."""

    calls: int = 5_000
    """Calls that one episode may hold."""
    state_bytes: int = 4 * MIB
    """Bytes that the state of one episode may have."""
    journal_bytes: int = 16 * MIB
    """Bytes that the journal of one episode may have."""
    call_seconds: float = 10.0
    """Wall clock of one call."""
    episodes: int = 100_000
    """Episodes in all."""
    workers: int = 2
    """Worker processes of one environment."""
    spares: int = 2
    """More of them, while all are held up by slow calls."""
    spare_seconds: float = 30.0
    """How long a spare worker stays when nobody needs it."""
    processes: int = 32
    """Worker processes of all environments."""
    live: int = 64
    """Episodes that one worker holds; the one not used for longest leaves."""
    freeze_every: int = 32
    """Calls after which a live episode is packed, so that it never has to play more of them again."""
    waiting: int = 256
    """Requests that may wait for the workers of one environment."""
    waiting_for_one: int = 16
    """Requests that may wait for one episode."""
    patience: float = 0.03
    """Seconds to wait for the worker that holds an episode, before another one takes it over."""
    wait_seconds: float = 15.0
    """Seconds to wait for any worker."""
    memory: int = 512 * MIB
    """Bytes of idle episodes; beyond it those not used for longest go to disk."""
    drain_seconds: float = 10.0
    """How long running calls may take to finish once the host is told to stop."""
