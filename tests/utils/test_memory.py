import pytest

from gennape.utils import memory


def test_numbers_of_four_bytes_fit_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical_memory", lambda: 400.0)
    assert memory.fits_into_memory(100)
    assert not memory.fits_into_memory(101)


def test_a_machine_that_does_not_say_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical_memory", lambda: float("inf"))
    assert memory.fits_into_memory(2**100)
