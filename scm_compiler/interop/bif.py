"""Read Bayesian networks in BIF, as bnlearn, pgmpy, pyAgrum and JavaBayes write them.

The dialects differ: commas may be missing, and the bar before the parents; names may be quoted or
hold signs (`<5`, `Asy/Patch`), blanks or brackets (`(40,95]`); a table may be one list (the
variable's own value changing slowest) or a row for each configuration of the parents.

Names that are no words have their own in properties, where scmc wrote the file; see `bif_text.py`.
"""

from pathlib import Path

from scm_compiler.diagnostics import Source
from scm_compiler.interop.bif_blocks import read_blocks
from scm_compiler.interop.document import Document, read_text, stem
from scm_compiler.interop.network import network_of, tables_of
from scm_compiler.model.tables import Tables


def read_bif(path: Path) -> Tables:
    """The network of a `.bif` or `.bif.gz` file; the graph is named after the file.

    Raises:
        ScmError: E680 to E685, E824 and E836, with exit code 2.
        OSError: If the file cannot be opened.
    """
    return parse_bif(read_text(path), name=stem(path))


def parse_bif(source: Source, name: str | None = None) -> Tables:
    """The network that a text describes.

    Args:
        source: The text.
        name: The graph's name; that of the `network` block if None.

    Returns:
        Tables with their graph; nodes in the order of the `variable` blocks.

    Raises:
        ScmError: E680 to E684, E824 and E836, with exit code 2.
    """
    return tables_of(source, bif_document(source, name))


def bif_document(source: Source, name: str | None = None) -> Document:
    """The network as a document, which may leave its tables open; see `parse_bif`."""
    return network_of(source, read_blocks(source), name)
