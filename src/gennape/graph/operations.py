"""The operator vocabulary: every atomic operation a node can be.

The numbers are written into stored graphs, so the list only ever grows at its end.
`OTHER` stands for any operation outside the vocabulary; the node keeps the name of
the function it came from in `details["function"]`, so that it can be reported.
"""

from enum import IntEnum


class Op(IntEnum):
    """One atomic operation."""

    OTHER = 0
    # Ends of the network and tensors that do not depend on its input.
    INPUT = 1
    OUTPUT = 2
    PARAMETER = 3
    CONSTANT = 4
    # Operations that multiply and accumulate.
    CONV = 5
    CONV_TRANSPOSE = 6
    LINEAR = 7
    MATMUL = 8
    EMBEDDING = 9
    # Normalisation.
    BATCH_NORM = 10
    LAYER_NORM = 11
    GROUP_NORM = 12
    INSTANCE_NORM = 13
    RMS_NORM = 14
    LOCAL_RESPONSE_NORM = 15
    NORMALIZE = 16
    # Activations.
    RELU = 17
    RELU6 = 18
    LEAKY_RELU = 19
    PRELU = 20
    ELU = 21
    SELU = 22
    GELU = 23
    SILU = 24
    MISH = 25
    SOFTPLUS = 26
    HARDSWISH = 27
    HARDSIGMOID = 28
    SIGMOID = 29
    TANH = 30
    SOFTMAX = 31
    ERF = 32
    # Pooling.
    MAX_POOL = 33
    AVG_POOL = 34
    GLOBAL_AVG_POOL = 35
    GLOBAL_MAX_POOL = 36
    # Several tensors into one.
    ADD = 37
    SUB = 38
    MUL = 39
    DIV = 40
    MAXIMUM = 41
    MINIMUM = 42
    CONCAT = 43
    WHERE = 44
    # Parts, borders and sizes.
    SLICE = 45
    PAD = 46
    RESIZE = 47
    GATHER = 48
    ROLL = 49
    # Reductions along some axes.
    MEAN = 50
    SUM = 51
    MAX = 52
    VARIANCE = 53
    # Element-wise mathematics.
    SCALE = 54  # a * x + b with fixed numbers a and b
    POWER = 55
    EXP = 56
    LOG = 57
    ABS = 58
    CLIP = 59
    SINE = 60
    COSINE = 61
    COMPARE = 62
    ROUND = 63
    # Changes of layout; they move no information.
    RESHAPE = 64
    TRANSPOSE = 65
    EXPAND = 66
    IDENTITY = 67
    DROPOUT = 68
    ZERO = 69
    SORT = 70
    FFT = 71
    CUMULATIVE_SUM = 72
    GRID_SAMPLE = 73
    UNFOLD = 74
    LOG_SOFTMAX = 75


SOURCES = frozenset({Op.INPUT, Op.PARAMETER, Op.CONSTANT})
"""Operations without arguments."""

COMMUTATIVE = frozenset({Op.ADD, Op.MUL, Op.MAXIMUM, Op.MINIMUM})
"""Operations whose arguments may change places without changing the network."""

WEIGHTED = frozenset({Op.CONV, Op.CONV_TRANSPOSE, Op.LINEAR})
"""Operations that multiply their input by a learned weight tensor."""

NORMALISATIONS = frozenset(op for op in Op if Op.BATCH_NORM <= op <= Op.NORMALIZE)
ACTIVATIONS = frozenset(op for op in Op if Op.RELU <= op <= Op.TANH)
POOLINGS = frozenset(op for op in Op if Op.MAX_POOL <= op <= Op.GLOBAL_MAX_POOL)
LAYOUT = frozenset({Op.RESHAPE, Op.TRANSPOSE, Op.EXPAND, Op.IDENTITY, Op.DROPOUT})
"""Operations that compute nothing: they rename, reorder or repeat elements."""
