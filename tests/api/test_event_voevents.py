"""VOEvents of events: what can be made, what is kept of it, and the XML that telescopes get."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from fakegracedb.vocabulary import DEFAULT

if TYPE_CHECKING:
    from conftest import Api, Server

OLDER = pytest.mark.parametrize("base", ["v1", "2.33", "2.33/v2"])
PATH = "events/T0001/voevent/"
NAMESPACE = "{http://www.ivoa.net/xml/VOEvent/v2.0}"


def make(api: Api, voevent_type: str = "PR", event: str = "T0001", **data: Any) -> Any:
    answer = api.post(f"events/{event}/voevent/", data={"voevent_type": voevent_type, **data})
    assert answer.status_code == 201, answer.text
    return answer.json()


def root_of(api: Api, made: Any) -> ET.Element:
    """Give the XML of a VOEvent, from where its record says that it is."""
    return ET.fromstring(api.get(made["links"]["file"]).content)


def param(root: ET.Element, name: str) -> ET.Element:
    (found,) = root.findall(f"./What//Param[@name='{name}']")
    return found


def values(root: ET.Element, group: str = "") -> dict[str, str]:
    place = f"./What/Group[@name='{group}']/Param" if group else "./What/Param"
    return {one.get("name", ""): one.get("value", "") for one in root.findall(place)}


# The record


@OLDER
def test_answer_has_these_keys_in_this_order(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    made = make(
        api, ProbHasNS=0.9, ProbHasRemnant="0.8", BNS=0.95, NSBH=0, BBH="0.0", Terrestrial=0.05
    )
    url = f"{api.url}events/T0001"
    assert list(made.items()) == [
        (
            "links",
            {"self": f"{url}/voevent/1", "file": f"{url}/files/T0001-1-Preliminary.xml,0"},
        ),
        ("N", 1),
        ("issuer", "albert.einstein@ligo.org"),
        ("ivorn", "ivo://gwnet/LVC#T0001-1-Preliminary"),
        ("filename", "T0001-1-Preliminary.xml"),
        ("file_version", 0),
        ("voevent_type", "PR"),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("skymap_type", None),
        ("skymap_filename", None),
        ("internal", True),
        ("open_alert", False),
        ("hardware_inj", False),
        ("coinc_comment", False),
        ("prob_has_ns", 0.9),
        ("prob_has_remnant", 0.8),
        ("prob_bns", 0.95),
        ("prob_nsbh", 0.0),
        ("prob_bbh", 0.0),
        ("prob_terrestrial", 0.05),
        ("prob_has_mass_gap", None),
        ("significant", False),
    ]


@OLDER
def test_location_is_the_link_to_the_record(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    answer = api.post(PATH, data={"voevent_type": "RE"})
    assert answer.headers["Location"] == answer.json()["links"]["self"]
    assert api.json(answer.headers["Location"]) == answer.json()


def test_truth_values_come_as_words(server: Server) -> None:
    api = server.at("v1")
    api.create()
    names = ("internal", "hardware_inj", "CoincComment", "Significant")
    keys = ("internal", "hardware_inj", "coinc_comment", "significant")
    for sent, expected in (("True", True), ("False", False), ("1", True), ("0", False)):
        made = make(api, **dict.fromkeys(names, sent))
        assert [made[key] for key in keys] == [expected] * 4
    answer = api.post(PATH, json={"voevent_type": "PR", "internal": False, "Significant": True})
    assert (answer.json()["internal"], answer.json()["significant"]) == (False, True)


@OLDER
def test_open_alert_and_coincidence_are_in_the_file_only(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    made = make(api, open_alert="True", raven_coinc="True", ext_gcn="123")
    assert made["open_alert"] is False
    assert not {"raven_coinc", "ext_gcn"} & set(made)
    root = root_of(api, made)
    assert values(root)["OpenAlert"] == "1"
    assert values(root, "External Coincidence") == {"External_GCN_Notice_Id": "123"}


@pytest.mark.parametrize(
    ("code", "name", "packet"),
    [
        ("PR", "Preliminary", "150"),
        ("IN", "Initial", "151"),
        ("UP", "Update", "152"),
        ("RE", "Retraction", "164"),
        ("EW", "EarlyWarning", "163"),
    ],
)
def test_every_type_has_its_name_and_packet(
    server: Server, code: str, name: str, packet: str
) -> None:
    api = server.at("v1")
    api.create()
    api.log("T0001", file=("map.fits", b"map"))
    made = make(api, code, skymap_type="bayestar", skymap_filename="map.fits")
    assert (made["voevent_type"], made["filename"]) == (code, f"T0001-1-{name}.xml")
    root = root_of(api, made)
    assert (values(root)["Packet_Type"], values(root)["AlertType"]) == (packet, name)
    assert (made["skymap_type"], made["skymap_filename"]) == ("bayestar", "map.fits")


@OLDER
def test_voevents_are_numbered_per_event_from_1(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    api.create()
    made = [make(api)["N"], make(api, "RE")["N"], make(api, event="T0002")["N"], make(api)["N"]]
    assert made == [1, 2, 1, 3]


@OLDER
def test_log_tells_of_the_file_and_is_tagged(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    make(api)
    *_, log, tagged = api.json("events/T0001/log/")["log"]
    assert (log["comment"], log["tag_names"]) == ("New VOEvent", ["em_follow"])
    assert (log["filename"], log["file_version"]) == ("T0001-1-Preliminary.xml", 0)
    assert api.get(log["file"]).content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n")
    assert (tagged["comment"], tagged["tag_names"]) == (
        f"Tagged message {log['N']}: em_follow ",
        [],
    )


@OLDER
def test_list_has_all_of_them(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    url = api.url + PATH
    links = {"self": url, "first": url, "last": url}
    empty = {"start": 0, "numRows": 0, "links": links, "voevents": []}
    assert api.json(PATH) == empty
    made = [make(api), make(api, "RE")]
    assert api.json(PATH) == {**empty, "numRows": 2, "voevents": made}
    assert list(api.json(PATH)) == ["start", "numRows", "links", "voevents"]
    assert api.json(f"{PATH}2") == made[1]


def test_every_probability_is_kept_under_its_own_name(server: Server) -> None:
    api = server.at("v1")
    api.create()
    names = {
        "ProbHasNS": "prob_has_ns",
        "ProbHasRemnant": "prob_has_remnant",
        "BNS": "prob_bns",
        "NSBH": "prob_nsbh",
        "BBH": "prob_bbh",
        "Terrestrial": "prob_terrestrial",
        "HasMassGap": "prob_has_mass_gap",
    }
    sent: dict[str, Any] = {name: (1 + place) / 8 for place, name in enumerate(names)}
    made = make(api, **sent)
    assert {key: made[key] for key in names.values()} == {
        names[name]: value for name, value in sent.items()
    }
    assert [make(api, BNS=end)["prob_bns"] for end in (0, 1)] == [0.0, 1.0]


def test_first_fault_is_the_one_that_is_told(server: Server) -> None:
    api = server.at("v1")
    api.create(b"nothing")
    sent = {"voevent_type": "?", "skymap_type": "x", "BNS": "7"}

    def told(**more: str) -> Any:
        sent.update(more)
        answer = api.post(PATH, data=sent)
        assert answer.status_code == 400
        body = answer.json()
        return body["error"] if isinstance(body, dict) else body

    def mend(**values: Any) -> None:
        with server.store.transaction() as tx:
            event = tx.event("T0001")
            assert event is not None
            tx.put_event(replace(event, **values))

    assert told() == "You must provide a valid voevent_type."
    assert told(voevent_type="IN").startswith("Both or neither of skymap_type")
    assert told(skymap_filename="a.fits").endswith("event has no gpstime.")
    mend(gpstime=1400000000.5)
    assert told().endswith("event has no FAR.")
    mend(far=1e-9)
    assert told() == "Skymap file a.fits does not exist"
    assert told(voevent_type="EW", time_coinc_far="1", MassGap="1") == (
        "External GCN ID not provided"
    )
    assert told(ext_gcn="1") == "External Pipeline not provided"
    assert told(ext_pipeline="Fermi") == "External Search not provided"
    assert told(ext_search="GRB") == "MassGap has been replaced by HasMassGap"
    assert told(MassGap="0").startswith("{'prob_bns': [")
    assert api.post(PATH, data={**sent, "BNS": "0.7"}).status_code == 201


def test_list_is_by_time_then_number(server: Server) -> None:
    api = server.at("v1")
    api.create()
    for day in (3, 2, 2):
        server.store.clock.set(f"2026-03-0{day} 12:00:00")
        make(api)
    assert [one["N"] for one in api.json(PATH)["voevents"]] == [2, 3, 1]


def test_refused_voevent_leaves_nothing(server: Server) -> None:
    api = server.at("v1")
    api.create()
    comments, files = api.comments("T0001"), api.json("events/T0001/files/")
    assert api.post(PATH, data={"voevent_type": "PR", "BNS": 2}).status_code == 400
    assert api.json(PATH)["numRows"] == 0
    assert (api.comments("T0001"), api.json("events/T0001/files/")) == (comments, files)


def test_initial_or_update_may_name_a_version_of_its_sky_map(server: Server) -> None:
    api = server.at("v1")
    api.create()
    api.log("T0001", file=("map.fits", b"a"))
    api.log("T0001", file=("map.fits", b"b"))
    made = make(api, "IN", skymap_type="x", skymap_filename="map.fits,0")
    url = values(root_of(api, made), "GW_SKYMAP")["skymap_fits"]
    assert api.get(url).content == b"a"


def test_others_are_not_asked_for_the_file_or_the_coincidence(server: Server) -> None:
    api = server.at("v1")
    api.create()
    api.log("T0001", file=("map.fits", b"a"))
    skymap = {"skymap_type": "x", "skymap_filename": "map.fits"}
    make(api, "EW", skymap_type="x", skymap_filename="none.fits")
    make(api, "UP", **skymap, time_coinc_far="1e-9", MassGap="0.5")
    make(api, "PR", MassGap="0")


def test_voevents_are_kept_in_the_store_and_pass_its_check(server: Server) -> None:
    api = server.at("v1")
    api.create()
    made = [make(api, BNS="0.5", Significant="1"), make(api)]
    assert server.store.check() == []
    server.store.compact()
    assert server.store.check() == []
    assert api.json(PATH)["voevents"] == made
    path = server.store.path / "events/T0001/voevents.jsonl"
    path.write_text(path.read_text().replace('"N":2', '"N":3'))
    assert any("the numbers have gaps" in str(problem) for problem in server.store.check())


def test_clients_own_methods_make_and_read_voevents(server: Server) -> None:
    client = server.client("v1")
    server.at("v1").create()
    made = client.create_voevent("T0001", "preliminary", BNS=0.5, internal=False).json()
    assert (made["prob_bns"], made["internal"]) == (0.5, False)
    assert client.voevents("T0001").json()["voevents"] == [made]
    assert client.voevents("T0001", 1).json() == made
    assert client.files("T0001", made["filename"]).read().startswith(b"<?xml")


# The XML


@OLDER
def test_document_is_a_voevent_2_0(server: Server, base: str) -> None:
    api = server.at(base)
    api.create(search="LowMass")
    api.log("T0001", file=("map 1.fits", b"a"))
    first = make(api)
    made = make(api, "IN", skymap_type="x", skymap_filename="map 1.fits", CoincComment="True")
    text = api.get(made["links"]["file"]).text
    assert text.startswith("<?xml version='1.0' encoding='UTF-8'?>\n<voe:VOEvent xmlns:xsi=")
    root = ET.fromstring(text)
    assert root.tag == f"{NAMESPACE}VOEvent"
    assert root.attrib == {
        "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation": (
            "http://www.ivoa.net/xml/VOEvent/v2.0 http://www.ivoa.net/xml/VOEvent/VOEvent-v2.0.xsd"
        ),
        "version": "2.0",
        "role": "test",
        "ivorn": "ivo://gwnet/LVC#T0001-2-Initial",
    }
    assert [child.tag for child in root] == [
        *("Who", "What", "WhereWhen", "Description", "How", "Citations")
    ]
    assert root.findtext("Who/Date") == "2026-03-01T17:04:09Z"
    assert root.findtext("Who/Author/contactName") == (
        "LIGO Scientific Collaboration, Virgo Collaboration, and KAGRA Collaboration"
    )
    how = [one.text or "" for one in root.findall("How/Description")]
    assert [text[:3] for text in how[1:3]] == ["H1:", "L1:"]
    assert len(how) == 4
    assert [(one.get("cite"), one.text) for one in root.findall("Citations/EventIVORN")] == [
        ("supersedes", first["ivorn"])
    ]
    assert root.findtext("Citations/Description")


def test_params_are_in_order_with_ucd_unit_and_type(server: Server) -> None:
    api = server.at("v1")
    api.create(search="LowMass")
    root = root_of(api, make(api, hardware_inj="True", Significant="True", internal="False"))
    site = api.url.partition("api/")[0]
    rows = [
        ("Packet_Type", "150", None, None, "int"),
        ("internal", "0", None, None, "int"),
        ("Pkt_Ser_Num", "1", None, None, "int"),
        ("GraceID", "T0001", None, "meta.id", "string"),
        ("AlertType", "Preliminary", None, "meta.version", "string"),
        ("HardwareInj", "1", None, "meta.number", "int"),
        ("OpenAlert", "0", None, "meta.number", "int"),
        ("EventPage", f"{site}events/T0001/view/", None, "meta.ref.url", "string"),
        ("Instruments", "H1,L1", None, "meta.code", "string"),
        ("FAR", "1e-08", "Hz", "arith.rate;stat.falsealarm", "float"),
        ("Significant", "1", None, "meta.number", "int"),
        ("Group", "Test", None, "meta.code", "string"),
        ("Pipeline", "gstlal", None, "meta.code", "string"),
        ("Search", "LowMass", None, "meta.code", "string"),
    ]
    keys = ("name", "value", "unit", "ucd", "dataType")
    found = root.findall("What/Param")
    assert [tuple(one.get(key) for key in keys) for one in found] == rows
    assert all(one.findtext("Description") for one in root.iter("Param"))
    assert list(param(root, "FAR").attrib) == ["name", "value", "unit", "ucd", "dataType"]


def test_probabilities_that_were_given_are_in_their_groups(server: Server) -> None:
    api = server.at("v1")
    api.create()
    root = root_of(api, make(api, BNS=0.75, NSBH=0, ProbHasNS=1, HasMassGap=0.25))
    assert values(root, "Classification") == {"BNS": "0.75", "NSBH": "0.0"}
    assert values(root, "Properties") == {"HasNS": "1.0", "HasMassGap": "0.25"}
    for group in root.findall("What/Group"):
        assert group.get("name") == group.get("type")
        assert group[-1].tag == "Description"
    assert param(root, "BNS").get("ucd") == "stat.probability"


def test_groups_are_empty_where_there_is_no_merger(server: Server) -> None:
    api = server.at("v1")
    api.create(pipeline="Fermi", content=b"{}")
    with server.store.transaction() as tx:
        event = tx.event("T0001")
        assert event is not None
        tx.put_event(replace(event, gpstime=1400000000.5, far=1e-9))
    root = root_of(api, make(api, BNS=0.5))
    assert [one.get("name") for one in root.findall("What/Group")] == [
        "Classification",
        "Properties",
    ]
    assert values(root, "Classification") == {}


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
def test_bursts_tell_frequency_and_duration(
    server: Server, pipeline: str, extra: Any, frequency: str, duration: str
) -> None:
    api = server.at("v1")
    api.create(content=b"?", group="Burst", pipeline=pipeline, search="BBH")
    with server.store.transaction() as tx:
        event = tx.event("G0001")
        assert event is not None
        event = replace(event, gpstime=1400000000.5, far=1e-9, extra_attributes=extra)
        tx.put_event(event)
    root = root_of(api, make(api, event="G0001", BBH=0.5))
    assert root.get("role") == "observation"
    assert (values(root)["CentralFreq"], values(root)["Duration"]) == (frequency, duration)
    assert (param(root, "CentralFreq").get("ucd"), param(root, "Duration").get("unit")) == (
        "gw.frequency",
        "s",
    )
    merger = pipeline == "CWB"
    assert values(root)["Group"] == ("CBC" if merger else "Burst")
    assert values(root, "Classification") == ({"BBH": "0.5"} if merger else {})


@OLDER
def test_sky_map_can_be_fetched_from_the_url_in_the_file(server: Server, base: str) -> None:
    api = server.at(base)
    api.create()
    api.log("T0001", file=("sky map.fits", b"a map"))
    made = make(api, skymap_type="x", skymap_filename="sky map.fits")
    url = values(root_of(api, made), "GW_SKYMAP")["skymap_fits"]
    assert url == f"{api.url}events/T0001/files/sky%20map.fits"
    assert api.get(url).content == b"a map"


def test_retraction_says_little_and_retracts_all_that_came_before(server: Server) -> None:
    api = server.at("v1")
    api.create()
    earlier = [make(api)["ivorn"], make(api, "EW")["ivorn"]]
    root = root_of(api, make(api, "RE", BNS=0.5))
    assert [child.tag for child in root] == ["Who", "What", "WhereWhen", "Citations"]
    assert list(values(root))[-1] == "EventPage"
    assert root.findall("What/Group") == []
    assert [(one.get("cite"), one.text) for one in root.findall("Citations/EventIVORN")] == [
        ("retraction", ivorn) for ivorn in reversed(earlier)
    ]


def test_first_voevent_cites_nothing(server: Server) -> None:
    api = server.at("v1")
    api.create()
    assert root_of(api, make(api)).find("Citations") is None


def test_early_warning_is_worded_otherwise(server: Server) -> None:
    api = server.at("v1")
    api.create()
    texts = [root_of(api, make(api, code)).findtext("Description") for code in ("PR", "EW")]
    assert texts[0] != texts[1]


def test_where_and_when_is_the_time_of_the_event(server: Server) -> None:
    api = server.at("v1")
    api.create()
    root = root_of(api, make(api))
    place = "WhereWhen/ObsDataLocation"
    assert root.find(f"{place}/ObservatoryLocation").attrib == {"id": "LIGO Virgo"}  # type: ignore[union-attr]
    coordinates = root.find(f"{place}/ObservationLocation/AstroCoords")
    assert coordinates is not None
    assert coordinates.get("coord_system_id") == "UTC-FK5-GEO"
    assert coordinates.findtext("Time/TimeInstant/ISOTime") == "2024-05-17T16:53:02.250000Z"
    assert [one.tag for one in coordinates] == ["Time"]


def test_coincidence_tells_what_was_sent_of_it(server: Server) -> None:
    api = server.at("v1")
    api.create()
    api.log("T0001", file=("both.fits", b"both"))
    made = make(
        api,
        raven_coinc="True",
        ext_gcn="123",
        ext_pipeline="Fermi",
        ext_search="GRB",
        time_coinc_far="1e-9",
        space_coinc_far="2e-10",
        combined_skymap_filename="both.fits",
        delta_t="-1.2345",
    )
    found = values(root_of(api, made), "External Coincidence")
    url = found.pop("joint_skymap_fits")
    assert api.get(url).content == b"both"
    assert found == {
        "External_GCN_Notice_Id": "123",
        "External_Observatory": "Fermi",
        "External_Search": "GRB",
        "Time_Difference": "-1.23",
        "Time_Coincidence_FAR": "1e-09",
        "Time_Sky_Position_Coincidence_FAR": "2e-10",
    }


def test_text_that_xml_cannot_hold_is_replaced_and_markup_escaped(server: Server) -> None:
    api = server.at("v1")
    api.create()
    made = make(api, raven_coinc="True", ext_gcn="a\x00<b>&\"'\x1b")
    found = values(root_of(api, made), "External Coincidence")
    assert found["External_GCN_Notice_Id"] == "a\ufffd<b>&\"'\ufffd"


@pytest.mark.parametrize("name", ["half\ud800", "a b?c#d%e", "ü€", "a\nb", "../../x"])
def test_any_name_of_a_sky_map_gives_a_url(server: Server, name: str) -> None:
    api = server.at("v1")
    api.create()
    sent = {
        "voevent_type": "EW",
        "skymap_type": "x",
        "skymap_filename": name,
        "raven_coinc": True,
        "combined_skymap_filename": name,
    }
    answer = api.post(PATH, json=sent)
    assert answer.status_code == 201
    assert answer.json()["skymap_filename"] == name
    root = root_of(api, answer.json())
    for group in ("GW_SKYMAP", "External Coincidence"):
        (url,) = values(root, group).values()
        before, _, rest = url.partition("/files/")
        assert before == f"{api.url}events/T0001"
        assert unquote(rest, errors="surrogatepass") == name


def test_lowest_rate_that_is_told_is_the_servers(server: Server) -> None:
    server.store.vocabulary = replace(
        DEFAULT, settings=replace(DEFAULT.settings, voevent_far_floor_hz=1e-5)
    )
    api = server.at("v1")
    api.create()
    assert values(root_of(api, make(api)))["FAR"] == "1e-05"
