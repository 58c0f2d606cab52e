"""The transfer test: from one family, or all others, to every labelled family."""

from gennape.evaluation.transfer.failures import Failure
from gennape.evaluation.transfer.results import Results
from gennape.evaluation.transfer.transfer_test import Transfer, transfer

__all__ = ["Failure", "Results", "Transfer", "transfer"]
