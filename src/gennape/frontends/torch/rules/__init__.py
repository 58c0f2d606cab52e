"""Rules by theme: each adds the nodes of one PyTorch function."""

from gennape.frontends.torch.rules import (  # noqa: F401 (importing them registers the rules)
    arithmetic,
    attention,
    convolution,
    elementwise,
    layout,
    normalisation,
    pooling,
    products,
    recurrent,
    reductions,
    slices,
    spatial,
)
