"""The label model and its trainers (the Causal Controller of Kocaoglu et al. 2017)."""
