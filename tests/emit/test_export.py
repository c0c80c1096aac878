"""torch.export of the label sampler."""

from dataclasses import replace

import pytest
import torch

from scm_compiler.emit.source import emit_source
from scm_compiler.model.compilation import compile_module, spec_for
from scm_compiler.model.real import places
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, Shape


class Intervened(torch.nn.Module):
    """A model with an intervention baked in."""

    def __init__(self, model, do):
        super().__init__()
        self.model, self.do = model, do

    def forward(self, noise):
        return self.model(noise, self.do)


SPECS = {
    "tables": ExplicitSpec(),
    "networks": ExplicitSpec(table_limit=1, hidden=8),
    "implicit": ImplicitSpec(hidden=8, layers=3),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "do"), [("real", {"Y": 0.75}), ("both", None), ("terms", None)])
def test_the_exported_sampler_of_real_nodes_gives_the_same_values(
    reals, tmp_path, monkeypatch, name, do
):
    """With few rounds of the solver that is unrolled; `model/real/test_modules.py` has all."""
    monkeypatch.setattr(places, "ROUNDS", 2)
    graph = reals["real" if name == "terms" else name]
    spec = spec_for(graph)
    if name == "terms":
        shape = Shape("regression", (), 7, knots=4, terms=((0, 0), (1, 0), (2, 4)))
        spec = replace(spec, apart={**spec.apart, "Z": shape})
    built = compile_module(graph, spec, generator=torch.Generator().manual_seed(0))
    names = {}
    exec(compile(emit_source(graph, built.spec), "model.py", "exec"), names)
    assert "ROUNDS" in names
    names["ROUNDS"] = places.ROUNDS
    emitted = names["Model"]().double()
    emitted.load_state_dict(built.node_weights())
    shapes = ({0: torch.export.Dim("batch", min=2)},)
    for module in (built, emitted):
        target = Intervened(module.requires_grad_(False), do) if do else module
        exported = torch.export.export(target, (built.draw_noise(7),), dynamic_shapes=shapes)
        torch.export.save(exported, tmp_path / "sampler.pt2")
        loaded = torch.export.load(tmp_path / "sampler.pt2").module()
        for rows in (2, 300):
            noise = built.draw_noise(rows, generator=torch.Generator().manual_seed(rows))
            assert torch.equal(loaded(noise), built(noise, do))


CASES = [("tables", None), ("tables", {"B": 2}), ("networks", {"B": 2}), ("implicit", None)]


@pytest.mark.parametrize(("family", "do"), CASES)
def test_the_exported_sampler_gives_the_same_values_at_any_batch(
    graphs, randomised, tmp_path, family, do
):
    module = randomised(graphs["hidden"], SPECS[family])
    target = Intervened(module, do) if do else module
    shapes = ({0: torch.export.Dim("batch", min=1)},)
    exported = torch.export.export(target, (module.draw_noise(7),), dynamic_shapes=shapes)
    torch.export.save(exported, tmp_path / "sampler.pt2")
    loaded = torch.export.load(tmp_path / "sampler.pt2").module()
    for rows in (1, 64, 3000):
        noise = module.draw_noise(rows, generator=torch.Generator().manual_seed(rows))
        assert torch.equal(loaded(noise), module(noise, do))
