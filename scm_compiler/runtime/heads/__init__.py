"""Image heads: generators of the image nodes, each trained against the images' labels."""

from scm_compiler.runtime.heads.registry import BUILTIN, Heads, HeadSpec, installed

__all__ = ["BUILTIN", "HeadSpec", "Heads", "installed"]
