"""Files of other programs."""

from scm_compiler.interop.bif import parse_bif, read_bif

__all__ = ["parse_bif", "read_bif"]
