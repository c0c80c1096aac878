"""How many threads torch may use for products as small as those of labels."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Run on one core.

    Each short operation would wait for all threads, which costs a great deal on a busy machine:
    a certificate of three labels took ten seconds on two threads and a fifth of one on one. With
    one, sums do not depend on how many cores the machine has either.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
