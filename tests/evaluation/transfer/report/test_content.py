from dataclasses import replace

import pytest

from gennape.evaluation.metrics import Measures
from gennape.evaluation.transfer.cells import Measurement
from gennape.evaluation.transfer.facts import Facts, TableFacts
from gennape.evaluation.transfer.failures import Failure
from gennape.evaluation.transfer.protocols import COLUMNS
from gennape.evaluation.transfer.report.content import document
from gennape.evaluation.transfer.results import Record, Results
from gennape.reports.markdown import to_markdown

MEASURES = Measures(0.5, 0.4, 0.9, 0.8, 0.1, 0.2, 0.03)
FACTS = replace(
    Facts.of("as typed", False, [0], [], [], 90.0),
    tables=(TableFacts("nasbench301", 725, 300, "ab12"),),
)


def _report(facts: Facts, failures: tuple[Failure, ...] = ()) -> str:
    records = [
        Record("nasbench101", method, 0, COLUMNS[1], Measurement(0, 0, 100, MEASURES))
        for method in ("flops", "parameters", "estimator")
    ]
    return to_markdown(document(Results(records), facts, failures, []))


@pytest.mark.parametrize("networks", [300, 1_725])
def test_networks_are_counted_as_they_were_read(networks: int) -> None:
    table = replace(FACTS.tables[0], judged=networks)
    report = _report(replace(FACTS, tables=(table,)))
    assert f"NB-301 here has {networks:,} networks with surrogate labels." in report
    assert "differ in part from ours." in _report(replace(FACTS, tables=()))


def test_what_failed_and_how_it_was_made() -> None:
    report = _report(FACTS, (Failure("table nasbench301", "it does not exist"),))
    assert "| table nasbench301 | it does not exist |" in report
    assert "as typed" in report
    assert "2 min on" in report
    assert "What failed" not in _report(FACTS)
