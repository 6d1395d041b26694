"""Pulling newer public data into the user's cache, when asked: download, parse, guard, say what changes, store."""
