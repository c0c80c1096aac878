"""What a worker process runs: it decodes the parts that it is told to, until its input ends."""

import contextlib
import json
import signal
import sys
from pathlib import Path
from typing import Any

from scm_compiler.ir import Image
from scm_compiler.runtime.data.images.decode_pool import decode_part
from scm_compiler.runtime.data.images.image_spec import Part
from scm_compiler.runtime.data.images.picture import Opened, Picture


def main() -> None:
    """Answer each line of input when the part that it names is written."""
    # The caller decides what an interruption from the keyboard means, and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Opened() as opened, contextlib.suppress(BrokenPipeError):
        for line in sys.stdin:
            print(json.dumps(_answer(opened, json.loads(line))), flush=True)  # noqa: T201


def _answer(opened: Opened, job: dict[str, Any]) -> dict[str, str | int]:
    pictures = [Picture(*place) for place in job["pictures"]]
    part = Part(Path(job["path"]), job["start"], job["start"] + len(pictures))
    try:
        decode_part(opened, pictures, part, Image(*job["shape"]), job["crop"])
    except OSError as error:
        return {"error": error.strerror or str(error), "errno": error.errno or 0}
    return {"error": "", "errno": 0}


if __name__ == "__main__":
    main()
