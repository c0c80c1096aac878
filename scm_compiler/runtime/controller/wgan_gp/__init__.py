"""The adversarial trainer of the label model: `wgan-gp`."""
