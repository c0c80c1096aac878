"""What a graph compiles to, as texts that are ready to be written."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from scm_compiler.diagnostics import Source
from scm_compiler.emit.build import CERTIFICATE, GRAPH, SOURCE
from scm_compiler.emit.certificate import Certificate, certify
from scm_compiler.emit.source import emit_source
from scm_compiler.emit.verification import SEED, require_consistent
from scm_compiler.ir import Graph
from scm_compiler.ir.json import graph_to_json
from scm_compiler.model.compilation import compile_module
from scm_compiler.model.module import CausalModule
from scm_compiler.model.spec import SPECS, Family


@dataclass(frozen=True)
class Products:
    """A compiled graph: the module, its certificate, and the texts of the build's files."""

    module: CausalModule
    certificate: Certificate
    files: dict[str, str]


def compile_files(
    graph: Graph,
    family: Family,
    source: Source | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Products:
    """Compile a graph, certify the module and print the files.

    Args:
        graph: The validated graph.
        family: Of the mechanisms.
        source: The program, whose lines the emitted source quotes.
        tell: What is told how far the certificate has come.

    Raises:
        ScmError: E501 if the certificate says no.
    """
    spec = SPECS[family]()
    module = compile_module(graph, spec, generator=torch.Generator().manual_seed(SEED))
    certificate = certify(module, seed=SEED, tell=tell)
    require_consistent(certificate)
    files = {
        SOURCE: emit_source(graph, spec, source),
        GRAPH: graph_to_json(graph),
        CERTIFICATE: certificate.to_json(),
    }
    return Products(module, certificate, files)
