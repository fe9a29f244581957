"""The rules of superevents, a concept a file; where they are those of events they are used here."""
