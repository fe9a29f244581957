"""The reader of oLIB: a JSON object."""

from __future__ import annotations

from fakegracedb.documents.attributes import TABLES

from . import Reading, Upload
from .objects import event, load, number, row

__all__ = ["read_olib"]

_BURST = TABLES["LalInferenceBurst"]
_NAMES = {
    "bci": "BCI",
    "quality_mean": "quality_posterior_mean",
    "quality_median": "quality_posterior_median",
    "bsn": "BSN",
    "omicron_snr_network": "Omicron_SNR_Network",
    "omicron_snr_H1": "Omicron_SNR_H1",
    "omicron_snr_L1": "Omicron_SNR_L1",
    "omicron_snr_V1": "Omicron_SNR_V1",
    "hrss_mean": "hrss_posterior_mean",
    "hrss_median": "hrss_posterior_median",
    "frequency_mean": "frequency_posterior_mean",
    "frequency_median": "frequency_posterior_median",
}


def read_olib(upload: Upload) -> Reading:
    """Read a burst.

    Parameters
    ----------
    upload : Upload
        JSON object. Null is as if the key were not there, except for `instruments`.

    Returns
    -------
    Reading
        All values of the event, and the member `LalInferenceBurst`.

    Raises
    ------
    Exception
        Of several kinds: if it is not a JSON object, or has no `instruments`, or not a number
        where there has to be one, or what cannot be stored.
    """
    data = load(upload.data)
    burst = {key: number(data.get(name)) for key, name in _NAMES.items()}
    nevents = data.get("nevents")
    values = event(
        gpstime=number(data.get("gpstime")),
        far=number(data.get("FAR")),
        instruments=data["instruments"],
        nevents=1 if nevents is None else int(nevents),
        likelihood=number(data.get("likelihood")),
    )
    kept = {key: value for key, value in row(_BURST, burst).items() if value is not None}
    return Reading(values=values, attributes={"LalInferenceBurst": kept})
