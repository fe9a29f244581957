"""Events and superevents created again at another time, on any server, through its client.

`shift_file` moves every time in a file of any kind, `regenerate` creates an archived object anew,
`cycle` replays a span of time for ever, `validate` looks whether a superevent came out right.
"""

from __future__ import annotations

from ..lazy import lazy_names

__all__ = [
    "IdMap",
    "Regeneration",
    "Shift",
    "ShiftReport",
    "Shifted",
    "cycle",
    "regenerate",
    "regenerate_all",
    "register_shifter",
    "shift_file",
    "validate",
]

TYPE_CHECKING = False  # what type checkers take for true, without the cost of importing typing
if TYPE_CHECKING:
    from .cycles import cycle
    from .identities import IdMap
    from .outcome import Regeneration
    from .report import ShiftReport
    from .running import regenerate
    from .shifting import Shift, Shifted, register_shifter, shift_file
    from .together import regenerate_all
    from .validation import validate

# No module is called as a function is: loading it would put it in the function's place.
_HOMES = {
    "IdMap": "identities",
    "Regeneration": "outcome",
    "Shift": "shifting",
    "ShiftReport": "report",
    "Shifted": "shifting",
    "cycle": "cycles",
    "regenerate": "running",
    "regenerate_all": "together",
    "register_shifter": "shifting",
    "shift_file": "shifting",
    "validate": "validation",
}

__getattr__, __dir__ = lazy_names(globals(), _HOMES)
