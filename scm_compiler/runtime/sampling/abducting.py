"""What changes photos: an editor, or what tells their noise, the head itself or its encoder."""

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.heads.companions import EDITOR, ENCODER
from scm_compiler.runtime.heads.editor import Edited, Editor
from scm_compiler.runtime.heads.encoder import Encoded, Encoder
from scm_compiler.runtime.heads.head import EncodingGenerator
from scm_compiler.runtime.runs.companions import companion_config, has_companion, read_companion
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.sampling.codes.photos import CannotAbduct


def abducting(run: Record, head: TrainedHead, *, by_noise: bool = False) -> EncodingGenerator:
    """What draws a head's images and changes photos, or tells the noise behind them.

    Args:
        run: The run.
        head: The head.
        by_noise: Whether an editor is left aside, as it knows no noise that could be refined.

    Raises:
        ScmError: E693 with exit code 2 if the head does not tell the noise, and neither an encoder
            nor an editor is trained.
    """
    if has_companion(run, head.node, EDITOR) and not by_noise:
        editor = read_companion(run, head, EDITOR)
        assert isinstance(editor, Editor)
        return Edited(head.generator, editor).requires_grad_(False).eval()
    if isinstance(head.generator, EncodingGenerator):
        return head.generator
    if has_companion(run, head.node, ENCODER):
        encoder = read_companion(run, head, ENCODER)
        assert isinstance(encoder, Encoder)
        return Encoded(head.generator, encoder).requires_grad_(False).eval()
    begun = companion_config(run, head.node, ENCODER) is not None
    found = CannotAbduct(head.config.head, head.node, path=str(run.path), begun=begun)
    raise refuse(found, exit_code=2)
