import os
from pathlib import Path

import pytest

# The tests' networks are small: more threads would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of the labelled data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("GENNAPE_DATA", BESIDE_THE_REPOSITORY))
    if not folder.is_dir():
        pytest.skip(f"no labelled data in {folder}; set GENNAPE_DATA")
    return folder
