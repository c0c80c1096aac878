"""Values as networks read them, and back."""

import numpy as np
import pytest
import torch

from scm_compiler.model.codec import (
    decide,
    decode,
    encode_all,
    encoded_of,
    encoded_spans,
    weights_of,
)

SIZES = ((2,), (2, 2, 2), (3, 2, 5))


@pytest.mark.parametrize("sizes", SIZES)
def test_what_is_encoded_is_decoded(sizes):
    values = torch.from_numpy(np.indices(sizes).reshape(len(sizes), -1).T.copy())
    encoded = encode_all(values.unbind(1), sizes, torch.float64)
    assert encoded.shape[1] == encoded_spans(sizes)[-1].stop
    assert torch.equal(decode(encoded, sizes), values)
    for rank, span in enumerate(encoded_spans(sizes)):
        weights = weights_of(encoded[:, span])
        assert torch.equal(weights.argmax(1), values[:, rank])
        assert torch.equal(encoded_of(weights), encoded[:, span])


def test_the_largest_logit_decides():
    assert decide(torch.tensor([[-1.0], [0.5]])).tolist() == [0, 1]
    assert decide(torch.tensor([[0.0, 2.0, 1.0]])).tolist() == [1]
