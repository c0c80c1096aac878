"""The small trained run of the tests of stages."""

from tests.runtime.stages.conftest import _cache, _one_thread, run, small, trained

__all__ = ["_cache", "_one_thread", "run", "small", "trained"]
