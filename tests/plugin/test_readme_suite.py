"""README's example of a test suite: it runs, and its report is the one shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text()


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n+```\w*\n(.*?)```\n+<!-- end -->", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_example_runs_and_its_report_is_as_shown(pytester: pytest.Pytester) -> None:
    # with no certificate to be looked for while it is imported
    program = block("program").replace('/api/")', '/api/", cred=False)')
    pytester.makepyfile(follow_up=program, test_follow_up=block("tests"))
    # in a process of its own: modules are called as ours may be
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "no:hypothesispytest"
    )
    result.assert_outcomes(passed=2, failed=1)
    shown = re.sub(r"store: .*/gracedb/\d+-", "store: /gracedb/", block("report"))
    assert shown in re.sub(r"store: .*/gracedb/\d+-", "store: /gracedb/", result.stdout.str())
