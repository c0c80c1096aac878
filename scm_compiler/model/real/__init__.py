"""Mechanisms of real-valued nodes: x = F^-1(u | parents), with one uniform number u a unit."""
