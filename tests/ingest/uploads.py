"""Event files of bursts, injections and external observatories for the tests of this folder."""

import json

from coincs import with_columns

from fakegracedb import ingest

VOEVENT = """<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent ivorn="ivo://here/stream#1" role="test" version="2.0"
    xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0">
  <Who>
    <AuthorIVORN>ivo://here/author</AuthorIVORN>
    <Author><shortName>Somebody</shortName></Author>
  </Who>
  <What>
    <Param name="TrigID" value="12345"/>
    <Param name="Data_Integ" value="1.5" unit="sec"/>
    <Param name="FAR" value="2e-6" unit="1/yr"/>
  </What>
  <WhereWhen>
    <ObsDataLocation>
      <ObservatoryLocation id="GEOLUN"/>
      <ObservationLocation>
        <AstroCoordSystem id="UTC-FK5-GEO"/>
        <AstroCoords coord_system_id="UTC-FK5-GEO">
          <Time unit="s"><TimeInstant><ISOTime>2024-05-17T16:53:02.5</ISOTime></TimeInstant></Time>
          <Position2D unit="deg">
            <Name1>RA</Name1>
            <Name2>Dec</Name2>
            <Value2><C1>83.5</C1><C2>-22.25</C2></Value2>
            <Error2Radius>5.75</Error2Radius>
          </Position2D>
        </AstroCoords>
      </ObservationLocation>
    </ObsDataLocation>
  </WhereWhen>
  <How>
    <Description>Some Satellite</Description>
    <Reference uri="http://here/page" type="url"/>
  </How>
</voe:VOEvent>
"""
GPSTIME = 1400000000.5  # of all that is made here

CWB = {
    "ifo": "L1 H1",
    "time": "1400000000.5000 1400000000.5010",
    "event_time": "1400000000.5000",
    "start": "1400000000.2000 1400000000.2001",
    "duration": "0.1 0.2",
    "frequency": "150.0",
    "bandwidth": "64.0",
    "likelihood": "100.0",
    "rho": "7.5 6.5",
    "strain": "1e-22 0",
    "phi": "10 0 20 10",
    "theta": "30 0 40 30",
    "mchirp": "1.25",
    "chirp": "0.5 30.5 1",
    "far": "1e-8",
}
OLD = ("event_time", "far")  # keys that an old file has not

INJECTION = {
    "process:process_id": ("int_8s", "0"),
    "geocent_end_time": ("int_4s", "1400000000"),
    "geocent_end_time_ns": ("int_4s", "500000000"),
    "mass1": ("real_4", "1.5"),
    "mass2": ("real_4", "1.25"),
    "waveform": ("lstring", '"TaylorF2"'),
    "simulation_id": ("int_8s", "0"),
}
OLIB = {"gpstime": GPSTIME, "FAR": 1e-7, "instruments": "H1,L1"}
MLY = {"gpstime": GPSTIME, "far": 1e-7, "ifos": "H1,L1"}
NOTICE = {"trigger_time": "2024-05-17T16:53:02.5Z"}


def voevent(*changes, params=None):
    """The VOEvent with some of its texts replaced, and with other parameters."""
    text = VOEVENT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    if params is not None:
        before, _, rest = text.partition("<What>")
        text = f"{before}<What>{params}</What>{rest.partition('</What>')[2]}"
    return text.encode()


def param(name, value):
    return f'<Param name="{name}" value="{value}"/>'


def cwb(*extra, without=(), **values):
    """A file of cWB without some keys, with other values, and with further lines at the end."""
    keys = {key: value for key, value in {**CWB, **values}.items() if key not in without}
    lines = [f"{key + ':':<12}{value}" for key, value in keys.items()]
    return "".join(f"{line}\n" for line in (*lines, *extra)).encode()


def injection(*, without=(), rows=1, **tokens):
    """A document with a table `sim_inspiral`, without some columns or with other tokens."""
    cells = {
        column: (kind, tokens.pop(column.rpartition(":")[2], token))
        for column, (kind, token) in INJECTION.items()
        if column not in without
    }
    assert not tokens, tokens
    text = ",\n".join([",".join(token for _, token in cells.values())] * rows)
    types = {column: kind for column, (kind, _) in cells.items()}
    table = with_columns("sim_inspiral", f"\n{text},\n" if rows else None, types)
    return f"<?xml version='1.0'?>\n<LIGO_LW>\n{table}</LIGO_LW>\n".encode()


def text(base, **values):
    """JSON of an object; a value that is ... leaves a key out."""
    return json.dumps({key: one for key, one in (base | values).items() if one is not ...}).encode()


def read(content, pipeline, *, filename="initial.data", fields=None, replaces=False):
    """Read an upload of a pipeline."""
    content = content.encode() if isinstance(content, str) else content
    return ingest.read(
        ingest.Upload(filename, content, pipeline, "Test", None, fields or {}, replaces)
    )


def member(reading, name):
    """The member of a new event that was read from this."""
    return reading.merged({name: {}})[name]


def failure(content, pipeline, **kwargs):
    """Read what cannot be read, see that nothing of it was kept, and give the reason."""
    reading = read(content, pipeline, **kwargs)
    assert reading.failure is not None
    assert reading == ingest.Reading(failure=reading.failure, fatal=True)
    return reading.failure


# Files that leave an event at GPSTIME, and files that leave one without values.

GOOD = {
    "CWB": cwb(),
    "CWB2G": cwb(),
    "Fermi": voevent(),
    "Swift": text(NOTICE),
    "IceCube": voevent(),
    "HardwareInjection": injection(),
    "oLIB": text(OLIB),
    "MLy": text(MLY),
    "aframe": text(MLY),
    "GWAK": text(MLY),
}
# Pipeline, file, and text of the failure, where it is the same in all versions of Python.
BAD = [
    ("CWB", b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ("CWB", cwb(rho=""), "list index out of range"),
    ("CWB2G", cwb(code="x" * 32), "value too long for type character varying(31)"),
    (
        "Fermi",
        voevent(('<Reference uri="http://here/page" type="url"/>', "")),
        "no such child: Reference",
    ),
    (
        "Swift",
        voevent(("<ISOTime>2024-05-17T16:53:02.5</ISOTime>", "")),
        "'NoneType' object has no attribute 'timetuple'",
    ),
    (
        "SNEWS",
        voevent((' version="2.0"', ' version="1.1"')),
        "Unsupported VOEvent schema version:1.1",
    ),
    ("INTEGRAL", b"<voe", None),
    ("CHIME", b"[]", "'list' object has no attribute 'get'"),
    ("SVOM", text(NOTICE, id="x" * 26), "value too long for type character varying(25)"),
    ("AGILE", text(NOTICE, ra=0).replace(b": 0", b": " + b"9" * 10_000), None),
    ("HardwareInjection", b"nothing", "<unknown>:1:0: syntax error"),
    (
        "HardwareInjection",
        b"<LIGO_LW/>",
        "document must contain exactly one sim_inspiral table",
    ),
    (
        "HardwareInjection",
        b"{}",
        'null value in column "instruments" violates not-null constraint',
    ),
    ("oLIB", b"nothing", "Expecting value: line 1 column 1 (char 0)"),
    ("oLIB", b"{}", "'instruments'"),
    ("MLy", b"nothing", "Expecting value: line 1 column 1 (char 0)"),
    ("aframe", b"{}", 'null value in column "instruments" violates not-null constraint'),
    ("GWAK", text(MLY, ifos="H" * 21), "value too long for type character varying(20)"),
]
