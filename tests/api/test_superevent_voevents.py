"""VOEvents of superevents: what can be made, and who may make it and sees what of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from candidate_scenes import (
    PATH,
    SUPEREVENT,
    candidate,
    change,
    make,
    open_to,
    refusal,
    root_of,
    upload,
    values,
)

if TYPE_CHECKING:
    from conftest import Api, Server

OLDER = pytest.mark.parametrize("base", ["v1", "2.33", "2.33/v2"])
BRIEF = ["voevent_type", "file_version", "ivorn", "created", "issuer", "filename", "N", "links"]
PROBABILITIES = {
    "ProbHasNS": "prob_has_ns",
    "ProbHasRemnant": "prob_has_remnant",
    "BNS": "prob_bns",
    "NSBH": "prob_nsbh",
    "BBH": "prob_bbh",
    "Terrestrial": "prob_terrestrial",
    "HasMassGap": "prob_has_mass_gap",
    "HasSSM": "prob_has_ssm",
}


# The record


@OLDER
def test_answer_has_these_keys_in_this_order(server: Server, base: str) -> None:
    api = candidate(server, base)
    upload(api, "map.fits")
    answer = api.post(
        PATH,
        data={
            "voevent_type": "IN",
            "skymap_type": "bayestar",
            "skymap_filename": "map.fits",
            "combined_skymap_filename": "none.fits",
            **dict.fromkeys(("open_alert", "hardware_inj", "CoincComment", "Significant"), "True"),
            **{name: place / 10 for place, name in enumerate(PROBABILITIES)},
        },
    )
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert "Location" not in answer.headers
    assert list(answer.json().items()) == [
        ("voevent_type", "IN"),
        ("file_version", 0),
        ("ivorn", "ivo://gwnet/LVC#TS260301a-1-Initial"),
        ("created", "2026-03-01 17:04:09 UTC"),
        ("issuer", "albert.einstein@ligo.org"),
        ("filename", "TS260301a-1-Initial.xml"),
        ("N", 1),
        (
            "links",
            {
                "self": f"{api.url}{PATH}1/",
                "file": f"{api.url}{SUPEREVENT}files/TS260301a-1-Initial.xml,0",
            },
        ),
        ("skymap_type", "bayestar"),
        ("skymap_filename", "map.fits"),
        ("internal", True),
        ("open_alert", True),
        ("hardware_inj", True),
        ("coinc_comment", True),
        ("prob_has_ns", 0.0),
        ("prob_has_remnant", 0.1),
        ("prob_bns", 0.2),
        ("prob_nsbh", 0.3),
        ("prob_bbh", 0.4),
        ("significant", True),
        ("prob_terrestrial", 0.5),
        ("prob_has_mass_gap", 0.6),
        ("prob_has_ssm", 0.7),
        ("raven_coinc", False),
        ("ext_gcn", ""),
        ("ext_pipeline", ""),
        ("ext_search", ""),
        ("combined_skymap_filename", "none.fits"),
    ]
    assert api.json(answer.json()["links"]["self"]) == answer.json()


def test_only_the_type_is_required(server: Server) -> None:
    made = make(candidate(server), "EW")
    unset = ("skymap_type", "skymap_filename", "combined_skymap_filename", *PROBABILITIES.values())
    assert {key: made[key] for key in unset} == dict.fromkeys(unset)
    flags = ("open_alert", "hardware_inj", "coinc_comment", "significant", "raven_coinc")
    assert {key: made[key] for key in flags} == dict.fromkeys(flags, False)
    assert made["internal"] is True


def test_json_says_what_a_form_says(server: Server) -> None:
    api = candidate(server)
    sent = {"internal": False, "Significant": True, "BNS": 0.25, "skymap_type": "x", "HasSSM": 1}
    form = make(api, **sent)
    answer = api.post(PATH, json={"voevent_type": "PR", **sent})
    assert answer.status_code == 201
    differ = ("N", "ivorn", "filename", "links")
    strip = [{k: v for k, v in one.items() if k not in differ} for one in (form, answer.json())]
    assert strip[0] == strip[1]
    assert (strip[0]["internal"], strip[0]["significant"], strip[0]["prob_bns"]) == (
        *(False, True),
        0.25,
    )


def test_what_the_server_has_no_use_for_is_ignored(server: Server) -> None:
    api = candidate(server)
    ignored = ("ext_gcn", "ext_pipeline", "ext_search", "time_coinc_far", "delta_t", "significant")
    made = make(api, **dict.fromkeys((*ignored, "space_coinc_far", "anything"), "1"))
    assert made["significant"] is False
    assert [made[key] for key in ("ext_gcn", "ext_pipeline", "ext_search")] == ["", "", ""]
    assert root_of(api, made).find("./What/Group[@name='External Coincidence']") is None


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
    api = candidate(server)
    upload(api, "map.fits")
    made = make(api, code, skymap_type="bayestar", skymap_filename="map.fits")
    assert (made["voevent_type"], made["filename"]) == (code, f"TS260301a-1-{name}.xml")
    assert (made["skymap_type"], made["skymap_filename"]) == ("bayestar", "map.fits")
    root = root_of(api, made)
    assert (values(root)["Packet_Type"], values(root)["AlertType"]) == (packet, name)
    assert values(root, "GW_SKYMAP").keys() == (set() if code == "RE" else {"skymap_fits"})


def test_voevents_are_numbered_per_superevent_from_1(server: Server) -> None:
    api = candidate(server)
    assert api.candidate()["superevent_id"] == "TS260301b"
    other = "superevents/TS260301b/voevents/"
    made = [make(api)["N"], make(api, "RE")["N"], make(api, path=other)["N"], make(api)["N"]]
    assert made == [1, 2, 1, 3]


@OLDER
def test_log_tells_of_the_file_and_of_its_tag(server: Server, base: str) -> None:
    api = candidate(server, base)
    made = make(api)
    assert api.told("TS260301a")[1:] == ["New VOEvent", "Tagged message 2: em_follow."]
    log, tagged = api.json(f"{SUPEREVENT}logs/")["log"][1:]
    assert (log["N"], log["tag_names"]) == (2, ["em_follow"])
    assert (log["filename"], log["file_version"]) == ("TS260301a-1-Preliminary.xml", 0)
    assert (log["issuer"], log["file"]) == ("albert.einstein@ligo.org", made["links"]["file"])
    assert (tagged["tag_names"], tagged["file"]) == ([], None)
    assert tagged["issuer"] == "albert.einstein@ligo.org"


def test_nothing_is_told_in_the_log_of_the_event(server: Server) -> None:
    api = candidate(server)
    before = api.comments("T0001")
    make(api)
    assert api.comments("T0001") == before


def test_voevent_is_one_transaction(server: Server) -> None:
    api = candidate(server)
    journal = server.store.path / "journal.jsonl"
    before = journal.read_text()
    make(api)
    change, applied = journal.read_text().removeprefix(before).splitlines()
    assert '"call":"POST superevents/TS260301a/voevents/"' in change
    assert applied.startswith('{"applied":')


def test_file_of_that_name_that_is_there_already_gets_another_version(server: Server) -> None:
    api = candidate(server)
    upload(api, "TS260301a-1-Preliminary.xml", b"not this")
    made = make(api)
    assert made["file_version"] == 1
    assert made["links"]["file"].endswith("/TS260301a-1-Preliminary.xml,1")
    assert api.get(made["links"]["file"]).content.startswith(b"<?xml")


@pytest.mark.parametrize("base", ["default", "v1", "v2", "2.33", "2.33/v1", "2.33/v2"])
def test_list_of_a_fresh_superevent_is_empty(server: Server, base: str) -> None:
    api = candidate(server, base)
    url = api.url + PATH
    links = {"self": url, "first": url, "last": url}
    assert api.json(PATH) == {"start": 0, "numRows": 0, "voevents": [], "links": links}
    asked = {"self": f"{url}?a=b", "first": f"{url}?a=b", "last": f"{url}?a=b"}
    assert api.json(f"{PATH}?a=b")["links"] == asked


@pytest.mark.parametrize("base", ["default", "v1", "v2", "2.33", "2.33/v2"])
def test_list_and_detail_are_read_at_every_base(server: Server, base: str) -> None:
    maker = candidate(server)
    for day in (3, 2):
        server.store.clock.set(f"2026-03-0{day} 12:00:00")
        make(maker)
    api = server.at(base)
    found = api.json(PATH)
    assert found["numRows"] == 2
    assert [one["N"] for one in found["voevents"]] == [1, 2]  # not by time
    for one in found["voevents"]:
        assert one["links"]["self"] == f"{api.url}{PATH}{one['N']}/"
        assert api.json(one["links"]["self"]) == one
        assert api.json(one["links"]["self"].rstrip("/")) == one
        assert api.get(one["links"]["file"]).content.startswith(b"<?xml")


def test_unknown_number_or_superevent_is_not_found(api: Api) -> None:
    api.candidate()
    for path in (f"{PATH}1/", f"{PATH}0/", "superevents/TS260301z/voevents/"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    answer = api.post("superevents/TS260301z/voevents/", data={"voevent_type": "PR"})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_voevents_are_never_changed(api: Api, method: str) -> None:
    api.candidate()
    for path in (PATH, f"{PATH}1/"):
        answer = api.request(method, path)
        assert answer.status_code == 405
        assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
    assert api.post(f"{PATH}1/").status_code == 405


@pytest.mark.parametrize("base", ["default", "v2"])
def test_creation_is_gone_from_v2(server: Server, base: str) -> None:
    api = candidate(server, base)
    outsider = server.at(base, "outsider", ("lvem_observers",))
    open_to(server, lvem_observers=["view"])
    before = api.told("TS260301a")
    for one in (api, outsider):
        answer = one.post(PATH, data={"voevent_type": "?"})
        assert (answer.status_code, answer.json()) == (
            410,
            {
                "error": "This functionality has been deprecated and will not be re-implemented on "
                "GraceDB"
            },
        )
    assert (api.json(PATH)["voevents"], api.told("TS260301a")) == ([], before)


@OLDER
def test_confirmed_superevent_keeps_its_default_id_in_all_names(server: Server, base: str) -> None:
    api = candidate(server, base)
    upload(api, "map.fits")
    assert api.post(f"{SUPEREVENT}confirm-as-gw/").json()["gw_id"] == "TGW260301A"
    path = "superevents/TGW260301A/"
    sent = {"skymap_type": "x", "skymap_filename": "map.fits"}
    made = make(api, "IN", path=f"{path}voevents/", **sent)
    assert made["filename"] == "TS260301a-1-Initial.xml"
    assert made["ivorn"] == "ivo://gwnet/LVC#TS260301a-1-Initial"
    assert made["links"] == {
        "self": f"{api.url}{path}voevents/1/",
        "file": f"{api.url}{path}files/TS260301a-1-Initial.xml,0",
    }
    root = root_of(api, made)
    assert root.get("ivorn") == made["ivorn"]
    assert values(root)["GraceID"] == "TS260301a"
    assert values(root)["EventPage"].endswith("/superevents/TS260301a/view/")
    assert api.get(values(root, "GW_SKYMAP")["skymap_fits"]).content == b"a map"
    assert api.json(f"{PATH}1/") == api.json(made["links"]["self"]) == made


def test_voevents_are_kept_in_the_store_and_pass_its_check(server: Server) -> None:
    api = candidate(server)
    made = [make(api, BNS="0.5", Significant="1", HasSSM="1"), make(api)]
    assert server.store.check() == []
    server.store.compact()
    assert server.store.check() == []
    assert api.json(PATH)["voevents"] == made


# Rights


def test_readers_outside_see_the_cut_object(server: Server) -> None:
    api = candidate(server)
    made = make(api, BNS=0.5)
    open_to(server, public_users=["view"])
    for user, groups in (("outsider", ("lvem_observers",)), (None, None)):
        for base in ("v1", "v2", "2.33"):
            reader = server.at(base, user, groups)
            (one,) = reader.json(PATH)["voevents"]
            assert list(one) == BRIEF
            assert reader.json(f"{PATH}1/") == one
            if base == "v1":
                assert one == {key: made[key] for key in BRIEF}
    assert list(api.json(f"{PATH}1/"))[: len(BRIEF)] == BRIEF


def test_superevent_that_is_not_visible_is_not_found(server: Server) -> None:
    make(candidate(server))
    for user, groups in (("outsider", ("lvem_observers",)), (None, None)):
        api = server.at("v1", user, groups)
        for path in (PATH, f"{PATH}1/"):
            assert api.get(path).status_code == 404
        answer = api.post(PATH, data={"voevent_type": "PR"})
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_only_the_collaboration_makes_them(server: Server) -> None:
    candidate(server)
    open_to(server, public_users=["view"], lvem_observers=["view", "annotate"])
    for user, groups, detail in (
        ("outsider", ("lvem_observers",), "You do not have permission to create VOEvents."),
        (None, None, "Authentication credentials were not provided."),
    ):
        answer = server.at("v1", user, groups).post(PATH, data={"voevent_type": "?"})
        assert (answer.status_code, answer.json()) == (403, {"detail": detail})
    assert (
        server.at("v1", "insider", ("internal_users",)).post(PATH, data={"voevent_type": "PR"}).ok
    )


# What is refused


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "This field is required."),
        ({"voevent_type": "XX"}, '"XX" is not a valid choice.'),
        ({"voevent_type": "preliminary"}, '"preliminary" is not a valid choice.'),
        ({"skymap_type": "x" * 101}, "Ensure this field has no more than 100 characters."),
        ({"skymap_filename": "x" * 101}, "Ensure this field has no more than 100 characters."),
        (
            {"combined_skymap_filename": "x" * 101},
            "Ensure this field has no more than 100 characters.",
        ),
        ({"MassGap": "x"}, "A valid number is required."),
        *(
            ({name: "maybe"}, "Must be a valid boolean.")
            for name in (
                *("internal", "open_alert", "hardware_inj", "raven_coinc"),
                *("CoincComment", "Significant"),
            )
        ),
        *(
            ({name: sent}, said)
            for name in PROBABILITIES
            for sent, said in (
                ("1.5", "Ensure this value is less than or equal to 1."),
                ("-0.1", "Ensure this value is greater than or equal to 0."),
                ("much", "A valid number is required."),
                ("nan", "A valid number is required."),
            )
        ),
        (
            {"voevent_type": "", "internal": "?", "HasSSM": 2},
            [
                '"" is not a valid choice.',
                "Must be a valid boolean.",
                "Ensure this value is less than or equal to 1.",
            ],
        ),
    ],
)
def test_field_that_is_wrong_is_told(server: Server, data: dict[str, Any], said: Any) -> None:
    api = candidate(server)
    sent = data if not data or "voevent_type" in data else {"voevent_type": "PR", **data}
    answer = api.post(PATH, data=sent)
    assert (answer.status_code, answer.json()) == (400, said)
    assert (api.json(PATH)["voevents"], len(api.told("TS260301a"))) == ([], 1)


def test_bounds_of_probabilities_belong_to_them(server: Server) -> None:
    made = make(candidate(server), **{**dict.fromkeys(PROBABILITIES, 1), "BNS": 0})
    assert {made[key] for key in PROBABILITIES.values()} == {0.0, 1.0}


@pytest.mark.parametrize("gpstime", [None, float("nan"), float("inf")])
def test_preferred_event_must_have_a_time(server: Server, gpstime: float | None) -> None:
    api = candidate(server)
    change(server, "T0001", gpstime=gpstime)
    # told before anything about the sky map
    assert refusal(api, "IN") == (
        "Cannot build a VOEvent because preferred event does not have a gpstime."
    )
    assert (api.json(PATH)["voevents"], len(api.told("TS260301a"))) == ([], 1)


def test_time_that_no_calendar_has_is_refused(server: Server) -> None:
    api = candidate(server)
    change(server, "T0001", gpstime=-1.0)
    assert refusal(api) == (
        "Cannot build a VOEvent because GPS -1.0 s is not between 1980-01-06 and the year 9999."
    )


@pytest.mark.parametrize("code", ["IN", "UP", "PR"])
def test_sky_map_of_what_is_no_warning_or_retraction_must_be_there(
    server: Server, code: str
) -> None:
    api = candidate(server)
    upload(api, "map.fits")
    nameless = "Skymap filename is required for initial and update VOEvents."
    typeless = "Skymap type is required for VOEvents that include a skymap."
    missing = "Skymap file {} not found for this superevent."
    if code == "PR":
        make(api, code)
        make(api, code, skymap_type="x")
    else:
        assert refusal(api, code) == nameless
        assert refusal(api, code, skymap_type="x") == nameless
    assert refusal(api, code, skymap_filename="none.fits") == typeless
    for name in ("none.fits", "map.fits,1", "map.fits,x", "map.fits,"):
        # and before anything about a coincidence
        said = refusal(api, code, skymap_type="x", skymap_filename=name, raven_coinc="1")
        assert said == missing.format(name)
    for name in ("map.fits", "map.fits,0"):
        made = make(api, code, skymap_type="x", skymap_filename=name)
        url = values(root_of(api, made), "GW_SKYMAP")["skymap_fits"]
        assert url == f"{api.url}{SUPEREVENT}files/{name}"
        assert api.get(url).content == b"a map"


@pytest.mark.parametrize("code", ["RE", "EW"])
def test_warnings_and_retractions_are_not_asked_for_the_sky_map(server: Server, code: str) -> None:
    api = candidate(server)
    assert make(api, code)["skymap_filename"] is None
    made = make(api, code, skymap_filename="none.fits")
    assert (made["skymap_type"], made["skymap_filename"]) == (None, "none.fits")


@pytest.mark.parametrize("code", ["PR", "RE"])
def test_coincidence_needs_the_external_event(server: Server, code: str) -> None:
    api = candidate(server)

    def said() -> Any:
        return refusal(api, code, raven_coinc="True", MassGap="1")

    def name(em_type: str) -> None:
        assert api.request("PATCH", SUPEREVENT, data={"em_type": em_type}).status_code == 200

    assert said() == "em_type for superevent TS260301a not set (is None)"
    name("a burst")
    assert said() == "em_type for superevent TS260301a is not a valid graceid"
    name("E0077")
    assert said() == "event for em_type=E0077 not found"
    name("E0001")  # which is T0001
    assert said() == "event for em_type=E0001 not found"
    name("T0001")
    assert said() == "MassGap has been replaced with HasMassGap"
    answer = refusal(api, code, raven_coinc="True", combined_skymap_filename="x.fits", MassGap="1")
    assert answer == "Combined skymap file x.fits not found for this superevent."
    assert api.json(PATH)["voevents"] == []


def test_mass_gap_may_be_zero(server: Server) -> None:
    api = candidate(server)
    assert refusal(api, MassGap="0.5") == "MassGap has been replaced with HasMassGap"
    assert refusal(api, MassGap="7") == "MassGap has been replaced with HasMassGap"
    make(api, MassGap="0")
    assert api.post(PATH, json={"voevent_type": "PR", "MassGap": 0.0}).status_code == 201


# The client


@pytest.mark.filterwarnings("ignore:Method .* has been replaced:DeprecationWarning")
@pytest.mark.parametrize("base", ["v1", "2.33"])
def test_clients_own_methods_make_and_read_voevents(server: Server, base: str) -> None:
    candidate(server)
    client = server.client(base)
    client.write_log("TS260301a", "a map", filename="map.fits", filecontents=b"map")
    made = client.create_voevent(
        "TS260301a", "initial", skymap_type="x", skymap_filename="map.fits", BNS=0.5, internal=False
    ).json()
    assert (made["prob_bns"], made["internal"], made["voevent_type"]) == (0.5, False, "IN")
    assert client.createVOEvent("TS260301a", "RE").json()["N"] == 2
    assert client.voevents("TS260301a").json()["voevents"][0] == made
    assert client.voevents("TS260301a", 1).json() == made
    assert client.files("TS260301a", made["filename"]).read().startswith(b"<?xml")
