"""What the words of the language mean, in a line each, and the forms that questions have."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "graph": "`graph NAME` names the model",
    "assert": "`assert A _||_ B | C`: what the graph must imply",
    "identified": "`assert identified P(Y | do(X))`: what observation must determine",
    "P": "`P(A=1 | do(B=1), C=1)`: a probability",
    "E": "`E(A | do(B=1))`: an expectation",
    "ATE": "`ATE(B -> A)`: the average effect of B on A",
    "LATE": "`LATE(Z -> B -> A)`: the effect of B on A among those whom Z moves",
    "do": "`do(B=1)`: B is held, whatever its causes say",
    "given": "`given(B=1)`: B is seen",
}

KINDS: Mapping[str, str] = {
    "binary": "two values, `0` and `1`",
    "categorical": "two or more values, each by its name",
    "ordinal": "two or more values, the least first",
    "binned": "the intervals that cuts make of numbers",
    "real": "real numbers, between two ends if these are given",
    "image": "pixels: channels (1 or 3), height, width",
}

KEYWORDS = ("graph", "assert", "identified")
FUNCTIONS = ("P", "E", "ATE", "do", "given")


def coded(text: str) -> str:
    """Text as code in Markdown, whatever it holds.

    >>> coded("A"), coded("a`b")
    ('`A`', '`` a`b ``')
    """
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (1 + text.count("`"))
    return f"{fence} {text} {fence}"
