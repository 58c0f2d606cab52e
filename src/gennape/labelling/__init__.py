"""Labels by training: how accurate networks become on real images.

`label_networks(graphs, dataset, recipe, folder)` trains networks and records their
accuracies; `load_dataset` gives the images, `load_recipe` the training and `load_engine` the place.
`evaluator` makes a function of it that searches call.
"""

from gennape.labelling.compute import Compute
from gennape.labelling.dataset import Dataset, LabelledImages, LabellingError
from gennape.labelling.driver import LabellingResult, evaluator, label_networks
from gennape.labelling.engines import Engine, LocalEngine, load_engine
from gennape.labelling.networks import read_network_file, sample_networks
from gennape.labelling.recipe import Recipe, load_recipe, recipes
from gennape.labelling.run_record import RunRecord, RunStatus
from gennape.labelling.sources import load_dataset

__all__ = [
    "Compute",
    "Dataset",
    "Engine",
    "LabelledImages",
    "LabellingError",
    "LabellingResult",
    "LocalEngine",
    "Recipe",
    "RunRecord",
    "RunStatus",
    "evaluator",
    "label_networks",
    "load_dataset",
    "load_engine",
    "load_recipe",
    "read_network_file",
    "recipes",
    "sample_networks",
]
