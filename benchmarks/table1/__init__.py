"""Table 1 and figure 5 of the paper of CausalVAE (Yang et al. 2021), beside ours."""
