"""Where the runs of a labelling are done: in this process, or on a Ray cluster."""

from gennape.labelling.engines.engine import Engine
from gennape.labelling.engines.local import Local
from gennape.labelling.errors import LabellingError
from gennape.utils.optional_imports import require

__all__ = ["ENGINES", "Engine", "Local", "load_engine"]

ENGINES = ("local", "ray")


def load_engine(name: str, share: float = 1.0) -> Engine:
    """The engine of a name.

    Args:
        name: One of `ENGINES`. "ray" connects to a cluster, see `RayCluster`.
        share: Processors, or GPUs, that a run on a Ray cluster has.

    Raises:
        LabellingError: There is no such engine, or the share is one that Ray cannot give.
        MissingExtraError: Ray is not installed.
    """
    if name == "local":
        return Local()
    if name != "ray":
        raise LabellingError(f"no engine is called {name!r}; there are {', '.join(ENGINES)}")
    require("ray", "the engine ray", package="'gennape[ray]'")
    from gennape.labelling.engines.ray_cluster import RayCluster

    return RayCluster(share)
