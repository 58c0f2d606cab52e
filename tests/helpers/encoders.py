"""Encoder modules with random weights."""

from dataclasses import replace

import torch

from gennape.estimator import CONFIGS, EncoderView
from gennape.estimator.features.graph_features import GraphFeatures
from gennape.estimator.training.encoder_modules import EncoderModule, encoder_module
from helpers.tiny_tables import TINY

CONFIG_OF = {"message-passing": TINY, "k-gnn": replace(CONFIGS["k-gnn"], layers=2)}
VIEWS = [EncoderView("mean", paths=True), EncoderView("sum", paths=False)]


def random_module(kind: str, view: EncoderView, features: GraphFeatures) -> EncoderModule:
    """An encoder whose scaler knows some features, as it is after training."""
    torch.manual_seed(0)
    module = encoder_module(CONFIG_OF[kind], view)
    module.fit_scaler(features.nodes)
    module.eval()
    return module
