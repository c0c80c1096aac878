"""Shared fixtures."""

import os
from pathlib import Path

import pytest
import torch

# The tensors here are small: a second thread costs more than it gives, many times more on a
# machine where another test has the other core.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; tests that need it skip where it is absent."""
    root = Path(os.environ.get("SCMC_SHARED", Path(__file__).parents[2] / "shared")) / "data"
    if not root.is_dir():
        pytest.skip(f"no real data at {root}")
    return root
