"""The default vocabulary as data, each table in the order in which the server lists it.

Not to be imported but by the package: `fakegracedb.vocabulary.DEFAULT` holds all of it.
"""

from __future__ import annotations

from .entries import Label, Pipeline, Tag

# Which server is imitated, by the `server_version` that users give, and what it calls itself.
SERVER_VERSIONS = {"2.36": "2.36.0", "2.33": "2.33.1"}
API_VERSIONS = ("default", "v1", "v2")
API_DEFAULT = "v2"  # what the unversioned API of 2.36 answers as
DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S UTC"
GONE = "This functionality has been deprecated and will not be re-implemented on GraceDB"

GROUPS = (
    "CBC", "Stochastic", "Burst", "Coherent", "Test", "External", "Detchar",
)  # fmt: skip

PIPELINES = (
    Pipeline("MBTAOnline", "SO", extra_attributes_key="CoincInspiral"),
    Pipeline("CWB2G", "SO", extra_attributes_key="MultiBurst"),
    Pipeline("gstlal", "SP", extra_attributes_key="CoincInspiral"),
    Pipeline("spiir", "SP", extra_attributes_key="CoincInspiral"),
    Pipeline("HardwareInjection", "O", extra_attributes_key="SimInspiral"),
    Pipeline("X", "SO"),
    Pipeline("Q", "O"),
    Pipeline("Omega", "O"),
    Pipeline("Ringdown", "SO"),
    Pipeline("Fermi", "E", extra_attributes_key="GRB"),
    Pipeline("Swift", "E", extra_attributes_key="GRB"),
    Pipeline("CWB", "SP", extra_attributes_key="MultiBurst"),
    Pipeline("SNEWS", "E", extra_attributes_key="GRB"),
    Pipeline("oLIB", "SP", extra_attributes_key="LalInferenceBurst"),
    Pipeline("pycbc", "SP", extra_attributes_key="CoincInspiral"),
    Pipeline("INTEGRAL", "E", extra_attributes_key="GRB"),
    Pipeline("AGILE", "E", extra_attributes_key="GRB"),
    Pipeline("MBTA", "SP", extra_attributes_key="CoincInspiral"),
    Pipeline("MLy", "SP", extra_attributes_key="MLyBurst"),
    Pipeline("PyGRB", "O", extra_attributes_key="CoincInspiral"),
    Pipeline("CHIME", "E", extra_attributes_key="GRB"),
    Pipeline("aframe", "SP", extra_attributes_key="MLyBurst"),
    Pipeline("SVOM", "E", extra_attributes_key="GRB"),
    Pipeline("IceCube", "E", extra_attributes_key="GRB", grb_updates=False),
    Pipeline("GWAK", "SP", extra_attributes_key="MLyBurst"),
    Pipeline("SGNL", "SP", extra_attributes_key="CoincInspiral"),
)

PIPELINE_TYPES = {
    "E": "external",
    "O": "other",
    "SO": "non-production search",
    "SP": "production search",
}

SEARCHES = (
    "AllSky", "LowMass", "HighMass", "GRB", "Supernova", "MDC", "LowMassSim", "AllSkyLong",
    "O2VirgoTest", "BBH", "IMBH", "SubGRB", "EarlyWarning", "SubGRBTargeted", "SSM", "FRB",
    "LensingSubthreshold", "VTInjection", "HEN",
)  # fmt: skip

LABELS = (
    Label("INJ", "purple", "an injection took place close to this time"),
    Label("DQV", "red", "vetoed on data quality"),
    Label("LUMIN_GO", "green", "LUMIN: go"),
    Label("LUMIN_NO", "red", "LUMIN: no"),
    Label("SWIFT_GO", "green", "notify the Swift telescope"),
    Label("SWIFT_NO", "red", "do not notify the Swift telescope"),
    Label("EM_READY", "green", "processed; sky maps exist"),
    Label("cWB_r", "black", "cWB all-sky search, cWB-XP configuration"),
    Label("cWB_s", "black", "cWB all-sky search, cWB-2G subthreshold configuration"),
    Label("PE_READY", "black", "parameter-estimation results exist"),
    Label("H1NO", "red", "LHO operator: not okay", protected=True),
    Label("H1OK", "green", "LHO operator: okay", protected=True),
    Label("H1OPS", "black", "LHO operator signoff wanted"),
    Label("L1NO", "red", "LLO operator: not okay", protected=True),
    Label("L1OK", "green", "LLO operator: okay", protected=True),
    Label("L1OPS", "black", "LLO operator signoff wanted"),
    Label("ADVREQ", "black", "EM advocate signoff wanted"),
    Label("ADVOK", "green", "EM advocate: okay", protected=True),
    Label("ADVNO", "red", "EM advocate: not okay", protected=True),
    Label("EM_Throttled", "black", "ignored by automation, pipeline submitted too fast"),
    Label("EM_Selected", "black", "picked automatically as best candidate of its set"),
    Label("EM_Superseded", "black", "passed over for a better candidate of the same set"),
    Label("EM_COINC", "black", "coincidence between a GW candidate and an external trigger"),
    Label("GRB_ONLINE", "black", "online triggered GRB search found a coincidence"),
    Label("GRB_OFFLINE", "black", "offline triggered GRB search found a coincidence"),
    Label("EM_SENT", "green", "sent to the MOU partners"),
    Label("V1OPS", "black", "Virgo operator signoff wanted"),
    Label("V1OK", "green", "Virgo operator: okay", protected=True),
    Label("V1NO", "red", "Virgo operator: not okay", protected=True),
    Label("SKYMAP_READY", "green", "sky map exists"),
    Label("EMBRIGHT_READY", "green", "EM-bright values exist"),
    Label("PASTRO_READY", "green", "p_astro values exist"),
    Label("DQOK", "green", "data quality checked, no veto"),
    Label("GCN_PRELIM_SENT", "black", "preliminary GCN has gone out"),
    Label("HWINJREQ", "black", "hardware injection planned"),
    Label("HWINJOK", "green", "hardware injection done"),
    Label("HWINJNO", "red", "hardware injection had problems"),
    Label("RAVEN_ALERT", "black", "RAVEN coincidence may be published"),
    Label("NOT_GRB", "black", "probably not an astrophysical GRB"),
    Label("EXT_SKYMAP_READY", "green", "sky map of the external event exists"),
    Label("2022_LENSING_MDC", "black", "belongs to the O4 lensing MDC"),
    Label("DQR_REQUEST", "black", "superevent is ready for the data quality report"),
    Label("COMBINEDSKYMAP_READY", "black", "combined sky map exists"),
    Label("SOG_READY", "black", "coincidence warrants a speed-of-gravity measurement"),
    Label(
        "EM_SelectedConfident", "green", "fully annotated and above the significant alert threshold"
    ),
    Label("HIGH_PROFILE", "red", "warrants calling the full level-2 rapid response team"),
    Label("LLAMA_COMPLETE", "black", "LLAMA finished annotating"),
    Label("SNR_OPTIMIZED", "black", "SNR-optimised follow-up of another event"),
    Label("LOW_SIGNIF_PRELIM_SENT", "black", "low-significance preliminary GCN has gone out"),
    Label("SIGNIF_LOCKED", "black", "significant alert in preparation, preferred event locked"),
    Label(
        "LOW_SIGNIF_LOCKED",
        "green",
        "low-significance alert in preparation, preferred event locked",
    ),
    Label("EARLY_WARNING", "blue", "from an early-warning pipeline"),
    Label("LENSED_CANDIDATE", "orange", "uploaded by a lensed search"),
    Label("SUBSOLAR_MASS", "blue", "from a subsolar-mass pipeline"),
    Label("MOCK", "blue", "made by the mock event generator"),
)

TAGS = (
    Tag("analyst_comments", "Analyst Comments", blessed=True),
    Tag("em_follow", "EM Followup", blessed=True),
    Tag("psd", "Noise Curves", blessed=True),
    Tag("data_quality", "Data Quality", blessed=True),
    Tag("sky_loc", "Sky Localization", blessed=True),
    Tag("background", "Background Information", blessed=True),
    Tag("ext_coinc", "External Coincidence", blessed=True),
    Tag("strain", "Strain Data", blessed=True),
    Tag("tfplots", "Time-Frequency Info", blessed=True),
    Tag("pe", "Parameter Estimation", blessed=True),
    Tag("sig_info", "Significance Info", blessed=True),
    Tag("audio", "Sound Files", blessed=True),
    Tag("lvem", "LV-EM"),
    Tag("public", "Public"),
    Tag("raven_report", "RAVEN Report", blessed=True),
    Tag("cgmi", "Coarse-Grained Mass Information", blessed=True),
)

EM_GROUPS = (
    "ARI LJMU", "CRTS", "FIGARO", "FRBSG", "GOTO", "GWU LSC Group", "H.E.S.S.", "INAF", "IUCAA",
    "LCOGT", "LV-EM Followup", "MAGIC", "Pan-STARRS", "PIRATE", "RoboPol", "Swift", "TOROS",
    "VERITAS", "ZTF", "Test", "AROMA", "CALET", "DES", "EWE", "FLEAS", "HAWC", "HETGS", "ISDC",
    "LOFAR-TKSP", "LSQ", "MAXI", "MWA", "OVRO", "PESSTO", "Pi of the Sky", "SVOM", "HTRU", "TZAC",
    "VAST", "GRA SAO RAS", "ARAE", "Berger Time-Domain Research Group",
    "Caltech-NRAO Radio Transient Group", "Fast Spectroscopy with LBT and Gemini", "Fermi",
    "J-GEM", "KU", "LGT-Lulin", "LV Swift MIT EM Follow-up", "MASTER", "RAPTOR", "RATIR", "SAAO",
    "SkyMapper", "SRO7", "Terskol-GW follow-up", "TLS", "TTU LSC group", "TTU Observatory",
    "Leicester transient science team", "USO", "Wise-GECO", "XMM-Newton", "ATLAS", "1M2H",
    "AAOGW", "AGILE", "ANTARES", "Apertif-EVN", "AST3", "Auger", "AZTEC-GW", "BlackGEM", "COSI",
    "CTA", "CZTI-IUCAA", "DLT40", "DWF", "FAST", "GROND", "Huntsman", "HXMT", "IceCube",
    "IKI_GRB", "IPN", "MeerKAT", "NenuFAR", "NRAO", "NTE", "OGWARTS", "RIMAS", "SRG-eROSITA",
    "TLC X-ray Imaging", "UNC-LFP", "DESGW",
)  # fmt: skip

USER_GROUPS = (
    "internal_users", "lvem_users", "lvem_observers", "public_users", "priority_users",
    "executives", "access_managers", "em_advocates", "superevent_managers", "rrt_members",
    "h1_control_room", "l1_control_room", "v1_control_room", "catalog_managers",
)  # fmt: skip

SUPEREVENT_CATEGORIES = {"P": "Production", "T": "Test", "M": "MDC"}

SIGNOFF_TYPES = {"OP": "operator", "ADV": "advocate"}

SIGNOFF_STATUSES = {"OK": "OKAY", "NO": "NOT OKAY"}

INSTRUMENTS = {"H1": "LHO", "L1": "LLO", "V1": "Virgo"}

VOEVENT_TYPES = {
    "PR": "preliminary",
    "IN": "initial",
    "UP": "update",
    "RE": "retraction",
    "EW": "earlywarning",
}

EEL_STATUSES = {"FO": "FOOTPRINT", "SO": "SOURCE", "CO": "COMMENT", "CI": "CIRCULAR"}

OBS_STATUSES = {"NA": "NOT APPLICABLE", "OB": "OBSERVATION", "TE": "TEST", "PR": "PREDICTION"}

WAVEBANDS = {
    "em.gamma": "Gamma rays part of the spectrum",
    "em.gamma.soft": "Soft gamma ray (120 - 500 keV)",
    "em.gamma.hard": "Hard gamma ray (>500 keV)",
    "em.X-ray": "X-ray part of the spectrum",
    "em.X-ray.soft": "Soft X-ray (0.12 - 2 keV)",
    "em.X-ray.medium": "Medium X-ray (2 - 12 keV)",
    "em.X-ray.hard": "Hard X-ray (12 - 120 keV)",
    "em.UV": "Ultraviolet part of the spectrum",
    "em.UV.10-50nm": "Ultraviolet between 10 and 50 nm",
    "em.UV.50-100nm": "Ultraviolet between 50 and 100 nm",
    "em.UV.100-200nm": "Ultraviolet between 100 and 200 nm",
    "em.UV.200-300nm": "Ultraviolet between 200 and 300 nm",
    "em.UV.FUV": "Far-Infrared, 30-100 microns",
    "em.opt": "Optical part of the spectrum",
    "em.opt.U": "Optical band between 300 and 400 nm",
    "em.opt.B": "Optical band between 400 and 500 nm",
    "em.opt.V": "Optical band between 500 and 600 nm",
    "em.opt.R": "Optical band between 600 and 750 nm",
    "em.opt.I": "Optical band between 750 and 1000 nm",
    "em.IR": "Infrared part of the spectrum",
    "em.IR.NIR": "Near-Infrared, 1-5 microns",
    "em.IR.J": "Infrared between 1.0 and 1.5 micron",
    "em.IR.H": "Infrared between 1.5 and 2 micron",
    "em.IR.K": "Infrared between 2 and 3 micron",
    "em.IR.MIR": "Medium-Infrared, 5-30 microns",
    "em.IR.3-4um": "Infrared between 3 and 4 micron",
    "em.IR.4-8um": "Infrared between 4 and 8 micron",
    "em.IR.8-15um": "Infrared between 8 and 15 micron",
    "em.IR.15-30um": "Infrared between 15 and 30 micron",
    "em.IR.30-60um": "Infrared between 30 and 60 micron",
    "em.IR.60-100um": "Infrared between 60 and 100 micron",
    "em.IR.FIR": "Far-Infrared, 30-100 microns",
    "em.mm": "Millimetric part of the spectrum",
    "em.mm.1500-3000GHz": "Millimetric between 1500 and 3000 GHz",
    "em.mm.750-1500GHz": "Millimetric between 750 and 1500 GHz",
    "em.mm.400-750GHz": "Millimetric between 400 and 750 GHz",
    "em.mm.200-400GHz": "Millimetric between 200 and 400 GHz",
    "em.mm.100-200GHz": "Millimetric between 100 and 200 GHz",
    "em.mm.50-100GHz": "Millimetric between 50 and 100 GHz",
    "em.mm.30-50GHz": "Millimetric between 30 and 50 GHz",
    "em.radio": "Radio part of the spectrum",
    "em.radio.12-30GHz": "Radio between 12 and 30 GHz",
    "em.radio.6-12GHz": "Radio between 6 and 12 GHz",
    "em.radio.3-6GHz": "Radio between 3 and 6 GHz",
    "em.radio.1500-3000MHz": "Radio between 1500 and 3000 MHz",
    "em.radio.750-1500MHz": "Radio between 750 and 1500 MHz",
    "em.radio.400-750MHz": "Radio between 400 and 750 MHz",
    "em.radio.200-400MHz": "Radio between 200 and 400 MHz",
    "em.radio.100-200MHz": "Radio between 100 and 200 MHz",
    "em.radio.20-100MHz": "Radio between 20 and 100 MHz",
}
