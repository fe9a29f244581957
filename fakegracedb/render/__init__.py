"""Documents → the JSON that the API answers: one renderer an object, whatever call asks for it."""
