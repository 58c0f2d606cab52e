from gennape.network_report.comparison import changes
from gennape.network_report.layers import LayerCost


def _layers(names: str) -> list[LayerCost]:
    return [LayerCost(name, "8×8", "convolution", 1, 1, 1) for name in names]


def test_equal_networks_have_no_changes() -> None:
    assert changes(_layers("abc"), _layers("abc")) == []


def test_changes_stand_in_their_surroundings() -> None:
    found = changes(_layers("abcdefgh"), _layers("abcdefXgh"))
    at = " @ 8×8"
    assert found == [
        ("skipped", ["4 equal layers"], ["4 equal layers"]),
        ("equal", ["e" + at, "f" + at], ["e" + at, "f" + at]),
        ("insert", [], ["X" + at]),
        ("equal", ["g" + at, "h" + at], ["g" + at, "h" + at]),
    ]


def test_every_layer_is_told_of_once() -> None:
    first, second = _layers("aaabbbbbbbbbbccc"), _layers("aaXbbbbbbbbbbcYcZ")
    one = other = 0
    for kind, left, right in changes(first, second):
        count = int(left[0].split()[0]) if kind == "skipped" else None
        one += count or len(left)
        other += count or len(right)
    assert (one, other) == (len(first), len(second))
