"""Event files made from numbers: one for every pipeline and search, and what goes with an event.

Each function takes numbers and gives the bytes of one file::

    from fakegracedb import samples

    client.create_event(
        "CBC",
        "gstlal",
        "coinc.xml",
        filecontents=samples.coinc_xml("1400000000.25", mass1=1.6, mass2=1.3, far=1e-9),
        search="AllSky",
    )

The files read back as the numbers that were given, and are complete enough for the tools of the
field. The same arguments always give the same bytes. A file says what its arguments say: nothing
is drawn at random.

Times are GPS [s] as text, `~decimal.Decimal`, int or float (text and `Decimal` are exact to the
nanosecond), or UTC as a `~datetime.datetime` or in the forms of `fakegracedb.clock.parse_time`.
Positions in the sky are in degrees, other angles in radians, masses in solar masses, distances in
Mpc, rates in Hz. What cannot be (a negative mass, a declination beyond the pole, an unknown
pipeline) is a `ValueError`.
"""

from __future__ import annotations

from ..lazy import lazy_names

__all__ = [
    "coinc_xml",
    "cwb_text",
    "em_bright",
    "grb_json",
    "injection_json",
    "injection_xml",
    "mchirp_source",
    "mly_json",
    "olib_json",
    "p_astro",
    "psd",
    "skymap",
    "voevent",
]

TYPE_CHECKING = False  # what type checkers take for true, without the cost of importing typing
if TYPE_CHECKING:
    from .bursts import mly_json, olib_json
    from .coincs import coinc_xml
    from .cwb import cwb_text
    from .injections import injection_json, injection_xml
    from .notices import grb_json
    from .probabilities import em_bright, mchirp_source, p_astro
    from .skymaps import skymap
    from .spectra import psd
    from .voevents import voevent

# No module is called as a function is: loading it would put it in the function's place.
_HOMES = {
    "coinc_xml": "coincs",
    "cwb_text": "cwb",
    "em_bright": "probabilities",
    "grb_json": "notices",
    "injection_json": "injections",
    "injection_xml": "injections",
    "mchirp_source": "probabilities",
    "mly_json": "bursts",
    "olib_json": "bursts",
    "p_astro": "probabilities",
    "psd": "spectra",
    "skymap": "skymaps",
    "voevent": "voevents",
}

__getattr__, __dir__ = lazy_names(globals(), _HOMES)
