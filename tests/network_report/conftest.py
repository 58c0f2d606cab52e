from pathlib import Path

import pytest

import gennape
from gennape.estimator import Estimator
from gennape.network_report import NetworkReport
from helpers.report_networks import NAME, UNREAD, classifier, incomplete


@pytest.fixture(scope="session")
def estimator() -> Estimator:
    return gennape.load()


@pytest.fixture(scope="session")
def report(estimator: Estimator) -> NetworkReport:
    networks = [
        classifier(16, 2, NAME),
        classifier(32, 3, "wide"),
        classifier(8, 1, "small"),
        incomplete(),
        UNREAD,
    ]
    return gennape.report(networks, estimator=estimator)


@pytest.fixture(scope="session")
def report_file(report: NetworkReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    report.write(path)
    return path
