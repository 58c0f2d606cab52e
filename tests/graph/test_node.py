from gennape.graph import GraphBuilder, Op
from gennape.graph.node import nodes_of


def test_nodes_hold_the_columns_as_plain_values() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((4, 9, 9)), 8, kernel=(3, 1), stride=2, groups=2, bias=True)
    build.output(build.add(x, x))
    nodes = nodes_of(build.build())
    conv = nodes[1]
    assert conv.name == "n001_conv"
    assert (conv.op, conv.arguments) == (Op.CONV, (0,))
    assert (conv.kernel, conv.stride, conv.padding) == ((3, 1), (2, 2), (1, 0, 1, 0))
    assert (conv.dilation, conv.groups, conv.bias) == ((1, 1), 2, True)
    assert (conv.input_shape, conv.output_shape) == ((4, 9, 9), (8, 5, 5))
    assert conv.parameters == 8 * 2 * 3 + 8
    assert nodes[2].arguments == (1, 1)
    assert nodes[0].arguments == ()
    assert conv.plain()["operation"] == "conv"
    assert conv.plain()["stride"] == (2, 2)
