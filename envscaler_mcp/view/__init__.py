"""Web pages: servers, scenarios, runs, single rollouts; served on this machine only, or as one file."""
