"""Pictures of trained heads; all of it needs torch."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

from scm_compiler.playground.program import Values, regime_text
from scm_compiler.runtime.run import Run
from scm_compiler.runtime.sampling.figures import two_rows
from scm_compiler.runtime.sampling.grid import png
from scm_compiler.runtime.sampling.job import Job

IMAGES = 6
"""Images in each row."""


def images_of(run: Run, do: Values, given: Values, seed: int) -> dict[str, Any]:
    """Pictures of each trained head: a row of the regime above one of only seeing."""
    texts = regime_text(do, given), regime_text({}, {**do, **given})
    found = {}
    for image in run.images:
        job = Job(str(run.path.resolve()), texts[0], IMAGES, seed, (image,))
        streams = job.stream(), replace(job, regime=texts[1]).stream()
        captions = texts[0] or "observation", texts[1] or "observation"
        picture = png(two_rows(streams, captions, image, IMAGES))
        found[image] = f"data:image/png;base64,{b64encode(picture).decode()}"
    return {"images": found}
