"""CausalQueries, an R package: what its manual and its vignettes document; it is not run here.

The manual of version 1.4.6 and the vignettes "Getting started" and "Canonical causal models".
"""

_DOCUMENTED = {
    "interval": '"Y[X=1] - Y[X=0]", using="posteriors": mean, sd, cred.low, cred.high',
    "ATT": '"Y[X=1] - Y[X=0] :|: X==1"',
    "conditional": '"Y[X=1] - Y[X=0] :|: Z==1"',
    "NDE": '"Y[X=1, M=M[X=0]] - Y[X=0, M=M[X=0]]"',
    "NIE": '"Y[X=0, M=M[X=1]] - Y[X=0, M=M[X=0]]"',
    "CDE": '"Y[X=1, M=0] - Y[X=0, M=0]"',
    "event": "==, !=, & and | of labels of two values; it has no others",
    "table": "a list of queries, each with several givens (expand_grid)",
    "bounds": "no ends; a posterior, which stays wide where nothing is identified",
    "LATE": '"Y[X=1] - Y[X=0] :|: X[Z=1] > X[Z=0]", set_restrictions(decreasing("Z", "X"))',
    "frames": "a data frame of R",
}

_NOT = {
    "sparse": "types of a node with five or more parents are not made by themselves",
    **dict.fromkeys(
        ("ratio", "variance", "argmax", "function", "random", "virtual", "row by row"),
        "not documented",
    ),
    "sensitivity": "not documented; a hidden cause is written into the model",
}

ANSWERS = {name: (lambda said=said: f"documented: {said}") for name, said in _DOCUMENTED.items()}
ANSWERS |= _NOT
