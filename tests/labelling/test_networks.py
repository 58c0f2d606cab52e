import sys
from pathlib import Path

import pytest

from gennape import spaces
from gennape.labelling import (
    Dataset,
    LabelledImages,
    LabellingError,
    read_network_file,
    sample_networks,
)
from helpers.custom_families import FAMILIES
from helpers.labelled_networks import coloured_images

IMAGES = coloured_images()
HIAML = "hiaml:a22-src0-t31-z"


def test_samples_are_different_and_more_begin_with_the_same() -> None:
    few, many = (sample_networks("hiaml", IMAGES, count, seed=3) for count in (4, 8))
    assert [graph.name for graph in many[:4]] == [graph.name for graph in few]
    assert len({graph.name for graph in many}) == 8
    assert sample_networks("hiaml", IMAGES, 4, seed=4)[0].name != few[0].name


def test_networks_take_the_images_and_their_classes() -> None:
    (graph,) = sample_networks("two_path", IMAGES, 1)
    family = spaces.get("two_path", classes=10, resolution=8)
    expected = family.graph(family.parse(graph.name.partition(":")[2]))
    assert graph.fingerprint == expected.fingerprint


def test_a_text_of_networks(tmp_path: Path) -> None:
    path = tmp_path / "networks.txt"
    path.write_text(f"# mine\n\n{HIAML}  # a comment\nhiaml:z-z-z-z\n")
    assert [graph.name for graph in read_network_file(path, IMAGES)] == [HIAML, "hiaml:z-z-z-z"]


def test_a_text_may_name_networks_of_no_family(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_families.py").write_text(FAMILIES)
    (tmp_path / "my_nets.py").write_text(
        "from torch import nn\n"
        "def small():\n"
        "    return nn.Sequential(nn.Flatten(), nn.Linear(192, 10))\n"
    )
    monkeypatch.chdir(tmp_path)
    for module in ("my_families", "my_nets"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    path = tmp_path / "networks.txt"
    path.write_text("my_nets:small\nmy_families:Widths:3\n")
    with pytest.raises(LabellingError, match=r"line 2: 'my_families:Widths:3' would run code of"):
        read_network_file(path, IMAGES, trusted=["my_nets"])
    small, narrow = read_network_file(path, IMAGES, trusted=["my_nets", "my_families"])
    assert (small.name, small.parameters) == ("my_nets:small", 1930)
    assert narrow.name == "my_families:Widths:3"
    assert narrow.output_shape[0].tolist() == [3, 8, 8]


@pytest.mark.parametrize(
    "text, sentence",
    [
        (f"{HIAML}\nhiaml:a22", "line 2: 'a22' is no HiAML architecture"),
        ("hiam:a22", "line 1: there is no family or library 'hiam'; did you mean hiaml"),
        ("# nothing\n", "names no networks"),
        (f"{HIAML}\nevil:x", "line 2: 'evil:x' would run code of evil, which a file may not"),
        (f"{HIAML}\0", "is no text, as it holds a zero byte"),
    ],
)
def test_bad_texts(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "networks.txt"
    path.write_text(text)
    with pytest.raises(LabellingError, match=sentence):
        read_network_file(path, IMAGES)


def test_images_that_no_family_takes() -> None:
    flat = [LabelledImages(part.pixels[:, :, :4], part.classes) for part in IMAGES.parts]
    with pytest.raises(LabellingError, match=r"square colour images; .* 3x4x8"):
        sample_networks("hiaml", Dataset("flat", *flat), 1)
