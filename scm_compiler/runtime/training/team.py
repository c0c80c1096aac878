"""Several processes that train one thing together, each on its share of every batch.

Every process holds the same weights and draws the same random numbers. It computes the gradients
of its own rows, and their mean over all processes is what each of them takes: the same step that
one process would take on the whole batch, up to the order of floating-point sums.

The first process leads: it alone reads the clock, the signals and the command line, and writes
files. The others do what it tells them.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch import distributed as torch_distributed

from scm_compiler.runtime.storage.tensors import read_tensors
from scm_compiler.runtime.training.fitting import SHARE_DIGITS, Fitting, Scheduled

CPU = torch.device("cpu")
PATIENCE = timedelta(days=1)
"""How long a process waits for the others; torchrun ends all of them if one dies."""

_STOP, _ADVANCE, _RESTORE, _SPEND = 0, 1, 2, 3


class TeamLost(Exception):  # noqa: N818  (what happened, not a fault of the caller)
    """Another process of the team ended, or cannot be reached."""


def sum_up(tensor: Tensor) -> None:
    """Replace a tensor by its sum over all processes.

    Raises:
        TeamLost: If one of them is gone.
    """
    with _exchanging():
        torch_distributed.all_reduce(tensor)


def pass_on(tensor: Tensor) -> None:
    """Copy the first process' tensor to all others.

    Raises:
        TeamLost: If one of them is gone.
    """
    with _exchanging():
        torch_distributed.broadcast(tensor, 0)


@contextmanager
def _exchanging() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # what gloo and NCCL say of a connection that is lost
        raise TeamLost(str(error)) from error


@dataclass(frozen=True)
class Team:
    """The processes that train together.

    Attributes:
        rank: The place of this one, from 0.
        size: How many there are.
        device: Where tensors lie while they are exchanged.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    @property
    def leads(self) -> bool:
        """Whether this process writes and decides."""
        return self.rank == 0

    @property
    def alone(self) -> bool:
        """Whether there is no other process."""
        return self.size == 1

    def share(self, rows: Tensor) -> Tensor:
        """This process' rows of a whole batch, whose size is a multiple of the team's.

        >>> Team(rank=1, size=2).share(torch.arange(6)).tolist()
        [3, 4, 5]
        """
        part = len(rows) // self.size
        return rows[self.rank * part : (self.rank + 1) * part]

    def whole(self, share: Tensor) -> Tensor:
        """The whole batch, of which this process has its rows."""
        rows = share.new_zeros((self.size * len(share), *share.shape[1:]))
        self.share(rows).copy_(share)
        sum_up(rows)
        return rows

    def mean(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """The mean of each tensor over all processes, in one exchange."""
        if self.alone or not tensors:
            return list(tensors)
        flat = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])
        sum_up(flat)
        sizes = [tensor.numel() for tensor in tensors]
        parts = flat.div_(self.size).split(sizes)  # type: ignore[no-untyped-call]
        pairs = zip(parts, tensors, strict=True)
        return [part.view(tensor.shape).to(tensor.dtype) for part, tensor in pairs]

    def tell(self, message: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send a message from the leader to every process; the others pass nothing."""
        content = json.dumps(message or {}).encode()
        length = torch.tensor([len(content)], device=self.device)
        pass_on(length)
        text = torch.zeros(int(length), dtype=torch.uint8, device=self.device)
        if self.leads:
            text.copy_(torch.frombuffer(bytearray(content), dtype=torch.uint8))
        pass_on(text)
        told: dict[str, Any] = json.loads(bytes(text.cpu().tolist()))
        return told

    @contextmanager
    def dismissed_after(self) -> Iterator[None]:
        """Lead the others inside the block, and dismiss them at its end."""
        try:
            yield
        finally:
            with suppress(TeamLost):  # they are gone already
                self.tell()


ALONE = Team()


def local_size() -> int:
    """How many processes of the team run on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


@contextmanager
def joined(device: str = "cpu") -> Iterator[Team]:
    """The team that torchrun started this process in; `ALONE` if none did.

    Args:
        device: `cuda` lets the processes exchange over NCCL, each with a GPU of its own; anything
            else exchanges over gloo.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield ALONE
        return
    gpu = device == "cuda"
    local = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if gpu else "cpu"
    if gpu:
        torch.cuda.set_device(local)
    backend = "nccl" if gpu else "gloo"
    torch_distributed.init_process_group(backend, timeout=PATIENCE)
    try:
        rank, size = torch_distributed.get_rank(), torch_distributed.get_world_size()
        yield Team(rank, size, torch.device(local))
    finally:
        torch_distributed.destroy_process_group()


class Led:
    """What the leader trains: every step is taken by all processes.

    Args:
        fitting: The leader's own.
        team: The processes.
    """

    def __init__(self, fitting: Fitting, team: Team) -> None:
        self._fitting = fitting
        self._team = team
        self.total = fitting.total
        self.done = fitting.done

    def advance(self, steps: int) -> Mapping[str, float]:
        """Take steps on every process."""
        self._order(_ADVANCE, steps)
        losses = self._fitting.advance(steps)
        self.done = self._fitting.done
        return losses

    def spend(self, share: float) -> None:
        """Tell every process which share of the time is spent."""
        if isinstance(self._fitting, Scheduled):
            self._order(_SPEND, round(share * 10**SHARE_DIGITS))
            self._fitting.spend(share)

    def state(self) -> dict[str, Tensor]:
        """The leader's state, which is everyone's."""
        return self._fitting.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a state; the others read it from the checkpoint."""
        self._fitting.restore(state)
        self.done = self._fitting.done
        self._order(_RESTORE, 0)

    def release(self) -> None:
        """Release the followers, if they are still there."""
        with suppress(TeamLost):
            self._order(_STOP, 0)

    def _order(self, code: int, number: int) -> None:
        pass_on(torch.tensor([code, number], device=self._team.device))


def follow(fitting: Fitting, checkpoint: Path, team: Team) -> None:
    """Follow the leader step by step until it releases this process.

    Args:
        fitting: The same as the leader's, with this process' share of each batch.
        checkpoint: Where the leader saves, on a disk that both see.
        team: The processes.
    """
    order = torch.zeros(2, dtype=torch.int64, device=team.device)
    while True:
        pass_on(order)
        code, number = (int(value) for value in order.tolist())
        if code == _STOP:
            return
        if code == _RESTORE:
            fitting.restore(read_tensors(checkpoint).tensors)
        elif code == _SPEND:
            if isinstance(fitting, Scheduled):
                fitting.spend(number / 10**SHARE_DIGITS)
        else:
            fitting.advance(number)
