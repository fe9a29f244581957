"""What is drawn for the builders."""

from decimal import Decimal

from hypothesis import strategies as st

BILLION = 10**9
IFOS = ("H1", "L1", "V1", "K1", "G1")

# From 2017 on there is no leap second to be met by chance.
nanoseconds = st.integers(1167264018 * BILLION, (2**31 - 1000) * BILLION)
masses = st.floats(0.01, 1000)
snrs = st.floats(0.001, 1e4)
rates = st.floats(0, 1e3)
longitudes = st.floats(0, 360)
latitudes = st.floats(-90, 90)
numbers = st.floats(-1e30, 1e30)
positives = st.floats(1e-30, 1e30)
detectors = st.permutations(IFOS).flatmap(
    lambda names: st.integers(1, len(names)).map(lambda many: tuple(names[:many]))
)


@st.composite
def spins(draw):
    length = draw(st.floats(0, 0.99))
    z = draw(st.floats(-1, 1))
    side = (1 - z * z) ** 0.5
    return (length * side, 0.0, length * z)


def gps(count, form="text"):
    """A time in one of the forms in which users give it."""
    exact = Decimal(count).scaleb(-9)
    return {"text": str(exact), "decimal": exact, "float": float(exact)}[form]


forms = st.sampled_from(["text", "decimal"])
