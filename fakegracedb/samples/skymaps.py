"""Sky maps: where a source may be, as FITS files of HEALPix pixels of many orders or of one."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from . import checks, healpix
from .blobs import COARSEST, blob, concentration, flat_order, integral
from .checks import Ifos
from .compression import gzipped
from .distances import Distance, distance_of
from .fits import Card, fits_file
from .times import BILLION, When, iso_text, mjd, nanoseconds

__all__ = ["skymap"]

_DEEPER = 4  # orders by which the pixel of the maximum is divided further
_MADE_AFTER = 60 * BILLION


def skymap(
    ra: float = 83.6,
    dec: float = 22.0,
    *,
    area: float = 100.0,
    distance: float | None = None,
    distance_std: float | None = None,
    flat: bool = False,
    nside: int | None = None,
    gpstime: When | None = "1400000000.25",
    instruments: Ifos | None = "H1,L1",
    objid: str | None = None,
    url: str | None = None,
    created: When | None = None,
    creator: str = "BAYESTAR",
    origin: str = "LIGO/Virgo/KAGRA",
    runtime: float | None = None,
    log_bci: float | None = None,
    log_bsn: float | None = None,
    history: Sequence[str] = (),
    gzip: bool = False,
) -> bytes:
    """Make a sky map with one round blob in it.

    Parameters
    ----------
    ra, dec : float
        The most probable position [deg]. The pixel of the maximum is the one that it is in.
    area : float
        Of the 90 % credible region [deg^2], less than nine tenths of the sky.
    distance, distance_std : float, optional
        Mean and standard deviation of the distance [Mpc]; the latter is a quarter of the former
        unless given. Without them the map has no distances, as those of bursts.
    flat : bool
        With pixels of one order, as ``bayestar.fits.gz``, in place of many, as
        ``bayestar.multiorder.fits``.
    nside : int, optional
        Resolution of a flat map, a power of 2; fine enough for the area unless given.
    gpstime : float, str, Decimal or datetime, optional
        Time of the event, GPS [s].
    instruments : str or iterable of str, optional
        Detectors.
    objid, url : str, optional
        The event, and where it is found.
    created : float, str, Decimal or datetime, optional
        When the map was made, GPS [s]; a minute after the event unless given.
    creator, origin : str
        Program and organization.
    runtime : float, optional
        Of the program [s].
    log_bci, log_bsn : float, optional
        Logarithms of the Bayes factors: coherent against incoherent, signal against noise.
    history : sequence of str
        Lines of the header's history.
    gzip : bool
        Whether the file is compressed.

    Returns
    -------
    bytes
        FITS. The columns are UNIQ, PROBDENSITY [1/sr] or, in a flat map, PROB, in nested order;
        and if there are distances DISTMU, DISTSIGMA [Mpc] and DISTNORM [1/Mpc^2], which are the
        same in all pixels.

    Raises
    ------
    ValueError
        An argument that cannot be, or that does not fit into a header.

    Notes
    -----
    The probability falls off as a Fisher distribution, which for small areas is a Gaussian.
    """
    right, up = checks.right_ascension(ra), checks.declination(dec)
    kappa = concentration(checks.positive("area", area))
    if nside is not None and not flat:
        raise ValueError("nside: only flat maps have one")
    far_away = _distance(distance, distance_std)
    header = _metadata(gpstime, instruments, objid, url, created, creator, origin, runtime)
    if far_away is not None:
        header += [
            ("DISTMEAN", far_away.mean, "Posterior mean distance (Mpc)"),
            ("DISTSTD", far_away.std, "Posterior standard deviation of distance (Mpc)"),
        ]
    evidence = (
        ("LOGBCI", log_bci, "Log Bayes factor: coherent vs. incoherent"),
        ("LOGBSN", log_bsn, "Log Bayes factor: signal vs. noise"),
    )
    header += [
        (key, checks.number(key, value), comment)
        for key, value, comment in evidence
        if value is not None
    ]
    header += [("HISTORY", line, "") for line in history]
    if flat:
        order = flat_order(area, nside)
        content = _flat(right, up, kappa, order, far_away, header)
    else:
        content = _multiorder(right, up, kappa, far_away, header)
    return gzipped(content) if gzip else content


def _distance(mean: float | None, std: float | None) -> Distance | None:
    if mean is None:
        if std is not None:
            raise ValueError("distance_std: there is no distance")
        return None
    mean = checks.positive("distance", mean)
    return distance_of(mean, mean / 4 if std is None else checks.positive("distance_std", std))


def _metadata(
    gpstime: When | None,
    instruments: Ifos | None,
    objid: str | None,
    url: str | None,
    created: When | None,
    creator: str,
    origin: str,
    runtime: float | None,
) -> list[Card]:
    cards: list[Card] = []
    if objid is not None:
        cards.append(("OBJECT", objid, "Unique identifier for this event"))
    if url is not None:
        cards.append(("REFERENC", url, "URL of this event"))
    if instruments is not None:
        names = ",".join(checks.detectors(instruments, "instruments"))
        cards.append(("INSTRUME", names, "Instruments that triggered this event"))
    made = None if created is None else nanoseconds("created", created)
    if gpstime is not None:
        count = nanoseconds("gpstime", gpstime)
        made = count + _MADE_AFTER if made is None else made
        cards += [
            ("DATE-OBS", iso_text("gpstime", count, 6, most=6), "UTC date of the observation"),
            ("MJD-OBS", mjd("gpstime", count), "modified Julian date of the observation"),
        ]
    if made is not None:
        when = iso_text("created", made - made % BILLION, 6)
        cards.append(("DATE", when, "UTC date of file creation"))
    cards += [
        ("CREATOR", creator, "Program that created this file"),
        ("ORIGIN", origin, "Organization responsible for this FITS file"),
    ]
    if runtime is not None:
        seconds = checks.non_negative("runtime", runtime)
        cards.append(("RUNTIME", seconds, "Runtime in seconds of the CREATOR program"))
    return cards


def _multiorder(
    ra: float, dec: float, kappa: float, distance: Distance | None, header: list[Card]
) -> bytes:
    pixels = sorted(
        blob(ra, dec, kappa, COARSEST, healpix.MAX_ORDER, deeper=_DEEPER),
        key=lambda pixel: healpix.uniq(pixel.order, pixel.index),
    )
    total = integral(pixels)
    pack = struct.Struct(">qd").pack
    shared = _distance_cells(distance)
    rows = b"".join(
        pack(healpix.uniq(pixel.order, pixel.index), pixel.density / total) + shared
        for pixel in pixels
    )
    columns = [("UNIQ", "K", ""), ("PROBDENSITY", "D", "sr-1"), *_distance_columns(distance)]
    cards: list[Card] = [
        ("MOC", True, ""),
        *_ordering("NUNIQ"),
        ("MOCORDER", pixels[-1].order, "MOC resolution (best order)"),
        ("INDXSCHM", "EXPLICIT", "Indexing: IMPLICIT or EXPLICIT"),
    ]
    return fits_file(columns, [*cards, *header], rows, 16 + len(shared))


def _flat(
    ra: float,
    dec: float,
    kappa: float,
    order: int,
    distance: Distance | None,
    header: list[Card],
) -> bytes:
    pixels = list(blob(ra, dec, kappa, min(COARSEST, order), order, deeper=0))
    # Where the map is coarse, the small pixels of a large one are alike: they are not divided
    # one by one. In nested order they follow each other.
    pixels.sort(key=lambda pixel: pixel.index << 2 * (order - pixel.order))
    scale = healpix.area(order) / integral(pixels)
    pack = struct.Struct(">d").pack
    shared = _distance_cells(distance)
    rows = b"".join(
        (pack(pixel.density * scale) + shared) * 4 ** (order - pixel.order) for pixel in pixels
    )
    columns = [("PROB", "D", "pix-1"), *_distance_columns(distance)]
    cards: list[Card] = [
        *_ordering("NESTED"),
        ("NSIDE", 1 << order, "Resolution parameter of HEALPIX"),
        ("INDXSCHM", "IMPLICIT", "Indexing: IMPLICIT or EXPLICIT"),
    ]
    return fits_file(columns, [*cards, *header], rows, 8 + len(shared))


def _distance_cells(distance: Distance | None) -> bytes:
    if distance is None:
        return b""
    return struct.pack(">3d", distance.mu, distance.sigma, distance.norm)


def _distance_columns(distance: Distance | None) -> list[tuple[str, str, str]]:
    if distance is None:
        return []
    return [("DISTMU", "D", "Mpc"), ("DISTSIGMA", "D", "Mpc"), ("DISTNORM", "D", "Mpc-2")]


def _ordering(name: str) -> list[Card]:
    return [
        ("PIXTYPE", "HEALPIX", "HEALPIX pixelisation"),
        ("ORDERING", name, "Pixel ordering scheme: RING, NESTED, or NUNIQ"),
        ("COORDSYS", "C", "Ecliptic, Galactic or Celestial (equatorial)"),
    ]
