"""What the JSON of a run's files may hold: values of the very types that scmc writes."""

from datetime import datetime
from typing import Annotated

from scm_compiler.strict import Limits, Readable

Count = Annotated[int, Limits(ge=0, lt=2**63)]
Positive = Annotated[int, Limits(ge=1, lt=2**63)]
Seconds = Annotated[float, Limits(ge=0, allow_inf_nan=False)]
Metric = Annotated[float, Limits(allow_inf_nan=False)]
Digest = Annotated[str, Limits(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Limits(min_length=1, max_length=255)]
Moment = Annotated[str, Readable(datetime.fromisoformat)]
