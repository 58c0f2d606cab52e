from gennape.search.candidate import Measured, measured_in


def test_a_journal_has_batches_of_networks() -> None:
    """Those that were read are lists, those that were just written are not."""
    one, other = ["a", "key", {"macs": 1.0}], Measured("b", "other", {})
    assert measured_in([[one], [], [other, one]]) == [Measured(*one), other, Measured(*one)]
