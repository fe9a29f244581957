"""The XML of the VOEvents of superevents: what telescopes get."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from candidate_scenes import (
    PATH,
    SUPEREVENT,
    candidate,
    change,
    make,
    root_of,
    upload,
    values,
)

if TYPE_CHECKING:
    from conftest import Server

OLDER = pytest.mark.parametrize("base", ["v1", "2.33", "2.33/v2"])
FERMI = (files("ligo.gracedb.test.integration") / "data" / "fermi-test.xml").read_bytes()

DOCUMENT = """\
<?xml version='1.0' encoding='UTF-8'?>
<voe:VOEvent xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" \
xsi:schemaLocation="http://www.ivoa.net/xml/VOEvent/v2.0 \
http://www.ivoa.net/xml/VOEvent/VOEvent-v2.0.xsd" version="2.0" role="test" \
ivorn="ivo://gwnet/LVC#TS260301a-3-Initial">
  <Who>
    <Date>2026-03-01T17:04:09Z</Date>
    <Author>
      <contactName>LIGO Scientific Collaboration, Virgo Collaboration, and KAGRA \
Collaboration</contactName>
    </Author>
  </Who>
  <What>
    <Param name="Packet_Type" value="151" dataType="int">
    <Param name="internal" value="0" dataType="int">
    <Param name="Pkt_Ser_Num" value="3" dataType="int">
    <Param name="GraceID" value="TS260301a" ucd="meta.id" dataType="string">
    <Param name="AlertType" value="Initial" ucd="meta.version" dataType="string">
    <Param name="HardwareInj" value="0" ucd="meta.number" dataType="int">
    <Param name="OpenAlert" value="1" ucd="meta.number" dataType="int">
    <Param name="EventPage" value="{site}superevents/TS260301a/view/" ucd="meta.ref.url" \
dataType="string">
    <Param name="Instruments" value="H1,L1" ucd="meta.code" dataType="string">
    <Param name="FAR" value="3.2e-10" unit="Hz" ucd="arith.rate;stat.falsealarm" dataType="float">
    <Param name="Significant" value="1" ucd="meta.number" dataType="int">
    <Param name="Group" value="Test" ucd="meta.code" dataType="string">
    <Param name="Pipeline" value="gstlal" ucd="meta.code" dataType="string">
    <Param name="Search" value="LowMass" ucd="meta.code" dataType="string">
    <Group name="External Coincidence" type="External Coincidence">
      <Param name="External_GCN_Notice_Id" value="123456789" ucd="meta.id" dataType="string">
      <Param name="External_Ivorn" value="ivo://a/burst" ucd="meta.id" dataType="string">
      <Param name="External_Observatory" value="Fermi" ucd="meta.code" dataType="string">
      <Param name="External_Search" value="GRB" ucd="meta.code" dataType="string">
      <Param name="Time_Difference" value="-1.23" ucd="meta.code" dataType="float">
      <Param name="Time_Coincidence_FAR" value="1e-09" unit="Hz" \
ucd="arith.rate;stat.falsealarm" dataType="float">
      <Param name="Time_Sky_Position_Coincidence_FAR" value="2e-10" unit="Hz" \
ucd="arith.rate;stat.falsealarm" dataType="float">
      <Param name="joint_skymap_fits" value="{url}files/both%20maps.fits" ucd="meta.ref.url" \
dataType="string">
      <Description>…</Description>
    </Group>
    <Group name="GW_SKYMAP" type="GW_SKYMAP">
      <Param name="skymap_fits" value="{url}files/map.fits,0" ucd="meta.ref.url" dataType="string">
    </Group>
    <Group name="Classification" type="Classification">
      <Param name="BNS" value="0.7" ucd="stat.probability" dataType="float">
      <Param name="NSBH" value="0.2" ucd="stat.probability" dataType="float">
      <Param name="BBH" value="0.05" ucd="stat.probability" dataType="float">
      <Param name="Terrestrial" value="0.0" ucd="stat.probability" dataType="float">
      <Description>…</Description>
    </Group>
    <Group name="Properties" type="Properties">
      <Param name="HasNS" value="1.0" ucd="stat.probability" dataType="float">
      <Param name="HasRemnant" value="0.4" ucd="stat.probability" dataType="float">
      <Param name="HasMassGap" value="0.1" ucd="stat.probability" dataType="float">
      <Param name="HasSSM" value="0.0" ucd="stat.probability" dataType="float">
      <Description>…</Description>
    </Group>
  </What>
  <WhereWhen>
    <ObsDataLocation>
      <ObservatoryLocation id="LIGO Virgo"/>
      <ObservationLocation>
        <AstroCoordSystem id="UTC-FK5-GEO"/>
        <AstroCoords coord_system_id="UTC-FK5-GEO">
          <Time unit="s">
            <TimeInstant>
              <ISOTime>2024-05-17T16:53:02.250000Z</ISOTime>
            </TimeInstant>
          </Time>
        </AstroCoords>
      </ObservationLocation>
    </ObsDataLocation>
  </WhereWhen>
  <Description>…</Description>
  <How>
    <Description>…</Description>
    <Description>H1: …</Description>
    <Description>L1: …</Description>
    <Description>…</Description>
  </How>
  <Citations>
    <EventIVORN cite="supersedes">ivo://gwnet/LVC#TS260301a-2-Retraction</EventIVORN>
    <EventIVORN cite="supersedes">ivo://gwnet/LVC#TS260301a-1-Preliminary</EventIVORN>
    <Description>…</Description>
  </Citations>
</voe:VOEvent>
"""


@OLDER
def test_document_is_the_servers_but_for_free_text(server: Server, base: str) -> None:
    api = server.at(base)
    event = api.create(api.sample(far="3.2e-10"), search="LowMass")
    api.candidate(preferred_event=event["graceid"])
    burst = api.create(FERMI, group="External", pipeline="Fermi", search="GRB")["graceid"]
    change(
        server,
        burst,
        gpstime=1456419849.0212,
        extra_attributes={"GRB": {"trigger_id": "123456789", "ivorn": "ivo://a/burst"}},
    )
    coincident = {"em_type": burst, "time_coinc_far": 1e-9, "space_coinc_far": 2e-10}
    assert api.request("PATCH", SUPEREVENT, data=coincident).status_code == 200
    for name in ("map.fits", "both maps.fits"):
        upload(api, name)
    make(api)
    make(api, "RE")
    made = make(
        api,
        "IN",
        skymap_type="x",
        skymap_filename="map.fits,0",
        combined_skymap_filename="both maps.fits",
        raven_coinc="True",
        internal="False",
        open_alert="True",
        Significant="True",
        CoincComment="True",
        BNS=0.7,
        NSBH=0.2,
        BBH=0.05,
        Terrestrial=0,
        ProbHasNS=1,
        ProbHasRemnant=0.4,
        HasMassGap=0.1,
        HasSSM=0,
    )
    text = api.get(made["links"]["file"]).text
    # A Param has one free text within; texts of detectors begin with the detector.
    text = re.sub(r"\n *<Description>[^<]+</Description>\n *</Param>", "", text)
    text = re.sub(
        r"<Description>([A-Z]1: )?[^<]+</Description>", r"<Description>\1…</Description>", text
    )
    site = api.url.partition("api/")[0]
    assert text == DOCUMENT.format(site=site, url=f"{api.url}{SUPEREVENT}")
    assert (made["raven_coinc"], made["combined_skymap_filename"]) == (True, "both maps.fits")


@pytest.mark.parametrize("name", ["half\ud800", "a b?c#d%e", "ü€", "a\nb", "../../x"])
def test_any_name_of_a_sky_map_gives_a_url(server: Server, name: str) -> None:
    api = candidate(server)
    answer = api.post(PATH, json={"voevent_type": "EW", "skymap_filename": name})
    assert (answer.status_code, answer.json()["skymap_filename"]) == (201, name)
    url = values(root_of(api, answer.json()), "GW_SKYMAP")["skymap_fits"]
    before, _, rest = url.partition("/files/")
    assert f"{before}/" == f"{api.url}{SUPEREVENT}"
    assert unquote(rest, errors="surrogatepass") == name


def test_text_that_xml_cannot_hold_is_replaced_and_markup_escaped(server: Server) -> None:
    api = candidate(server)
    burst = {"trigger_id": "a<b> />&\"'\x1b", "ivorn": "half\ud800"}
    change(server, "T0001", extra_attributes={"GRB": burst})
    api.request("PATCH", SUPEREVENT, data={"em_type": "T0001"})
    found = values(root_of(api, make(api, raven_coinc="True")), "External Coincidence")
    assert found["External_GCN_Notice_Id"] == "a<b> />&\"'\ufffd"
    assert found["External_Ivorn"] == "half\ufffd"


def test_same_requests_give_the_same_file(server: Server) -> None:
    api = candidate(server)
    api.candidate()
    other = "superevents/TS260301b/voevents/"
    texts = [api.get(make(api, path=path, BNS=0.5)["links"]["file"]).text for path in (PATH, other)]
    assert texts[0] == texts[1].replace("TS260301b", "TS260301a")


def test_preferred_event_is_told_as_it_is_now(server: Server) -> None:
    api = candidate(server)
    api.create(api.sample(1400000001, far="2e-9"), pipeline="pycbc", search="HighMass")
    first = values(root_of(api, make(api)))
    api.request("PATCH", SUPEREVENT, data={"preferred_event": "T0002"})
    root = root_of(api, make(api))
    second = values(root)
    names = ("FAR", "Group", "Pipeline", "Search")
    assert [first.get(name) for name in names] == ["1e-08", "Test", "gstlal", None]
    assert [second.get(name) for name in names] == ["2e-09", "Test", "pycbc", "HighMass"]
    place = "WhereWhen/ObsDataLocation/ObservationLocation/AstroCoords/Time/TimeInstant/ISOTime"
    assert root.findtext(place) == "2024-05-17T16:53:03.250000Z"


@pytest.mark.parametrize("far", [None, 0.0, float("inf")])
def test_rate_that_is_none_is_not_told(server: Server, far: float | None) -> None:
    api = candidate(server)
    change(server, "T0001", far=far)
    names = list(values(root_of(api, make(api))))
    assert names[names.index("Instruments") + 1] == "Significant"


def test_detectors_without_data_are_not_described(server: Server) -> None:
    api = candidate(server)
    change(server, "T0001", instruments="V1,K1,G1")
    how = root_of(api, make(api)).findall("How/Description")
    assert [(one.text or "")[:3] for one in how][1:] == ["V1:", "K1:"]


@pytest.mark.parametrize(("category", "role"), [("P", "observation"), ("T", "test"), ("M", "test")])
def test_role_is_that_of_the_preferred_event(server: Server, category: str, role: str) -> None:
    api = server.at("v1")
    superevent_id = api.candidate(category)["superevent_id"]
    made = make(api, path=f"superevents/{superevent_id}/voevents/")
    assert root_of(api, made).get("role") == role
    assert made["filename"] == f"{superevent_id}-1-Preliminary.xml"


@pytest.mark.parametrize(
    ("pipeline", "extra", "frequency", "duration"),
    [
        ("CWB", {"MultiBurst": {"central_freq": 120.5, "duration": 0.25}}, "120.5", "0.25"),
        ("MLy", {"MLyBurst": {"central_freq": 80.0, "duration": 0.5}}, "80.0", "0.5"),
        (
            "oLIB",
            {
                "LalInferenceBurst": {
                    "frequency_mean": 100.0,
                    "quality_mean": 200 * 3.141592653589793,
                }
            },
            "100.0",
            "1.0",
        ),
    ],
)
def test_bursts_tell_frequency_and_duration_before_their_groups(
    server: Server, pipeline: str, extra: Any, frequency: str, duration: str
) -> None:
    api = server.at("v1")
    api.create(content=b"?", group="Burst", pipeline=pipeline, search="BBH")
    api.candidate("P", preferred_event="G0001")
    change(server, "G0001", gpstime=1400000000.5, far=1e-9, extra_attributes=extra)
    path = "superevents/S260301a/voevents/"
    root = root_of(api, make(api, path=path, BBH=0.5, HasSSM=0.25))
    found = values(root)
    assert (found["CentralFreq"], found["Duration"]) == (frequency, duration)
    rows = [dict(one.attrib) for one in root.findall("What/Param")][-2:]
    assert [list(row) for row in rows] == [["name", "value", "unit", "ucd", "dataType"]] * 2
    assert [(row["unit"], row["ucd"], row["dataType"]) for row in rows] == [
        ("Hz", "gw.frequency", "float"),
        ("s", "time.duration", "float"),
    ]
    assert [one.tag for one in root.findall("What/*")][-4:] == ["Param", "Param", "Group", "Group"]
    merger = pipeline == "CWB"
    assert found["Group"] == ("CBC" if merger else "Burst")
    assert values(root, "Classification") == ({"BBH": "0.5"} if merger else {})
    assert values(root, "Properties") == ({"HasSSM": "0.25"} if merger else {})
    root = root_of(api, make(api, "RE", path=path))
    assert "CentralFreq" not in values(root)


def test_retraction_says_little_and_retracts_all_that_came_before(server: Server) -> None:
    api = candidate(server)
    api.request("PATCH", SUPEREVENT, data={"em_type": "T0001"})
    earlier = [make(api)["ivorn"], make(api, "EW")["ivorn"]]
    root = root_of(api, make(api, "RE", BNS=0.5, raven_coinc="True", CoincComment="True"))
    assert [child.tag for child in root] == ["Who", "What", "WhereWhen", "Citations"]
    assert list(values(root))[-1] == "EventPage"
    assert root.findall("What/Group") == []
    assert [(one.get("cite"), one.text) for one in root.findall("Citations/EventIVORN")] == [
        ("retraction", ivorn) for ivorn in reversed(earlier)
    ]


def test_first_voevent_cites_nothing_and_none_of_another_superevent(server: Server) -> None:
    api = candidate(server)
    api.candidate()
    make(api, path="superevents/TS260301b/voevents/")
    assert root_of(api, make(api)).find("Citations") is None


def test_early_warning_is_worded_otherwise(server: Server) -> None:
    api = candidate(server)
    texts = [root_of(api, make(api, code)).findtext("Description") for code in ("PR", "EW")]
    assert None not in texts
    assert texts[0] != texts[1]


def test_of_a_coincidence_only_what_is_known_is_told(server: Server) -> None:
    api = candidate(server)
    api.create(b"{}", group="External", pipeline="Swift", search=None)
    change(server, "E0002", gpstime=None, extra_attributes={})
    api.request("PATCH", SUPEREVENT, data={"em_type": "E0002"})
    root = root_of(api, make(api, raven_coinc="True"))
    assert values(root, "External Coincidence") == {"External_Observatory": "Swift"}
    change(server, "E0002", gpstime=1456419850.25)
    root = root_of(api, make(api, raven_coinc="True"))
    assert values(root, "External Coincidence") == {
        "External_Observatory": "Swift",
        "Time_Difference": "0.0",
    }


def test_coincidence_is_told_only_if_asked_for(server: Server) -> None:
    api = candidate(server)
    api.request("PATCH", SUPEREVENT, data={"em_type": "T0001"})
    made = make(api, combined_skymap_filename="none.fits")
    assert made["combined_skymap_filename"] == "none.fits"
    names = [one.get("name") for one in root_of(api, made).findall("What/Group")]
    assert names == ["Classification", "Properties"]
