"""Decoding in a pool of processes.

A worker is a fresh Python that runs one module and is spoken to in lines of JSON. Unlike a forked
process it inherits no threads and no locks, unlike a spawned one it does not run the caller's
program again, and when the caller is killed its input ends, and so does the worker.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Image
from scm_compiler.runtime.data.images.codes.images import DecoderEnded
from scm_compiler.runtime.data.images.decode import Unreadable, decode
from scm_compiler.runtime.data.images.image_spec import Part
from scm_compiler.runtime.data.images.parts import Fault, write_part
from scm_compiler.runtime.data.images.picture import Opened, Picture

WORTH_A_WORKER = 600
"""So many images are decoded before a worker has started."""

_ROOT = Path(__file__).parents[4]


def decode_parts(
    pictures: Sequence[Picture],
    parts: Sequence[Part],
    image: Image,
    crop: int | None,
    workers: int,
) -> Iterator[Part]:
    """Decode parts of the pictures and write their files.

    Args:
        pictures: Where the pictures lie.
        parts: What to decode.
        image: To which shape.
        crop: As `decode` takes it.
        workers: How many processes; 0 for this one, which also does what is little.

    Yields:
        Each part whose file is there.

    Raises:
        ScmError: E679 if a worker ends.
        OSError: If a file cannot be written.
    """
    count = sum(part.stop - part.start for part in parts)
    size = min(workers, count // WORTH_A_WORKER, len(parts))
    if size > 0 and sys.executable:
        yield from _in_workers(pictures, parts, image, crop, size)
        return
    with Opened() as opened:
        for part in parts:
            decode_part(opened, pictures[part.start : part.stop], part, image, crop)
            yield part


def decode_part(
    opened: Opened, pictures: Sequence[Picture], part: Part, image: Image, crop: int | None
) -> None:
    """Decode the pictures of one part and write its file."""
    images, faults = [], []
    for index, picture in enumerate(pictures, part.start):
        try:
            images.append(decode(opened.read(picture), image, crop))
        except Unreadable as error:
            faults.append(Fault(index, str(error)))
    write_part(part.path, images, faults)


def _in_workers(
    pictures: Sequence[Picture],
    parts: Sequence[Part],
    image: Image,
    crop: int | None,
    workers: int,
) -> Iterator[Part]:
    idle: SimpleQueue[_Worker] = SimpleQueue()

    def run(part: Part) -> Part:
        worker = idle.get()
        try:
            worker.decode(pictures[part.start : part.stop], part, image, crop)
        finally:
            idle.put(worker)
        return part

    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(workers))
        # Entered last and so left first: a worker that ends frees the thread that waits for it.
        for _ in range(workers):
            idle.put(stack.enter_context(_Worker()))
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        yield from threads.map(run, parts)


class _Worker:
    """One process."""

    def __enter__(self) -> "_Worker":
        command = [sys.executable, "-P", "-m", "scm_compiler.runtime.data.images.worker"]
        paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
        # The products of small matrices are faster on one thread, and the cores are taken.
        single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        path = os.pathsep.join(filter(None, paths))
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **single, "PYTHONPATH": path},
            text=True,
            encoding="ascii",
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        with suppress(OSError), self._process:  # waits, and closes the pipes
            pass

    def decode(
        self, pictures: Sequence[Picture], part: Part, image: Image, crop: int | None
    ) -> None:
        """Have a part decoded, and wait until its file is there."""
        places = [[it.name, it.file, it.offset, it.size, it.stamp] for it in pictures]
        shape = [image.channels, image.height, image.width]
        job = {"path": str(part.path), "start": part.start, "pictures": places}
        answer = self._ask(json.dumps({**job, "shape": shape, "crop": crop}))
        if answer is None:
            status = self._process.wait()
            first, last = pictures[0].name, pictures[-1].name
            raise refuse(DecoderEnded(status=status, first=first, last=last), exit_code=2)
        if answer["error"]:
            raise OSError(answer["errno"], answer["error"])

    def _ask(self, line: str) -> dict[str, str | int] | None:
        """The answer to a line; None if the process ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except (OSError, ValueError):
            return None
        return json.loads(answer) if answer.endswith("\n") else None
