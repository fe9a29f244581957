"""Events and superevents created again at another time, on any server, through its client.

`shift_file` moves every time in a file of any kind, `regenerate` creates an archived object anew,
`cycle` replays a range for ever, `validate` looks whether a superevent came out right.
"""
