"""Which operators of PyTorch a file may call."""

from functools import cache

import torch
from torch._ops import OpOverload

from gennape.frontends.torch.registry import describe

_FACTORIES = frozenset(
    {
        *("arange", "empty", "empty_permuted", "empty_strided", "eye", "full", "linspace"),
        *("logspace", "ones", "rand", "randint", "randn", "randperm", "range", "scalar_tensor"),
        *("tril_indices", "triu_indices", "zeros", "bartlett_window", "blackman_window"),
        *("hamming_window", "hann_window", "kaiser_window", "fft_fftfreq", "fft_rfftfreq"),
    }
)
"""Operators that make tensors of nothing."""
_SIZES = frozenset({"sym_size", "sym_numel", "sym_stride", "sym_storage_offset"})
_UNWRITTEN = frozenset(
    {
        *("affine_grid_generator", "all", "argwhere", "atleast_1d", "atleast_2d", "atleast_3d"),
        *("bernoulli", "block_diag", "broadcast_tensors", "bucketize", "cdist", "column_stack"),
        *("complex", "conj", "cosine_similarity", "count_nonzero", "cross", "cummax", "cummin"),
        *("cumprod", "det", "diag", "diag_embed", "diff", "dist", "dstack", "fft_fftn"),
        *("fft_fftshift", "fft_hfft", "fft_ifftn", "fft_ifftshift", "fft_ihfft", "fft_irfftn"),
        *("fft_rfftn", "fill", "fix", "fliplr", "flipud", "glu", "grid_sampler"),
        *("grid_sampler_3d", "histc", "hstack", "imag", "index_add", "index_copy", "index_fill"),
        *("inverse", "isclose", "isin", "kthvalue", "lift", "lift_fresh", "linalg_cross"),
        *("linalg_det", "linalg_diagonal", "linalg_inv", "linalg_matrix_norm", "linalg_slogdet"),
        *("linalg_solve", "log_sigmoid", "logcumsumexp", "logdet", "logsumexp", "masked_scatter"),
        *("masked_select", "median", "meshgrid", "mode", "msort", "multinomial", "nanmean"),
        *("nansum", "native_batch_norm", "native_norm", "nonzero_numpy", "normal", "one_hot"),
        *("pad_circular", "pad_enum", "pad_sequence", "pairwise_distance", "polar", "prelu_kernel"),
        *("put", "quantile", "randint_like", "random", "replication_pad1d", "resolve_conj"),
        *("resolve_neg", "row_stack", "safe_softmax", "scaled_dot_product_attention_math"),
        *("scaled_dot_product_flash_attention_for_cpu", "scatter", "scatter_add"),
        *("scatter_reduce", "searchsorted", "slogdet", "std_mean", "stft", "istft"),
        *("thnn_fused_gru_cell", "thnn_fused_lstm_cell", "trace", "tril", "triu", "uniform"),
        *("unique", "unique2", "unique_consecutive", "unique_dim", "unsafe_index"),
        *("unsafe_index_put", "unsafe_split_with_sizes", "upsample_bicubic2d_aa"),
        *("upsample_bilinear2d_aa", "upsample_linear1d", "upsample_nearest1d"),
        *("upsample_nearest3d", "upsample_nearest_exact1d", "upsample_nearest_exact2d"),
        *("upsample_nearest_exact3d", "upsample_trilinear3d", "vander", "vdot"),
        *("view_as_complex", "view_as_real", "vstack", "weight_norm", "weight_norm_interface"),
        *("zero", "and", "or", "xor"),
    }
)
"""Functions that networks call and that have neither a rule nor a tag, by their plain names."""
_TENSORS = frozenset({"Tensor", "List[Tensor]"})


@cache
def is_callable(operator: OpOverload) -> bool:
    """Tell whether files may call an operator.

    It is PyTorch's own, makes tensors (or tells a size), and it is known: there is a rule for it,
    or it is one of the core or element-wise functions that all backends have, or it is listed here.
    """
    if operator.namespace != "aten":
        return False
    schema = operator._schema
    name = schema.name.removeprefix("aten::")
    if name in _SIZES:
        return True
    gives_tensors = bool(schema.returns) and all(
        str(result.type) in _TENSORS for result in schema.returns
    )
    if not gives_tensors or any(argument.is_out for argument in schema.arguments):
        return False
    if not any("Tensor" in str(argument.type) for argument in schema.arguments):
        return name in _FACTORIES
    is_common = torch.Tag.core in operator.tags or torch.Tag.pointwise in operator.tags
    return name.strip("_") in _UNWRITTEN or is_common or describe(operator).rule is not None
