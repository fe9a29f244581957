"""Superevents and what hangs on them → JSON, a concept a file as in `service.superevents`."""
