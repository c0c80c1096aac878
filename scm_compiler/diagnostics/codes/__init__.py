"""Every code, one dataclass each, by the stage that reports it.

The first digit is the stage: 1 syntax, 2 names and graph, 3 kinds, 4 queries, 5 certificate and
identification, 6 data and artefacts, 7 training, 8 pictures and examples, 9 our own bugs. A code
is never used twice.
"""
