"""What a graph implies: separation now; identification of queries builds on it."""

from scm_compiler.identify.separation import Path, open_path, separated

__all__ = ["Path", "open_path", "separated"]
