import inspect

from gennape.utils.progress import ProgressCallback, no_progress


def test_ignoring_progress_is_a_callback() -> None:
    callback: ProgressCallback = no_progress
    callback("reading", 1, 2)
    callback("reading", 2, 2, "best 0.5")
    expected = list(inspect.signature(ProgressCallback.__call__).parameters)[1:]
    assert list(inspect.signature(no_progress).parameters) == expected
