"""What the VOEvents of external observatories look like, a kind of notice an entry."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["OBSERVATORIES", "Author", "Notice", "Observatory"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who sends a notice."""

    ivorn: str
    short_name: str
    contact: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of notice.

    Attributes
    ----------
    name : str
        As the identifier of the notice has it.
    packet_type : int
        Its number in the General Coordinates Network.
    identifier : str
        Parameter with the identifier of the trigger.
    duration : str or None
        Parameter with the duration.
    seconds : float
        The duration, where none is given [s].
    day, second : str or None
        Parameters with the truncated Julian day and the second of the day.
    position : tuple of float
        Right ascension, declination and error radius, where none are given [deg].
    far : float or None
        Rate of false alarms, where none is given.
    far_unit : str
        Its unit in the file.
    groups : mapping of str to str
        Group in which a parameter is, for those that are in one.
    params : mapping of str to str
        Further parameters.
    """

    name: str
    packet_type: int
    identifier: str = "TrigID"
    duration: str | None = "Data_Integ"
    seconds: float = 0.0
    day: str | None = "Burst_TJD"
    second: str | None = "Burst_SOD"
    position: tuple[float, float, float] = (83.6, 22.0, 5.0)
    far: float | None = None
    far_unit: str = "Hz"
    groups: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observatory:
    """An observatory, and its kinds of notices; the first is the usual one.

    Attributes
    ----------
    stream : str
        Beginning of the identifiers of its notices.
    description, reference : str
        What measured it, and an address.
    location, coordinates : str
        Identifiers of the place and of the system of coordinates.
    concept : str
        What it saw.
    """

    stream: str
    author: Author
    description: str
    reference: str
    concept: str
    notices: dict[str, Notice]
    location: str = "GEOLUN"
    coordinates: str = "UTC-FK5-GEO"


def _gcn(name: str, short: str = "") -> Author:
    return Author("ivo://nasa.gsfc.tan/gcn", short or f"{name} (via VO-GCN)", f"{name} team")


_BURST = "process.variation.burst;em.gamma"
_TARGETED = {"Trans_Spectral_class": "normal"}

OBSERVATORIES = {
    "Fermi": Observatory(
        "ivo://nasa.gsfc.gcn/Fermi",
        _gcn("Fermi"),
        "Fermi Satellite, GBM Instrument",
        "http://gcn.gsfc.nasa.gov/fermi.html",
        _BURST,
        {
            "final": Notice("GBM_Fin_Pos", 115),
            "ground": Notice("GBM_Gnd_Pos", 112, seconds=4.096),
            "flight": Notice("GBM_Flt_Pos", 111, seconds=1.024),
            "alert": Notice("GBM_Alert", 110, position=(0.0, 0.0, 0.0)),
            "subthreshold": Notice(
                "GBM_SubThresh",
                131,
                "Trans_Num",
                "Trans_Duration",
                0.703,
                "Trans_TJD",
                "Trans_SOD",
                position=(83.6, 22.0, 30.0),
            ),
            "targeted": Notice(
                "GBM-Targeted",
                131,
                duration="Trig_Dur",
                seconds=2.048,
                position=(83.6, 22.0, 15.0),
                far=1e-5,
                params=_TARGETED,
            ),
        },
    ),
    "Swift": Observatory(
        "ivo://nasa.gsfc.gcn/SWIFT",
        _gcn("Swift", "VO-GCN"),
        "Swift Satellite, BAT Instrument",
        "http://gcn.gsfc.nasa.gov/swift.html",
        _BURST,
        {
            "position": Notice(
                "BAT_GRB_Pos",
                61,
                duration="Integ_Time",
                seconds=1.024,
                position=(83.6, 22.0, 0.05),
            ),
            "targeted": Notice(
                "BAT-Targeted",
                131,
                duration="Trig_Dur",
                seconds=1.024,
                position=(83.6, 22.0, 0.1),
                far=1e-5,
                params=_TARGETED,
            ),
        },
    ),
    "INTEGRAL": Observatory(
        "ivo://nasa.gsfc.gcn/INTEGRAL",
        _gcn("INTEGRAL"),
        "INTEGRAL Satellite, IBIS Instrument",
        "http://gcn.gsfc.nasa.gov/integral.html",
        _BURST,
        {
            "wakeup": Notice("Wakeup", 53, position=(83.6, 22.0, 0.05)),
            "refined": Notice("Refined", 54, position=(83.6, 22.0, 0.03)),
            "weak": Notice("Weak", 56, position=(83.6, 22.0, 0.06)),
        },
    ),
    "AGILE": Observatory(
        "ivo://nasa.gsfc.gcn/AGILE",
        _gcn("AGILE"),
        "AGILE Satellite, MCAL Instrument",
        "http://gcn.gsfc.nasa.gov/agile.html",
        _BURST,
        {
            "alert": Notice("MCAL_Alert", 105, duration="Trig_Timescale", seconds=0.256),
            "ground": Notice("GRB_Ground_Position", 101, duration="Integ_Time", seconds=32.0),
        },
    ),
    "SNEWS": Observatory(
        "ivo://nasa.gsfc.gcn/SNEWS",
        _gcn("SNEWS", "SNEWS (via VO-TAN)"),
        "SNEWS: SuperNova Early Warning System",
        "http://gcn.gsfc.nasa.gov/snews.html",
        "process.variation.burst;particle.neutrino",
        {
            "event": Notice(
                "Event",
                149,
                duration=None,
                day="Event_TJD",
                second="Event_SOD",
                position=(0.0, 0.0, 360.0),
            ),
        },
    ),
    "SVOM": Observatory(
        "ivo://org.svom/fsc",
        Author("ivo://org.svom/fsc", "FSC", "SVOM French Science Center"),
        "N1e notice, data from ECLAIRs",
        "https://www.svom.eu/en/telescope-eclairs-en/",
        _BURST,
        {
            "eclairs": Notice(
                "eclairs-wakeup",
                202,
                "Burst_Id",
                "Timescale",
                20.48,
                None,
                None,
                position=(83.6, 22.0, 0.2),
                groups={
                    "Notice_Level": "Svom_Identifiers",
                    "Burst_Id": "Svom_Identifiers",
                    "Timescale": "Detection_Info",
                    "Trigger_Type": "Detection_Info",
                },
                params={
                    "Instrument": "ECLAIRs",
                    "Notice_Level": "N1e",
                    "Trigger_Type": "IMT",
                },
            ),
            "grm": Notice(
                "grm-trigger",
                201,
                "Burst_Id",
                "Timescale",
                1.0,
                None,
                None,
                position=(0.0, 0.0, 180.0),
                groups={
                    "Notice_Level": "Svom_Identifiers",
                    "Burst_Id": "Svom_Identifiers",
                    "Timescale": "Detection_Info",
                },
                params={"Instrument": "GRM", "Notice_Level": "N1g"},
            ),
        },
        location="GEOLEO",
        coordinates="UTC-ICRS-GEO",
    ),
    "IceCube": Observatory(
        "ivo://nasa.gsfc.gcn/AMON",
        _gcn("IceCube", "AMON (via VO-GCN)"),
        "IceCube Observatory, IceCube detector",
        "http://gcn.gsfc.nasa.gov/amon.html",
        "process.variation.burst;particle.neutrino",
        {
            kind: Notice(
                f"ICECUBE_{name}_Event",
                number,
                "AMON_ID",
                None,
                day="Event_TJD",
                second="Event_SOD",
                position=(83.6, 22.0, radius),
                far=far,
                far_unit="yr^-1",
                params={
                    "run_id": "140000",
                    "event_id": "1",
                    "Stream": stream,
                    "signalness": signalness,
                    "energy": "150.0",
                },
            )
            for kind, name, number, radius, far, stream, signalness in (
                ("gold", "GOLD", 173, 0.6, 0.5, "24", "0.6"),
                ("bronze", "BRONZE", 174, 0.8, 2.0, "25", "0.35"),
                ("cascade", "Cascade", 176, 12.0, 0.3, "26", "0.5"),
            )
        },
    ),
    "CHIME": Observatory(
        "ivo://ca.chimenet.frb/FRB-DETECTION",
        Author("ivo://ca.chimenet.frb/contact", "CHIME/FRB VOEvent Service", "CHIME/FRB team"),
        "Real-time pipeline of CHIME/FRB",
        "https://www.chime-frb.ca/voevents",
        "process.variation.burst;em.radio",
        {
            "detection": Notice(
                "FRB-DETECTION",
                0,
                "event_no",
                "sampling_time",
                0.00098304,
                None,
                None,
                position=(83.6, 22.0, 0.5),
                groups={
                    "event_no": "event parameters",
                    "sampling_time": "observatory parameters",
                },
            ),
        },
        location="CHIME",
        coordinates="UTC-FK5-TOPO",
    ),
}
