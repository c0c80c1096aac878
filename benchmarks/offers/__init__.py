"""What scmc, dowhy, pyAgrum, pathmc and antecedent offer of each form of question, tried.

    python -m benchmarks.offers LIBRARY [--write]

LIBRARY is one of scmc, dowhy, pyagrum, pathmc, antecedent; causalqueries, which is R's, prints
what its manual says. Each is asked the same of the same rows, of a model whose answers are known.
`--write` keeps the answers in `answers.json` and puts all of them into docs/comparison.md. The
libraries do not fit into one environment: pathmc asks for Python 3.12, and pip finds no versions
that suit both it and dowhy. So each is run by a Python of its own, with this checkout on
PYTHONPATH; all that they share is numpy and pandas.
"""
