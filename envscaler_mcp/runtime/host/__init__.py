"""Many episodes of many environments from one process.

An episode at rest is bytes: a start state that it shares, a journal and a packed snapshot. A worker
holds it only while it is played. The journal is the truth; the snapshot saves playing it again.
"""

from .episode import HostedEpisode
from .host import Host
from .limits import HostLimits
from .refusals import HostRefusal

__all__ = ["Host", "HostLimits", "HostRefusal", "HostedEpisode"]
