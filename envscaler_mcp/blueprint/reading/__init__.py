"""Domain files to typed designs."""

from __future__ import annotations

from .domain import Domain, domain_named, domain_names, parse_domain, read_domain
from .patterns import Patterns

__all__ = ["Domain", "Patterns", "domain_named", "domain_names", "parse_domain", "read_domain"]
