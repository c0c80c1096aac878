"""A node by another name."""

from scm_compiler.editor.document import Document
from scm_compiler.editor.edit import Edit
from scm_compiler.syntax.printer import print_name


def renamed(document: Document, offset: int, name: str) -> tuple[Edit, ...]:
    """The edits that give the node at a place another name, in quotes where it needs them.

    Args:
        document: The program.
        offset: Where the node is named.
        name: The new name, with or without quotes.

    Raises:
        ValueError: With a sentence for the user, if the name will not do or no node is there.
    """
    mention = document.mention(offset)
    if mention is None:
        raise ValueError("no node is named here")
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1]
    _refuse(document, mention.name, name)
    return tuple(Edit(span, print_name(name)) for span in document.places(mention.name))


def _refuse(document: Document, old: str, name: str) -> None:
    if not name.strip():
        raise ValueError("a name cannot be empty")
    if '"' in name or not name.isprintable():
        raise ValueError("a name cannot hold a double quote or what cannot be printed")
    if name != old and any(mention.name == name for mention in document.mentions):
        raise ValueError(f"there is a node `{name}` already")
