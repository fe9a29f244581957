"""The members of `extra_attributes`: their keys, kinds and limits, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

__all__ = ["TABLES", "Field", "Kind", "Table", "empty", "shown"]

Kind = Literal["float", "int", "natural", "big", "str", "list", "scores"]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a member.

    Attributes
    ----------
    name : str
        The key, as answered.
    kind : {"float", "int", "natural", "big", "str", "list", "scores"}
        What it holds. Integers are 32 bits wide; a natural is one that cannot be negative, a big
        one has 64 bits. A list holds strings; scores is an object of three floats.
    max_length : int or None
        Longest text that can be stored [characters].
    default : None or ""
        What is answered where nothing is stored.
    nullable : bool
        Whether null can be stored.
    """

    name: str
    kind: Kind = "float"
    max_length: int | None = None
    default: Literal[""] | None = None
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One member.

    Attributes
    ----------
    name : str
        The key inside `extra_attributes`.
    fields : tuple of Field
        In the order of the answers.
    many : bool
        The member is a list of objects, and absent when the list is empty.
    """

    name: str
    fields: tuple[Field, ...]
    many: bool = False


def _floats(names: str) -> tuple[Field, ...]:
    return tuple(Field(name) for name in names.split())


def _integers(names: str, kind: Kind = "int") -> tuple[Field, ...]:
    return tuple(Field(name, kind) for name in names.split())


def _texts(names: str, max_length: int | None, default: Literal[""] | None) -> tuple[Field, ...]:
    return tuple(Field(name, "str", max_length, default) for name in names.split())


def _text(name: str, max_length: int) -> Field:
    """Text that is never null."""
    return Field(name, "str", max_length, "", nullable=False)


_COINC_INSPIRAL = (
    _text("ifos", 20),
    *_integers("end_time end_time_ns", "natural"),
    *_floats("mass mchirp minimum_duration snr false_alarm_rate combined_far"),
)

_SINGLE_INSPIRAL = (
    *_texts("ifo search", 20, None),
    _text("channel", 100),
    *_integers("end_time end_time_ns", "natural"),
    *_floats("end_time_gmst"),
    *_integers("impulse_time impulse_time_ns"),
    *_floats("template_duration event_duration amplitude eff_distance coa_phase mass1 mass2"),
    *_floats("mchirp mtotal eta kappa chi tau0 tau2 tau3 tau4 tau5 ttotal psi0 psi3"),
    *_floats("alpha alpha1 alpha2 alpha3 alpha4 alpha5 alpha6 beta f_final snr chisq"),
    *_integers("chisq_dof"),
    *_floats("bank_chisq"),
    *_integers("bank_chisq_dof"),
    *_floats("cont_chisq"),
    *_integers("cont_chisq_dof"),
    *_floats("sigmasq rsqveto_duration"),
    *_floats("Gamma0 Gamma1 Gamma2 Gamma3 Gamma4 Gamma5 Gamma6 Gamma7 Gamma8 Gamma9"),
    *_floats("spin1x spin1y spin1z spin2x spin2y spin2z"),
)

_MULTI_BURST = (
    _text("ifos", 20),
    *_integers("start_time start_time_ns", "natural"),
    *_floats("duration strain"),
    *_integers("peak_time peak_time_ns", "natural"),
    *_floats("central_freq bandwidth amplitude mchirp snr confidence false_alarm_rate"),
    *_floats("ligo_axis_ra ligo_axis_dec ligo_angle ligo_angle_sig"),
    _text("single_ifo_times", 255),
    _text("hoft", 255),
    _text("code", 31),
)

_MLY_BURST = (
    _text("ifos", 20),
    *_floats("central_freq bandwidth duration central_time detection_statistic SNR"),
    *_floats("bbh sglf sghf background glitch freq_correlation"),
    Field("channels", "list", 1024),
    Field("scores", "scores"),
)

_LALINFERENCE_BURST = (
    *_floats("bci quality_mean quality_median bsn"),
    *_floats("omicron_snr_network omicron_snr_H1 omicron_snr_L1 omicron_snr_V1"),
    *_floats("hrss_mean hrss_median frequency_mean frequency_median"),
)

_GRB = (
    *_texts("author_ivorn", 200, None),
    *_floats("dec"),
    *_texts("designation", 20, None),
    *_floats("redshift"),
    *_texts("how_description coord_system", 200, None),
    *_texts("trigger_id", 25, None),
    *_floats("error_radius"),
    *_texts("how_reference_url", 200, None),
    *_floats("ra"),
    *_texts("ivorn", 200, None),
    *_floats("trigger_duration"),
    *_texts("author_shortname", 200, None),
    *_floats("T90"),
    *_texts("observatory_location_id", 200, None),
)

_NEUTRINO = (
    *_texts("ivorn coord_system", 200, None),
    *_floats("ra dec error_radius far_ne"),
    *_texts("far_unit", None, None),
    *_floats("signalness energy src_error_90 src_error_50"),
    Field("amon_id", "big"),  # run and event written together, thirteen digits or more
    *_integers("run_id event_id stream"),
)

_SIM_INSPIRAL = (
    *_floats("mass1 mass2 eta coa_phase mchirp spin1x spin1y spin1z spin2x spin2y spin2z"),
    *_floats("end_time_gmst f_lower f_final distance latitude longitude polarization"),
    *_floats("inclination theta0 phi0 alpha beta psi0 psi3"),
    *_floats("alpha1 alpha2 alpha3 alpha4 alpha5 alpha6"),
    *_floats("eff_dist_g eff_dist_h eff_dist_l eff_dist_t eff_dist_v amplitude tau phi freq"),
    *_integers("amp_order"),
    *_integers("geocent_end_time geocent_end_time_ns", "natural"),
    *_integers("numrel_mode_min numrel_mode_max bandpass"),
    *_integers("g_end_time g_end_time_ns h_end_time h_end_time_ns", "natural"),
    *_integers("l_end_time l_end_time_ns t_end_time t_end_time_ns", "natural"),
    *_integers("v_end_time v_end_time_ns", "natural"),
    *_texts("waveform numrel_data source taper", 50, ""),
    *_texts("source_channel destination_channel", 50, None),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("CoincInspiral", _COINC_INSPIRAL),
        Table("SingleInspiral", _SINGLE_INSPIRAL, many=True),
        Table("MultiBurst", _MULTI_BURST),
        Table("MLyBurst", _MLY_BURST),
        Table("LalInferenceBurst", _LALINFERENCE_BURST),
        Table("GRB", _GRB),
        Table("NeutrinoEvent", _NEUTRINO),
        Table("SimInspiral", _SIM_INSPIRAL),
    )
}

# An object is answered by copying its template and laying what is stored over it.
_TEMPLATES: dict[str, dict[str, Any]] = {
    table.name: {field.name: field.default for field in table.fields} for table in TABLES.values()
}
_SCORES: dict[str, float | None] = {"coherency": None, "coincidence": None, "combined": None}
_NESTED = (dict, list)
_SCORED = {t.name: f.name for t in TABLES.values() for f in t.fields if f.kind == "scores"}


def empty(member: str | None) -> dict[str, Any]:
    """Give what a new event stores as its `extra_attributes`, before its file is read.

    Parameters
    ----------
    member : str or None
        The member that belongs to the event's pipeline; None for pipelines without one.

    Returns
    -------
    dict
        ``{}``, or the member holding nothing: `shown` answers the defaults.

    Raises
    ------
    KeyError
        If there is no such member.
    """
    if member is None:
        return {}
    return {} if TABLES[member].many else {member: {}}


def shown(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Give the `extra_attributes` as answered.

    Parameters
    ----------
    extra : mapping
        As stored: keys that are null are left out.

    Returns
    -------
    dict
        Every key of every member of `extra`, in the order of `TABLES`, null (or ``""``) where
        nothing is stored; then keys that `TABLES` does not know. NaN and infinities, which JSON
        has no words for, are null. Nothing in it is shared with `extra`.
    """
    answer: dict[str, Any] = {}
    for member, stored in extra.items():
        template = _TEMPLATES.get(member)
        if template is None:
            answer[member] = _plain(stored)
        elif not TABLES[member].many:
            answer[member] = row = _laid_over(template, stored)
            if member in _SCORED:
                scores = row[_SCORED[member]]
                given = scores if isinstance(scores, dict) else {}
                row[_SCORED[member]] = {key: given.get(key) for key in _SCORES}
        elif stored:
            answer[member] = [_laid_over(template, row) for row in stored]
    return answer


def _laid_over(template: dict[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    row = {**template, **stored}
    # x - x is 0 for a finite x and NaN, which counts as true, for any other.
    if [
        value
        for value in stored.values()
        if (value - value if value.__class__ is float else value.__class__ in _NESTED)
    ]:
        row.update((key, _plain(value)) for key, value in stored.items())
    return row


def _plain(value: Any) -> Any:
    """Copy without the numbers that JSON cannot hold."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
