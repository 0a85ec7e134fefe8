"""The offices of the tests of faults, for tests of what a forged or old button does."""

from tests.faults.conftest import alone, running

__all__ = ["alone", "running"]
