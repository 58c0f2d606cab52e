"""Labels by training: how accurate networks become on real images.

`run(graphs, dataset, recipe, folder)` trains networks and keeps what they reach;
`load_dataset` and `load_recipe` give what they learn and how, `load_engine` where. `evaluator`
makes a function of it that searches call.
"""

from gennape.labelling.compute import Compute
from gennape.labelling.dataset import Dataset, Part
from gennape.labelling.engines import Engine, Local, load_engine
from gennape.labelling.errors import LabellingError
from gennape.labelling.evaluation import evaluator
from gennape.labelling.labelling import Labelled, run
from gennape.labelling.networks import read_networks, sample_networks
from gennape.labelling.recipe import Recipe, load_recipe, recipes
from gennape.labelling.record import Record, Status
from gennape.labelling.sources import load_dataset

__all__ = [
    "Compute",
    "Dataset",
    "Engine",
    "Labelled",
    "LabellingError",
    "Local",
    "Part",
    "Recipe",
    "Record",
    "Status",
    "evaluator",
    "load_dataset",
    "load_engine",
    "load_recipe",
    "read_networks",
    "recipes",
    "run",
    "sample_networks",
]
