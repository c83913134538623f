"""Domain files to typed designs."""

from __future__ import annotations

from .domain import Domain, domain_named, domain_names, read_domain
from .patterns import Patterns
from .problems import BadDomain

__all__ = ["BadDomain", "Domain", "Patterns", "domain_named", "domain_names", "read_domain"]
