"""A handler a call: parse the request, ask the service, render what it gives."""
