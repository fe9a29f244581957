"""What is asked of superevents, a concept a file as in `service.superevents`."""
