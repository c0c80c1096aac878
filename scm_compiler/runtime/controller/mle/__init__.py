"""The maximum-likelihood trainer of the label model: `mle`."""
