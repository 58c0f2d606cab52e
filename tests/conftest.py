import os
from pathlib import Path

import pytest
from hypothesis import settings

# The tests' networks are small: more threads would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Properties are about results; how long an example takes depends on what else the machine does.
settings.register_profile("gennape", deadline=None)
settings.load_profile("gennape")

BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of the labelled data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("GENNAPE_DATA", BESIDE_THE_REPOSITORY))
    if not folder.is_dir():
        pytest.skip(f"no labelled data in {folder}; set GENNAPE_DATA")
    return folder
