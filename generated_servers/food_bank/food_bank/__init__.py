"""An environment as an MCP server; the README says what it is about."""

__version__ = "1.3.0"
