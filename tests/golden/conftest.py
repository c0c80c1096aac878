"""Golden programs: what must be printed stands beside each."""

from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the expected files of tests/golden"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares a text with an expected file, or rewrites the file if that is asked for."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(path: Path, found: str) -> None:
        if update:
            path.write_text(found, encoding="utf-8", newline="\n")
        assert path.read_text(encoding="utf-8") == found

    return compare
