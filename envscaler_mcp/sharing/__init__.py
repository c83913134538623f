"""Handing a server on: into a client, into one file, and checked before anything of it runs."""
