"""Python identifiers for node names, which may hold any character.

The identifiers name the weights on disk and the submodules of the emitted source, so they must
never depend on a library's version: what is reserved is listed here.
"""

import keyword
import unicodedata
from collections.abc import Iterable

LONGEST = 40

_MODULE = """T_destination add_module apply bfloat16 buffers call_super_init children compile cpu
cuda double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
named_parameters parameters register_backward_hook register_buffer register_forward_hook
register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
zero_grad"""
"""The attributes of torch.nn.Module, on which the emitted model hangs its mechanisms."""

_SOURCE = """Mapping Model Network Table Tensor DOMAINS LABELS NOISE annotations batch do
draw_noise encode found functional generator held int len list load load_file math nn noise path
range sample self settings str super torch tuple u value values zip"""
"""Names that the emitted source uses itself."""

_RESERVED = frozenset([*_MODULE.split(), *_SOURCE.split()])


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """A distinct Python identifier for each name, as like it as can be.

    >>> identifiers(["Male", "5_o_Clock_Shadow", "class", "hair colour", "hair-colour"])
    ... # doctest: +NORMALIZE_WHITESPACE
    {'Male': 'Male', '5_o_Clock_Shadow': 'n_5_o_Clock_Shadow', 'class': 'n_class',
     'hair colour': 'hair_colour', 'hair-colour': 'hair_colour_2'}
    """
    listed = list(names)
    # A name that is its own identifier keeps it, wherever it stands in the list.
    found = {name: name for name in listed if _plain(name) == name}
    taken = set(found.values())
    for name in listed:
        if name not in found:
            found[name] = _free(_plain(name), taken)
            taken.add(found[name])
    return {name: found[name] for name in listed}


def _plain(name: str) -> str:
    normal = unicodedata.normalize("NFKC", name)[:LONGEST]
    text = "".join(c if ("_" + c).isidentifier() else "_" for c in normal)
    text = unicodedata.normalize("NFKC", text)
    usable = text.isidentifier() and not text.startswith("_")
    if usable and not keyword.iskeyword(text) and text not in _RESERVED:
        return text
    return f"n_{text.strip('_')}" if text.strip("_") else "n"


def _free(text: str, taken: set[str]) -> str:
    if text not in taken:
        return text
    number = 2
    while f"{text}_{number}" in taken:
        number += 1
    return f"{text}_{number}"
