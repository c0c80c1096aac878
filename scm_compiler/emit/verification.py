"""A certificate again: the checks are run anew and compared with what is stored."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.emit.build import CERTIFICATE, MANIFEST, SEED, read_build
from scm_compiler.emit.certificate import Certificate, certify, require_consistent
from scm_compiler.emit.checks.contract import Check
from scm_compiler.emit.codes.certificate import BuildFileChanged, CertificateDiffers
from scm_compiler.model.compilation import compile_module
from scm_compiler.model.module import CausalModule
from scm_compiler.model.shapes import count_numbers
from scm_compiler.telling import Told, untold

MOST_NUMBERS = 2**28
"""The most weights of a build's module, which are made anew to verify it."""


def verify_build(path: Path, tell: Told = untold) -> Certificate:
    """Rebuild a build's module from its graph and certify it again.

    Args:
        path: The build's folder.
        tell: What is told how far the checks have come.

    Raises:
        ScmError: As `read_build`, E502 if the module would be absurdly large, and as
            `verify_certificate`.
    """
    build = read_build(path)
    if count_numbers(build.graph, build.spec) > MOST_NUMBERS:
        raise refuse(BuildFileChanged(path=str(path / MANIFEST)))
    generator = torch.Generator().manual_seed(SEED)
    module = compile_module(build.graph, build.spec, generator=generator)
    build.load_weights(module)
    return verify_certificate(module, build.certificate, path / CERTIFICATE, tell=tell)


def verify_certificate(
    module: CausalModule,
    stored: str,
    path: Path,
    further: Callable[[int], Iterable[Check]] = lambda seed: (),
    tell: Told = untold,
) -> Certificate:
    """Certify a module again and compare.

    Args:
        module: The module that the certificate is about.
        stored: The text of the certificate.
        path: Where it lies, for messages.
        further: Other checks that it covers, from their seed, such as those of image heads.
        tell: What is told how far they have come.

    Raises:
        ScmError: E501 if the module is not consistent with its graph, E507 if the stored
            certificate is another one.
    """
    try:
        document = json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise refuse(CertificateDiffers(path=str(path), reason="it is not JSON")) from error
    seed = document.get("seed") if isinstance(document, dict) else None
    if type(seed) is not int or not 0 <= seed < 2**63:
        raise refuse(CertificateDiffers(path=str(path), reason="it names no seed"))
    examined = document.get("examined")
    examine = examined if type(examined) is int else None
    certificate = certify(module, seed=seed, further=further(seed), tell=tell, examine=examine)
    require_consistent(certificate)
    found = certificate.document()
    differing = [key for key in found if document.get(key) != found[key]]
    if differing:
        reason = f"its `{differing[0]}` is not what the checks find"
        raise refuse(CertificateDiffers(path=str(path), reason=reason))
    return certificate
