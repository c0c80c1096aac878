"""What tells the noise behind photos: the head itself, or the encoder that was trained for it."""

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.heads.head import EncodingGenerator
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.runs.trained_encoder import encoder_config, has_encoder, read_encoder
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.sampling.codes.photos import CannotAbduct


def abducting(run: Record, head: TrainedHead) -> EncodingGenerator:
    """What draws a head's images and tells the noise behind them.

    Raises:
        ScmError: E693 with exit code 2 if the head does not tell it, and no encoder is trained.
    """
    if isinstance(head.generator, EncodingGenerator):
        return head.generator
    if has_encoder(run, head.node):
        return read_encoder(run, head)
    begun = encoder_config(run, head.node) is not None
    found = CannotAbduct(head.config.head, head.node, path=str(run.path), begun=begun)
    raise refuse(found, exit_code=2)
