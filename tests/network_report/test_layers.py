from gennape.graph import GraphBuilder
from gennape.network_report.layers import layer_costs


def test_costs_of_layers_counted_by_hand() -> None:
    build = GraphBuilder()
    x = build.relu(build.batch_norm(build.conv(build.input((3, 8, 8)), 16, kernel=3, stride=2)))
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    graph = build.build()
    found = [
        (one.name, one.resolution, one.macs, one.parameters, one.activations)
        for one in layer_costs(graph)
    ]
    assert found == [
        ("input 3×8×8", "8×8", 0, 0, 0),
        ("conv 3×3 /2, 16 · BN · ReLU", "4×4", 16 * 16 * 27, 16 * 27 + 32, 256),
        ("global avg pool · linear 10", "1×1", 160, 170, 10),
        ("output 10", "1×1", 0, 0, 0),
    ]
    assert graph.node_activations.sum() == 266
