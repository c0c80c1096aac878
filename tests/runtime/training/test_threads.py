"""The number of threads, chosen by measuring."""

import time

import torch

from scm_compiler.runtime.training.threads import (
    candidates,
    fixed,
    own_threads,
    quick_threads,
    quickest,
    work,
)


def sleeping(seconds):
    """A task that takes so long with each number of threads."""
    return lambda: time.sleep(seconds[torch.get_num_threads()])


def test_fewer_threads_where_they_are_clearly_quicker():
    assert quickest([2, 1], sleeping({2: 0.02, 1: 0.002})) == 1
    assert quickest([2, 1], sleeping({2: 0.01, 1: 0.02})) == 2
    assert quickest([2, 1], sleeping({2: 0.02, 1: 0.019})) == 2
    assert quickest([4, 2, 1], sleeping({4: 0.03, 2: 0.005, 1: 0.02})) == 2


def test_nothing_is_left_changed():
    torch.set_num_threads(2)
    state = torch.get_rng_state()
    quickest([2, 1], work)
    assert torch.get_num_threads() == 2
    assert torch.equal(torch.get_rng_state(), state)
    with own_threads():
        torch.set_num_threads(1)
    assert torch.get_num_threads() == 2


def test_what_the_user_says_stays(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert not fixed()
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert fixed()
    assert candidates(1) == [1]


def test_what_is_quickest_is_taken_each_time(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    torch.set_num_threads(2)
    tried = []
    answers = iter([1, 2])

    def measured(counts):
        tried.append(counts)
        return next(answers)

    monkeypatch.setattr("scm_compiler.runtime.training.threads.quickest", measured)
    with quick_threads() as choose:
        for threads in (1, 2):
            choose()
            assert torch.get_num_threads() == threads
        monkeypatch.setenv("OMP_NUM_THREADS", "2")
        choose()
    assert tried == [[2, 1], [2, 1]]
    assert torch.get_num_threads() == 2
