import torch
from torch import nn

from gennape.graph import GraphBuilder, Op
from gennape.spaces.parts.transformers import (
    joined_tokens,
    learned_token,
    map_of,
    some_tokens,
    tokens_of,
    transformer_layer,
)

WIDTH, HEADS = 8, 2


def test_a_layer_computes_what_pytorchs_does() -> None:
    build = GraphBuilder()
    x = tokens_of(build, build.input((WIDTH, 3, 3)))
    x = transformer_layer(build, x, HEADS, 2 * WIDTH)
    build.output(map_of(build, x, 3, 3))
    ours = build.build().to_module().eval()
    theirs = nn.TransformerEncoderLayer(
        WIDTH, HEADS, 2 * WIDTH, dropout=0, activation="gelu", batch_first=True, norm_first=True
    ).eval()
    first_norm, qkv, projection, second_norm, wide, narrow = (
        layer for layer in ours.modules() if isinstance(layer, nn.Linear | nn.LayerNorm)
    )
    with torch.no_grad():
        theirs.self_attn.in_proj_weight.copy_(qkv.weight)
        theirs.self_attn.in_proj_bias.copy_(qkv.bias)
    theirs.self_attn.out_proj.load_state_dict(projection.state_dict())
    pairs = ((theirs.linear1, wide), (theirs.linear2, narrow))
    norms = ((theirs.norm1, first_norm), (theirs.norm2, second_norm))
    for target, source in (*pairs, *norms):
        nn.init.normal_(source.weight)
        target.load_state_dict(source.state_dict())
    images = torch.randn(4, WIDTH, 3, 3)
    expected = theirs(images.flatten(2).transpose(1, 2)).transpose(1, 2).reshape_as(images)
    torch.testing.assert_close(ours(images), expected)


def test_tokens_are_the_places_of_a_map_row_by_row() -> None:
    build = GraphBuilder()
    x = tokens_of(build, build.input((2, 2, 3)))
    assert build.shapes[x] == (2, 6, 1)
    build.output(map_of(build, some_tokens(build, x, 3, 6), 1, 3))
    images = torch.arange(12.0).reshape(1, 2, 2, 3)
    assert torch.equal(build.build().to_module()(images), images[:, :, 1:])


def test_a_learned_token_goes_before_the_others() -> None:
    build = GraphBuilder()
    x = tokens_of(build, build.input((2, 2, 2)))
    x = joined_tokens(build, learned_token(build, 2), x)
    build.output(map_of(build, x, 5, 1))
    graph = build.build()
    module = graph.to_module()
    images = torch.randn(3, 2, 2, 2)
    result = module(images)
    assert graph.node_parameters[graph.operations == Op.PARAMETER].tolist() == [2]
    (token,) = module.parameters()
    assert torch.equal(result[:, :, 0, 0], token.reshape(1, 2).expand(3, 2))
    assert torch.equal(result[:, :, 1:, 0], images.flatten(2))
