"""Operators of PyTorch that files may call and that have no rule, by their plain names."""

FACTORIES = frozenset(
    {
        *("arange", "empty", "empty_permuted", "empty_strided", "eye", "full", "linspace"),
        *("logspace", "ones", "rand", "randint", "randn", "randperm", "range", "scalar_tensor"),
        *("tril_indices", "triu_indices", "zeros", "bartlett_window", "blackman_window"),
        *("hamming_window", "hann_window", "kaiser_window", "fft_fftfreq", "fft_rfftfreq"),
    }
)
"""Operators that make tensors of nothing."""
SIZES = frozenset({"sym_size", "sym_numel", "sym_stride", "sym_storage_offset"})
UNWRITTEN = frozenset(
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

SEARCHES = frozenset(
    {
        "nonzero",
        "argwhere",
        "unique",
        "unique2",
        "unique_consecutive",
        "nms",
    }
)
"""Functions whose results have as many elements as they find."""

COMMON = frozenset(
    {
        *("acos", "acosh", "adaptive_avg_pool2d_backward", "addcdiv", "angle", "any", "argmax"),
        *("argmin", "as_strided", "asin", "asinh", "atan", "atan2", "atanh"),
        *("avg_pool2d_backward", "bitwise_left_shift", "bitwise_right_shift", "cdist_forward"),
        *("conj_physical", "convolution_backward", "copysign", "cosh", "deg2rad", "diagonal"),
        *("digamma", "embedding_dense_backward", "erfc", "erfinv", "exp2", "expm1", "fft_c2r"),
        *("fft_r2c", "float_power", "fmax", "fmin", "fmod", "frac", "frexp", "gcd"),
        *("gelu_backward", "grid_sampler_2d", "hardshrink", "heaviside", "hypot", "i0", "igamma"),
        *("igammac", "ilshift", "isfinite", "isinf", "isnan", "isneginf", "isposinf", "ixor"),
        *("lcm", "ldexp", "lgamma", "log10", "log1p", "log2", "logaddexp", "logaddexp2", "logit"),
        *("logit_backward", "lshift", "max_pool2d_with_indices_backward", "mvlgamma"),
        *("nan_to_num", "native_batch_norm_legit", "native_dropout_backward", "native_group_norm"),
        *("native_group_norm_backward", "native_layer_norm_backward", "nextafter", "nonzero"),
        *("pdist_forward", "polygamma", "prod", "rad2deg", "reflection_pad1d", "reflection_pad3d"),
        *("remainder", "replication_pad3d", "resize", "rrelu", "rshift", "sgn"),
        *("sigmoid_backward", "signbit", "silu_backward", "sinc", "sinh"),
        *("softshrink", "special_airy_ai", "special_bessel_j0", "special_bessel_j1"),
        *("special_bessel_y0", "special_bessel_y1", "special_chebyshev_polynomial_t"),
        *("special_chebyshev_polynomial_u", "special_chebyshev_polynomial_v"),
        *("special_chebyshev_polynomial_w", "special_entr", "special_erfcx"),
        *("special_hermite_polynomial_h", "special_hermite_polynomial_he", "special_i0e"),
        *("special_i1", "special_i1e", "special_laguerre_polynomial_l"),
        *("special_legendre_polynomial_p", "special_log_ndtr", "special_modified_bessel_i0"),
        *("special_modified_bessel_i1", "special_modified_bessel_k0"),
        *("special_modified_bessel_k1", "special_ndtri", "special_scaled_modified_bessel_k0"),
        *("special_scaled_modified_bessel_k1", "special_shifted_chebyshev_polynomial_t"),
        *("special_shifted_chebyshev_polynomial_u", "special_shifted_chebyshev_polynomial_v"),
        *("special_shifted_chebyshev_polynomial_w", "special_spherical_bessel_j0"),
        *("special_xlog1py", "special_zeta", "tan", "tanh_backward", "threshold"),
        *("threshold_backward", "xlogy"),
    }
)
"""Functions without a rule that all backends of PyTorch have, by their plain names."""

VIEWS = frozenset(
    {
        *("alias", "chunk", "detach", "diagonal", "expand", "expand_as", "narrow", "permute"),
        *("select", "slice", "split", "split_with_sizes", "squeeze", "swapaxes", "swapdims", "t"),
        *("tensor_split", "transpose", "unbind", "unflatten", "unfold", "unsqueeze", "view"),
    }
)
"""Functions whose results are always elements of their argument."""

MAY_SHARE = frozenset(
    {
        *("alpha_dropout", "atleast_1d", "atleast_2d", "atleast_3d", "bfloat16", "bool"),
        *("broadcast_tensors", "contiguous", "data", "double", "dropout", "dropout1d", "dropout2d"),
        *("dropout3d", "feature_alpha_dropout", "feature_dropout", "flatten", "float", "half"),
        *("imag", "int", "lift", "lift_fresh", "long", "meshgrid", "moveaxis", "movedim"),
        *("positive", "ravel", "real", "reshape", "reshape_alias", "reshape_as", "resolve_conj"),
        *("resolve_neg", "to", "type", "type_as", "unsafe_view", "view_as", "view_as_complex"),
        "view_as_real",
    }
)
"""Functions whose results are elements of their argument, or copies, as it turns out."""

WRAPPERS = {"wrap_with_autocast": 4, "wrap_with_set_grad_enabled": 1}
"""Operators of exported programs that run a graph with other settings: how many settings."""
