"""The offices of the tests of faults, for tests of the door and of the way in."""

from tests.faults.conftest import alone, number, running

__all__ = ["alone", "number", "running"]
