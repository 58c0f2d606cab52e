import numpy as np
import pytest

from gennape.estimator.calibration.domain_detector import DomainDetector, FamilyProfile
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.features.network_features import compute_graph_features
from gennape.estimator.stored_values import StoredValues
from gennape.graph import ComputationGraph, GraphBatch, GraphBuilder


def _network(
    channels: int = 32, kernel: int = 3, resolution: int = 8, layers: int = 2
) -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((16, resolution, resolution))
    for _ in range(layers):
        x = build.conv(x, channels=channels, kernel=kernel)
    build.output(x)
    return build.build()


def _features(*networks: ComputationGraph) -> GraphFeatures:
    return compute_graph_features(GraphBatch.of(networks))


KNOWN = _features(_network(16), _network(32), _network(64))


@pytest.mark.parametrize(
    ("network", "in_domain"),
    [
        (_network(32), True),
        (_network(24), False),
        (_network(kernel=5), False),
        (_network(resolution=16), False),
        (_network(64, layers=8), False),
    ],
    ids=["seen", "a width between", "another kernel", "another input", "larger than all"],
)
def test_what_makes_a_network_foreign(network: ComputationGraph, in_domain: bool) -> None:
    assert FamilyProfile.of("first", KNOWN).contains(_features(network)).tolist() == [in_domain]


def test_the_same_nodes_in_another_order_are_foreign() -> None:
    """Widths 16, 32, 64 of the family never follow one another."""
    build = GraphBuilder()
    x = build.input((16, 8, 8))
    for channels in (16, 32):
        x = build.conv(x, channels=channels, kernel=3)
    build.output(x)
    assert FamilyProfile.of("first", KNOWN).contains(_features(build.build())).tolist() == [False]


def test_sizes_may_lie_a_little_beyond_the_family() -> None:
    """The family's log10 MACs range over 1.0 in this example, so 0.05 is the margin."""
    traits = FamilyProfile.of("first", KNOWN)
    low = np.array([8.0, 4.0, 3.0])
    traits = FamilyProfile("first", traits.node_kinds, traits.edge_kinds, low, low + 1)
    for beyond, in_domain in ((0.04, True), (0.06, False)):
        sizes = (low + np.array([1 + beyond, 0.5, 0.5])).astype(np.float32)[None]
        features = _features(_network(32))
        features = GraphFeatures(**features.columns() | {"sizes": sizes})
        assert traits.contains(features).tolist() == [in_domain]


def test_the_share_of_known_nodes() -> None:
    """Of input, two convolutions and output, the convolutions are new."""
    new = _features(_network(kernel=5), _network(32))
    assert FamilyProfile.of("first", KNOWN).known_share(new).tolist() == [0.5, 1]


def test_the_nearest_of_two_families() -> None:
    """The third network has the kernel of one family and the input of no family."""
    families = DomainDetector(
        [
            FamilyProfile.of("first", KNOWN),
            FamilyProfile.of("second", _features(_network(kernel=5))),
        ]
    )
    networks = _features(_network(), _network(kernel=5), _network(kernel=5, resolution=16))
    assert families.names == ["first", "second"]
    nearest, share, in_domain = families.nearest(networks)
    assert nearest.tolist() == [0, 1, 1]
    assert share.tolist() == [1, 1, 0.75]
    assert in_domain.tolist() == [True, True, False]


def test_traits_are_plain_json() -> None:
    traits = FamilyProfile.of("first", KNOWN)
    copy = FamilyProfile.read(StoredValues(traits.to_json()))
    assert copy.to_json() == traits.to_json()
    assert copy.contains(KNOWN).all()
