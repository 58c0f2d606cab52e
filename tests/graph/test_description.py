import json

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.description import to_plain


def _residual() -> ComputationGraph:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    x = build.conv(x, 4, kernel=3)
    branch = build.relu(build.conv(x, 4))
    other = build.add_node(Op.OTHER, (branch,), (4, 8, 8), function="torch.erfinv")
    build.output(build.add(x, other))
    return build.build("residual")


def test_plain_values_hold_every_node_and_edge() -> None:
    graph = _residual()
    plain = json.loads(json.dumps(to_plain(graph)))
    assert plain["edges"] == [[0, 1], [1, 2], [2, 3], [3, 4], [1, 5], [4, 5], [5, 6]]
    assert (plain["fingerprint"], plain["hash_version"]) == (graph.fingerprint, 2)
    first_conv = plain["nodes"][1]
    assert first_conv["operation"] == "conv"
    assert first_conv["kernel"] == [3, 3]
    assert first_conv["padding"] == [1, 1, 1, 1]
    assert (first_conv["input_shape"], first_conv["output_shape"]) == ([3, 8, 8], [4, 8, 8])
    assert first_conv["parameters"] == 108
    assert plain["nodes"][4]["details"] == {"function": "torch.erfinv"}
