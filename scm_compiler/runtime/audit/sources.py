"""Generators and encoders of others: a `.pt2`, a `.onnx`, or code that the user names."""

import sys
from collections.abc import Callable
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.audit.codes.generator import AuditOption, UnreadableGenerator
from scm_compiler.runtime.audit.generator import Function, Generator, generator_of
from scm_compiler.runtime.audit.pt2 import read_pt2


def foreign_generator(given: str | Callable[..., Any], latent: int | None) -> Generator:
    """A generator that a file holds or that code is.

    Args:
        given: The path of a `.pt2` or `.onnx`, `package.module:attribute`, or the function itself.
        latent: The size of a code; what an attribute `latent` of the function says if None.

    Raises:
        ScmError: E860 if it cannot be read, E866 if nothing says the size, E861 if it takes no
            such codes.
    """
    name = name_of(given)
    function = function_of(given)
    size = getattr(function, "latent", None) if latent is None else latent
    if not isinstance(size, int) or size < 1:
        raise refuse(AuditOption(name, "the size of its codes", "--latent N"), exit_code=2)
    return generator_of(name, size, function)


def name_of(given: str | Callable[..., Any]) -> str:
    """What a generator or encoder is called."""
    return given if isinstance(given, str) else getattr(given, "__name__", type(given).__name__)


def function_of(given: str | Callable[..., Any]) -> Function:
    """The function of rows that a file holds, that a name means, or that is given.

    Raises:
        ScmError: E860 with exit code 2 if it cannot be read.
    """
    if not isinstance(given, str):
        return _settled(given)
    path = Path(given)
    if path.suffix in (".pt2", ".onnx"):
        if not path.is_file():
            raise refuse(UnreadableGenerator(given, "there is no such file"), exit_code=2)
        return read_pt2(path) if path.suffix == ".pt2" else _read_onnx(path)
    return _settled(_imported(given))


def named_code(text: str) -> bool:
    """Whether a text is `package.module:attribute`.

    >>> named_code("my.models:flow"), named_code("runs/faces-1"), named_code("of files:2")
    (True, False, False)
    """
    module, colon, attribute = text.partition(":")
    parts = [*module.split("."), *attribute.split(".")]
    return bool(colon) and all(part.isidentifier() for part in parts)


def _imported(name: str) -> Any:  # noqa: ANN401  (whatever the user named)
    """What the user named; the current folder is looked in as `python -m` does."""
    if not named_code(name):
        reason = "it is no run, no `.pt2` or `.onnx` file, and not `package.module:attribute`"
        raise refuse(UnreadableGenerator(name, reason), exit_code=2)
    module, _, attribute = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    invalidate_caches()
    try:
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise refuse(UnreadableGenerator(name, str(error)), exit_code=2) from error
    finally:
        sys.path.remove(str(Path.cwd()))
    if not callable(found):
        raise refuse(UnreadableGenerator(name, "it cannot be called"), exit_code=2)
    return found


def _settled(function: Any) -> Function:  # noqa: ANN401  (anything that can be called)
    if isinstance(function, nn.Module):
        function.eval()
    found: Function = function
    return found


def _read_onnx(path: Path) -> Function:
    """A session of onnxruntime: operators of the standard, no code of the file's own."""
    try:
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415  (an extra)
    except ImportError as error:
        reason = "it needs onnxruntime: `pip install scm-compiler[audit]`"
        raise refuse(UnreadableGenerator(str(path), reason), exit_code=2) from error
    options = SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = torch.get_num_threads()
    try:
        session = InferenceSession(
            path.read_bytes(), sess_options=options, providers=["CPUExecutionProvider"]
        )
        (taken,), (given,) = session.get_inputs(), session.get_outputs()
    except Exception as error:  # onnxruntime has a class of its own for each fault
        reason = str(error).splitlines()[0][:160]
        raise refuse(UnreadableGenerator(str(path), reason), exit_code=2) from error

    def run(rows: Tensor) -> Tensor:
        return torch.from_numpy(session.run([given.name], {taken.name: rows.numpy()})[0])

    return run
