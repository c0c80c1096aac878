"""What a run on disk gives: its model, and the rows behind its tables."""

import numpy as np
import pytest
import torch

from scm_compiler.model.tables import Fitted


def test_an_image_is_a_mechanism_like_any_other(run):
    model = run.model()
    assert model.mechanisms.keys() == {"Male", "Mustache", "Young", "Face"}
    face, head = model.mechanisms["Face"], run.head("Face")
    assert (face.parents, face.width) == (run.graph.parents["Face"], head.generator.noise_size)
    rows = run.given().sample(5, seed=1).rows
    noise = head.draw_noise(5, generator=torch.Generator().manual_seed(0))
    world = dict(zip(("Male", "Mustache", "Young"), rows.T, strict=True))
    images = face.sample(world, noise.numpy())
    assert np.array_equal(images, head.render(torch.from_numpy(rows), noise).numpy())
    assert face.table() is None
    with pytest.raises(ValueError, match="tells no probabilities"):
        face.log_prob(images, world)
    with pytest.raises(ValueError, match="cannot be had"):
        face.abduct(images, world, noise.numpy())


def test_a_fitted_run_counts_the_rows_behind_its_tables(run):
    tables = run.tables()
    assert isinstance(tables.known, Fitted)
    assert tables.rows == run.labels.rows
    counts = tables.counts("Mustache")
    shares = counts / counts.sum(-1, keepdims=True)
    assert np.allclose(shares, tables.probabilities["Mustache"], atol=1e-6)
    assert tables.counts("Young").sum() == tables.rows
