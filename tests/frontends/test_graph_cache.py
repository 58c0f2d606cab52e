import math
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gennape.frontends import graph_cache
from gennape.frontends.graph_cache import SIZE_VARIABLE, GraphCache
from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.graph.batch import GraphBatch
from gennape.graph.hashing import layout_hashes
from gennape.utils.cache import CacheError


def network(channels: int = 8, name: str = "small") -> ComputationGraph:
    """A network with details, of a number that JSON does not have among them."""
    build = GraphBuilder()
    x = build.input((3, 16, 16))
    x = build.add_node(
        Op.PAD, (x,), (3, 18, 18), (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0), mode="constant",
        value=-math.inf,
    )  # fmt: skip
    build.output(build.avg_pool(build.conv(x, channels), 3, 1, 1, count_padding=False))
    return build.build(name)


@pytest.fixture
def cache(tmp_path: Path) -> GraphCache:
    return GraphCache(tmp_path / "cache", 1)


def test_what_is_kept_is_read_back(cache: GraphCache) -> None:
    graph, key = network(), cache.key("as it is")
    assert key
    assert cache.get(key) is None
    cache.put(key, graph)
    found = cache.get(key)
    assert found is not None
    assert found.name == "small"
    assert layout_hashes(GraphBatch.of([found])) == layout_hashes(GraphBatch.of([graph]))
    assert dict(found.details) == dict(graph.details)
    assert not found.edges.flags.writeable


def test_keys_follow_all_that_a_graph_depends_on(
    cache: GraphCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = cache.key("digest", "a.pt2", "asked")
    assert key == cache.key("digest", "a.pt2", "asked")
    keys = {key, cache.key("digest", "a.pt2", "asked otherwise"), cache.key("other", "a.pt2", "")}
    monkeypatch.setattr(graph_cache, "_code", lambda: ("other code",))
    keys.add(cache.key("digest", "a.pt2", "asked"))
    assert len(keys) == 4
    assert None not in keys
    assert GraphCache(cache.folder, 0).key("digest") is None


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_what_is_damaged_is_not_there(cache: GraphCache, damage: bytes | None) -> None:
    key = cache.key("asked")
    assert key
    cache.put(key, network())
    (path,) = cache.folder.glob("*/*")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert cache.get(key) is None
    cache.put(key, network())
    assert cache.get(key) is not None


def test_the_oldest_go_first(tmp_path: Path) -> None:
    cache = GraphCache(tmp_path, 0.02)
    keys = [f"{number:02}{'0' * 62}" for number in range(12)]
    for age, key in enumerate(keys):
        cache.put(key, network())
        if (path := tmp_path / key[:2] / f"{key[2:]}.npz").exists():
            os.utime(path, (1000 + age, 1000 + age))
    assert cache.get(keys[0]) is not None  # and is now the youngest
    cache.trim()
    kept = [key for key in keys if cache.get(key) is not None]
    assert kept == [keys[0], *keys[-len(kept) + 1 :]]
    size = sum(path.stat().st_size for path in tmp_path.glob("*/*"))
    assert 0.4 * 0.02e6 < size <= 0.8 * 0.02e6


def test_a_folder_that_cannot_be_written_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_bytes(b"")
    cache = GraphCache(tmp_path / "in the way", 1)
    cache.put("0" * 64, network())
    cache.trim()
    assert cache.get("0" * 64) is None


def test_several_writers_at_once(cache: GraphCache) -> None:
    key = cache.key("asked")
    assert key

    def use(number: int) -> bool:
        cache.put(key, network())
        found = cache.get(key)
        cache.trim()
        return found is not None and found.parameters == network().parameters

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(use, range(64)))
    assert len([*cache.folder.glob("*/*")]) == 1


def test_the_size_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SIZE_VARIABLE, "a lot")
    with pytest.raises(CacheError, match="is 'a lot'; set it to megabytes, or to 0"):
        GraphCache.of_user()
    for text, is_kept in (("0", False), ("12.5", True)):
        monkeypatch.setenv(SIZE_VARIABLE, text)
        assert (GraphCache.of_user()._limit > 0) is is_kept
