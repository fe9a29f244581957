"""What a superevent must have in the end: the checklist of `validate`, as data.

``significant`` tells from an event's false alarm rate, times a trials factor, whether it is
significant; ``publishable`` likewise, and is the same if it is missing. ``complete`` has the labels
that an event must have; the first entry that fits counts. Each of ``checks`` applies ``when`` all
that is named there holds, and wants one of: ``events`` (all are complete), ``labels`` (all),
``any_label``, ``files`` (all; ``{pipeline}`` is that of the preferred event), ``notices`` (how many
of each kind).
"""

from __future__ import annotations

from typing import Any

__all__ = ["CHECKLIST"]

_MERGER = {"significant": True, "group": "CBC", "without_label": ["EARLY_WARNING"]}
_OF_MERGERS = ["PASTRO_READY", "EMBRIGHT_READY", "SKYMAP_READY"]

CHECKLIST: dict[str, Any] = {
    "significant": {
        "never_with": ["INJ"],
        "always_with": ["RAVEN_ALERT"],
        "rates": [
            {"group": "Burst", "search": "BBH", "per_days": 30, "trials": 6},
            {"group": "Burst", "per_days": 365.25, "trials": 3},
            {"group": "CBC", "per_days": 30, "trials": 6},
        ],
    },
    "complete": [
        {"group": "CBC", "search": "SSM", "labels": ["EMBRIGHT_READY", "SKYMAP_READY"]},
        {"group": "CBC", "labels": _OF_MERGERS},
        {"group": "Burst", "search": "BBH", "labels": _OF_MERGERS},
        {"group": "Burst", "labels": ["SKYMAP_READY"]},
    ],
    "checks": [
        {"name": "all events are complete", "events": "complete"},
        {
            "name": "advocates are asked or have answered",
            "when": {"significant": True},
            "any_label": ["ADVREQ", "ADVOK", "ADVNO"],
        },
        {
            "name": "labels of a significant merger",
            "when": _MERGER,
            "labels": [
                *("EMBRIGHT_READY", "GCN_PRELIM_SENT", "PASTRO_READY", "SKYMAP_READY"),
                "DQR_REQUEST",
            ],
        },
        {
            "name": "files of a significant merger",
            "when": _MERGER,
            "files": [
                *("bayestar.multiorder.fits", "bayestar.fits.gz", "bayestar.png"),
                *("bayestar.volume.png", "bayestar.html"),
                *("{pipeline}.p_astro.json", "{pipeline}.p_astro.png"),
                *("em_bright.json", "em_bright.png"),
            ],
        },
        {
            "name": "no preliminary notices",
            "when": {"publishable": False},
            "notices": {"PR": {"most": 0}},
        },
        {
            "name": "two preliminary notices",
            "when": {"publishable": True},
            "notices": {"PR": {"least": 2}},
        },
        {
            "name": "an early-warning notice",
            "when": {"with_label": ["EARLY_WARNING"]},
            "notices": {"EW": {"least": 1}},
        },
        {
            "name": "an initial notice",
            "when": {"with_label": ["ADVOK"]},
            "notices": {"IN": {"least": 1}},
        },
        {
            "name": "a retraction",
            "when": {"with_label": ["ADVNO"]},
            "notices": {"RE": {"least": 1}},
        },
    ],
}
"""The usual one; `validate` takes another one as a JSON file of the same form."""
