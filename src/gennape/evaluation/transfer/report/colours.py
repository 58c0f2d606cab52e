"""The colours of tables in plots."""

COLOURS = {
    "nasbench101": "#4d4d4d",
    "nasbench201": "#0072b2",
    "nasbench301": "#56b4e9",
    "ofa_mobilenetv3": "#d55e00",
    "ofa_mobilenetv3_kernel7": "#e69f00",
    "accel_nasbench": "#cc79a7",
    "transnas_micro": "#009e73",
    "transnas_macro": "#8bc34a",
    "nasbench_mr": "#882255",
    "metaqnn": "#999933",
    "vitbench_pit": "#44aa99",
    "hiaml": "#b22222",
    "two_path": "#6a3d9a",
    "inception": "#17becf",
}
"""A colour for each table, told apart by colour-blind readers too (Okabe and Ito)."""
