"""`python -m envscaler_mcp` is the console script."""

from envscaler_mcp.cli.app import main

main()
