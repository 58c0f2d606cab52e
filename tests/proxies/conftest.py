import pytest

from helpers.proxy_networks import NETWORKS


@pytest.fixture(params=NETWORKS)
def name(request: pytest.FixtureRequest) -> str:
    """Each of the tiny networks."""
    return str(request.param)
