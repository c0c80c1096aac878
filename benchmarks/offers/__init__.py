"""What scmc, dowhy, pyAgrum, pathmc and antecedent offer of each form of question, tried.

    python -m benchmarks.offers LIBRARY        one of scmc, dowhy, pyagrum, pathmc, antecedent

Each question is asked of the same rows, drawn from a model whose answers are known. The libraries do
not fit into one environment: dowhy asks for an older scipy, pathmc for Python 3.12. So each is run
by a Python of its own, with this checkout on PYTHONPATH; nothing but numpy and pandas is shared.
"""
