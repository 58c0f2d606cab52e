"""Tests of every bundled proxy; a new one inherits them by being registered."""

import pytest

from gennape.proxies import Proxy, names
from gennape.proxies.registry import get
from gennape.testing import ProxyTests


class TestBundledProxy(ProxyTests):
    @pytest.fixture(autouse=True, params=names())
    def name(self, request: pytest.FixtureRequest) -> None:
        self.proxy = get(request.param)

    def make_proxy(self) -> Proxy:
        return self.proxy
