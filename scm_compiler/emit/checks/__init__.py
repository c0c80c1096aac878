"""The checks of which the certificate of Definition 1 consists.

A check compares a module with its graph and knows the module by its public methods alone; where
columns lie it derives from the graph itself and never from `Layout`, which made the module.
"""
