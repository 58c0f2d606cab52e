"""Graphs, modules, files, folders, names and features into tables, one or many."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import nn

import gennape
from gennape.estimator.calibration.label_transform import LabelError
from gennape.frontends import FrontendError
from gennape.graph import GraphBatch
from helpers.accuracy_models import made_up_estimator
from helpers.small_networks import small_onnx
from helpers.tiny_tables import random_graphs, tiny_estimator

CELL = "nasbench101:c3-c1-mp/01-12-14-23-34"
ESTIMATOR = made_up_estimator()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "small.onnx").write_bytes(small_onnx())
    return tmp_path / "small.onnx"


def _module() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 14 * 14, 10))


def test_every_form_gives_a_row(file: Path) -> None:
    forms = [CELL, str(file), file, gennape.graph_of(CELL), _module()]
    table = ESTIMATOR.predict([*forms, file.parent], input_shape=(3, 16, 16))
    assert len(table) == 6
    assert table.failed == ()
    assert table["model"].tolist() == [CELL, str(file), str(file), CELL, "Sequential", str(file)]
    assert table["macs"][0] == gennape.graph_of(CELL).macs
    assert len(set(table["score"][[1, 2, 5]])) == 1


@pytest.mark.parametrize("many", [False, True])
def test_one_network_is_a_list_of_one(file: Path, many: bool) -> None:
    for one in (CELL, file, gennape.graph_of(CELL), _module()):
        table = ESTIMATOR.predict([one] if many else one, (3, 16, 16))
        assert len(table) == 1


def test_a_mapping_names_its_networks(file: Path) -> None:
    table = ESTIMATOR.predict({"mine": _module(), "cell": CELL}, (3, 16, 16))
    assert table["model"].tolist() == ["mine", "cell"]


def test_a_batch_is_many_graphs_and_nameless_ones_are_numbered() -> None:
    graphs = [gennape.graph_of(CELL), *random_graphs(1)]
    object.__setattr__(graphs[1], "name", "")
    table = ESTIMATOR.predict(GraphBatch.of(graphs))
    assert table["model"].tolist() == [CELL, "graph 1"]


def test_inputs_of_several_types_are_given_by_name() -> None:
    class Ids(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(10, 4)

        def forward(self, ids: object) -> object:
            return self.embedding(ids)

    table = ESTIMATOR.predict(Ids(), inputs={"ids": "1x7:int64"})
    assert table.failed == ()
    assert table[0].scope == "outside"
    assert table[0].accuracy is None


def test_features_are_scored_as_their_graphs_but_no_costs_are_known() -> None:
    graphs = random_graphs(5)
    table, by_graphs = (ESTIMATOR.predict(one) for one in (ESTIMATOR.features(graphs), graphs))
    np.testing.assert_array_equal(table["score"], by_graphs["score"])
    assert table[3].model == "network 3"
    assert table[3].macs is table[3].parameters is None
    assert [row.neighbours for row in table] == [row.neighbours for row in by_graphs]


def test_a_network_that_cannot_be_read_does_not_harm_the_others() -> None:
    table = ESTIMATOR.predict(["absent.onnx", CELL, "no-such-network"])
    assert table["model"].tolist() == [CELL]
    assert [failure.model for failure in table.failed] == ["absent.onnx", "no-such-network"]


def test_reading_is_reported() -> None:
    reports: list[tuple[object, ...]] = []
    ESTIMATOR.predict([CELL, "absent.onnx"], report=lambda *step: reports.append(step))
    assert reports == [("reading", 1, 2), ("reading", 2, 2)]


def test_conditions_reach_the_prediction() -> None:
    table = ESTIMATOR.predict(CELL, dataset="cifar100", recipe="modern")
    assert (table[0].dataset, table[0].recipe) == ("cifar100", "modern")


def test_fine_tuning_takes_files_and_names(file: Path) -> None:
    names = [CELL, "nasbench101:c1/01-12", str(file)]
    tuned = tiny_estimator().fine_tune(names, [90.0, 70.0, 50.0])
    by_graphs = tiny_estimator().fine_tune([gennape.graph_of(one) for one in names], [90, 70, 50])
    np.testing.assert_array_equal(tuned.predict(names)["score"], by_graphs.predict(names)["score"])
    assert tuned.predict(names).sorted_by("score")[0].model == CELL


def test_fine_tuning_names_the_network_that_cannot_be_read() -> None:
    with pytest.raises(FrontendError, match=r"absent\.onnx"):
        tiny_estimator().fine_tune([CELL, "absent.onnx"], [1.0, 2.0])
    with pytest.raises(LabelError):
        tiny_estimator().fine_tune([CELL], [1.0])


@pytest.mark.parametrize(
    "labels", [[10**400, 1.0], ["good", "bad"], [{}, 1.0], [[1.0], [1.0, 2.0]]]
)
def test_labels_that_are_no_numbers(labels: list[Any]) -> None:
    with pytest.raises(LabelError, match="accuracies are numbers, one a network"):
        tiny_estimator().fine_tune([CELL, "nasbench101:c1/01-12"], labels)


@pytest.mark.filterwarnings("error")
def test_labels_as_far_apart_as_numbers_can_be() -> None:
    names = [CELL, "nasbench101:c1/01-12"]
    far = tiny_estimator().fine_tune(names, [1.7e308, -1.7e308]).predict(names)["score"]
    near = tiny_estimator().fine_tune(names, [0.9, 0.7]).predict(names)["score"]
    np.testing.assert_array_equal(far, near)


def test_embeddings_of_names_are_those_of_their_graphs() -> None:
    estimator, graph = tiny_estimator(), gennape.graph_of(CELL)
    np.testing.assert_array_equal(estimator.embed(CELL), estimator.embed([graph]))
    np.testing.assert_array_equal(estimator.embed(estimator.features(CELL)), estimator.embed(CELL))


def test_a_saved_estimator_comes_back(tmp_path: Path) -> None:
    tiny_estimator().save_pretrained(tmp_path / "mine")
    again = gennape.Estimator.from_pretrained(tmp_path / "mine")
    assert again.predict(CELL)[0].score == tiny_estimator().predict(CELL)[0].score
    default = gennape.Estimator.from_pretrained("default")
    assert default.config == gennape.load().config
