"""Whether a superevent came out right."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakegracedb import FakeGraceDb, samples
from fakegracedb.errors import RegenerationError
from fakegracedb.regeneration import latencies as latencies_module
from fakegracedb.regeneration.checklist import CHECKLIST
from fakegracedb.regeneration.latencies import plot
from fakegracedb.regeneration.validation import read_checklist, validate

T_0 = 1456420000
FILES = [
    *("bayestar.multiorder.fits", "bayestar.fits.gz", "bayestar.png", "bayestar.volume.png"),
    *("bayestar.html", "gstlal.p_astro.json", "gstlal.p_astro.png", "em_bright.json"),
    "em_bright.png",
]
LABELS = ["EMBRIGHT_READY", "GCN_PRELIM_SENT", "PASTRO_READY", "SKYMAP_READY", "DQR_REQUEST"]


class Scene:
    """A superevent that is complete, unless something is left out."""

    def __init__(self, folder: Path) -> None:
        self.client = FakeGraceDb(store=folder)
        self.old = FakeGraceDb(store=folder, api_version="v1")
        self.client.clock = str(T_0 + 20)

    def make(
        self,
        *,
        far: float = 1e-10,
        without: tuple[str, ...] = (),
        more: tuple[str, ...] = ("ADVREQ",),
        preliminary: int = 2,
        event_labels: tuple[str, ...] = ("PASTRO_READY", "EMBRIGHT_READY", "SKYMAP_READY"),
        **event: Any,
    ) -> str:
        client = self.client
        graceid = client.create_event(
            event.get("group", "CBC"), event.get("pipeline", "gstlal"), "initial.data",
            search="AllSky", labels=list(event_labels),
            filecontents=event.get("content", samples.coinc_xml(str(T_0), far=far)),
        ).json()["graceid"]  # fmt: skip
        made = client.create_superevent(T_0 - 1, T_0, T_0 + 1, graceid)
        self.id = str(made.json()["superevent_id"])
        client.clock.advance(10)
        for name in FILES:
            if name not in without:
                client.write_log(self.id, "made", name, b"x")
        client.clock.advance(10)
        for label in (*LABELS, *more):
            if label not in without:
                client.write_label(self.id, label)
        for _ in range(preliminary):
            client.clock.advance(10)
            self.old.create_voevent(self.id, "preliminary")
        return self.id

    def problems(self, **options: Any) -> dict[str, str]:
        found = validate(self.client, self.id, **options)
        return {check.name: check.problem for check in found.failures}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "store")


def test_a_complete_one_passes(scene: Scene) -> None:
    scene.make()
    assert scene.problems() == {}
    found = validate(scene.client, scene.id)
    assert sum(check.applies for check in found.checks) == 5


@pytest.mark.parametrize("missing", [*FILES, *LABELS])
def test_what_is_missing_is_told(scene: Scene, missing: str) -> None:
    scene.make(without=(missing,))
    (problem,) = scene.problems().values()
    assert problem.endswith(missing)


def test_events_must_be_complete(scene: Scene) -> None:
    scene.make(event_labels=("PASTRO_READY",))
    assert scene.problems() == {
        "all events are complete": "G0001 lacks EMBRIGHT_READY, SKYMAP_READY"
    }


def test_advocates_must_be_asked(scene: Scene) -> None:
    scene.make(more=())
    (problem,) = scene.problems().values()
    assert problem == "none of the labels ADVREQ, ADVOK, ADVNO"


@pytest.mark.parametrize(("far", "more"), [(1e-6, ()), (1e-10, ("INJ",)), (1 / (30 * 86400), ())])
def test_one_that_is_not_significant_has_no_preliminary_notice(
    scene: Scene, far: float, more: tuple[str, ...]
) -> None:
    scene.make(far=far, more=more)
    assert scene.problems() == {"no preliminary notices": "2 notices PR"}


def test_a_coincidence_makes_it_significant(scene: Scene) -> None:
    scene.make(far=1e-3, more=("RAVEN_ALERT", "ADVREQ"))
    assert scene.problems() == {}


def test_one_notice_is_too_few(scene: Scene) -> None:
    scene.make(preliminary=1)
    assert scene.problems() == {"two preliminary notices": "1 notice PR"}


def test_an_early_warning_needs_its_notice(scene: Scene) -> None:
    scene.make(more=("ADVREQ", "EARLY_WARNING"), without=("DQR_REQUEST",))
    assert scene.problems() == {"an early-warning notice": "0 notices EW"}


@pytest.mark.parametrize(
    ("status", "name", "voevent"),
    [("OK", "an initial notice", "initial"), ("NO", "a retraction", "retraction")],
)
def test_what_advocates_say_needs_its_notice(
    scene: Scene, status: str, name: str, voevent: str
) -> None:
    scene.make()
    scene.client.create_signoff(scene.id, "ADV", status, "")
    assert list(scene.problems()) == [name]
    scene.old.create_voevent(scene.id, voevent, skymap_type="x", skymap_filename="bayestar.fits.gz")
    assert scene.problems() == {}


def test_alerts_in_files_are_notices_too(scene: Scene) -> None:
    scene.make(preliminary=0)
    for _ in range(2):
        scene.client.write_log(scene.id, "sent", f"{scene.id}-preliminary.avro", b"x")
    assert scene.problems() == {}


def test_a_burst_needs_less(scene: Scene) -> None:
    scene.make(
        group="Burst", pipeline="CWB", content=samples.cwb_text(str(T_0), far=1e-9),
        event_labels=("SKYMAP_READY",), without=tuple(FILES),
    )  # fmt: skip
    assert scene.problems() == {}


def test_an_event_is_answered_for_its_superevent(scene: Scene) -> None:
    scene.make()
    assert validate(scene.client, "G0001").superevent_id == scene.id
    alone = scene.client.create_event(
        "CBC", "gstlal", "x.xml", filecontents=samples.coinc_xml(str(T_0))
    ).json()["graceid"]
    with pytest.raises(RegenerationError, match="belongs to no superevent"):
        validate(scene.client, alone)


def test_latencies_are_seconds_after_t_0(scene: Scene) -> None:
    scene.make()
    latencies = validate(scene.client, scene.id).latencies
    found = [(one.kind, one.name, one.seconds) for one in latencies]
    assert ("file", "em_bright.png", 30.0) in found
    assert ("label", "ADVREQ", 40.0) in found
    assert ("notice", f"{scene.id}-2-Preliminary.xml", 60.0) in found
    numbers = [one.log for one in latencies]
    assert numbers == sorted(numbers)


def test_users_have_checklists_of_their_own(scene: Scene, tmp_path: Path) -> None:
    scene.make()
    path = tmp_path / "list.json"
    path.write_text(json.dumps(CHECKLIST))
    assert scene.problems(checklist=read_checklist(path)) == {}
    mine = {"checks": [{"name": "mine", "when": {"pipeline": "gstlal"}, "files": ["x.dat"]}]}
    path.write_text(json.dumps(mine))
    assert scene.problems(checklist=read_checklist(path)) == {"mine": "missing files: x.dat"}
    mine["checks"][0]["when"] = {"moon": "full"}
    with pytest.raises(RegenerationError, match="unknown condition 'moon'"):
        scene.problems(checklist=mine)


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"checks": [{"name": "x"}]}', '{"checks": [3]}']
)
def test_a_checklist_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.json"
    path.write_text(text)
    with pytest.raises(RegenerationError, match=r"list\.json"):
        read_checklist(path)


def test_a_plot_needs_its_extra_or_is_drawn(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.make()
    found = validate(scene.client, scene.id).latencies
    with monkeypatch.context() as patched:
        patched.setitem(__import__("sys").modules, "matplotlib.figure", None)
        with pytest.raises(RegenerationError, match=r"fakegracedb\[plot\]"):
            plot("x", found, tmp_path / "x.png")
    pytest.importorskip("matplotlib")
    latencies_module.plot(scene.id, found, tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("id_", "kind"), [("nosuch", "event"), ("G0042", "event"), ("S260301b", "superevent")]
)
def test_object_that_is_not_there_is_told_in_words(tmp_path: Path, id_: str, kind: str) -> None:
    told = f"^there is no {kind} {id_}: the server answers 404$"
    with pytest.raises(RegenerationError, match=told):
        validate(FakeGraceDb(store=tmp_path), id_)
