import pytest

from gennape.proxies import ProxyError, names
from gennape.proxies.registry import get, parts_of


def test_every_proxy_goes_by_its_name() -> None:
    assert len(names()) == len(set(names())) == 22
    assert [get(name).name for name in names()] == names()


def test_what_reads_the_graph_only() -> None:
    reading = [name for name in names() if get(name).reads_graph_only]
    assert reading == ["macs", "parameters", "depth", "receptive_field"]


def test_near_names_are_suggested() -> None:
    with pytest.raises(ProxyError, match="no proxy is called 'sinflow'; did you mean synflow"):
        get("sinflow")


def test_all_names_where_none_is_near() -> None:
    with pytest.raises(ProxyError, match=", ".join(names())):
        get("@")


def test_a_vote_is_no_proxy_of_one_network() -> None:
    with pytest.raises(ProxyError, match="has its parts expressivity, progressivity, trainab"):
        get("az_nas")


def test_parts_of_votes_come_once() -> None:
    wanted = ["macs", "az_nas", "swap", "macs"]
    assert parts_of(wanted) == ["macs", "expressivity", "progressivity", "trainability", "swap"]


def test_an_unknown_name_among_parts() -> None:
    with pytest.raises(ProxyError, match="'swop'; did you mean swap"):
        parts_of(["macs", "swop"])
