"""Paths that are served over HTTP."""

EVENTS, HEALTH = "/slack/events", "/healthz"
