"""`fixtures/downstream`: a package of somebody else, whose tests know the public fixtures only."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"
TESTS = 13

Outcomes = dict[str, int]
Run = Callable[..., Outcomes]


@pytest.fixture
def outcomes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run its tests in a process of their own, as their author would; tell how they end."""
    monkeypatch.delenv("PYTHONPATH", raising=False)

    def run(folder: Path, *arguments: str) -> Outcomes:
        quiet = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-W", "ignore")
        result = pytester.run(
            sys.executable, "-m", "pytest", *quiet, *arguments, f"--rootdir={folder}", folder
        )
        return result.parseoutcomes()

    return run


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
def test_its_tests_pass(outcomes: Run, workers: tuple[str, ...]) -> None:
    assert outcomes(FIXTURES / "downstream", *workers) == {"passed": TESTS}


def test_its_tests_fail_where_it_is_broken(outcomes: Run, tmp_path: Path) -> None:
    copy = tmp_path / "downstream"
    shutil.copytree(FIXTURES / "downstream", copy, ignore=shutil.ignore_patterns("__pycache__"))
    breaks = {
        "signoffs.py": ('status = "NO" if labels & VETO else "OK"', 'status = "OK"'),
        "annotations.py": ("if content is not None:", "if content is None:"),
        "candidates.py": ("self.years >= 0.5", "self.years >= 0"),
    }
    for name, (right, wrong) in breaks.items():
        text = (copy / "lookout" / name).read_text()
        assert text.count(right) == 1
        (copy / "lookout" / name).write_text(text.replace(right, wrong))
    chosen = "veto or looked_at or noise or signs_off or quicker"
    # three of these tests are each about one of the breaks, and the others about none
    assert outcomes(copy, "-k", chosen) == {"failed": 3, "passed": 2, "deselected": TESTS - 5}
