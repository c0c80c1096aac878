"""The tables and figures of Kocaoglu et al. 2017, made again: `python -m benchmarks.paper`."""
