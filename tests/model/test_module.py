import pytest
import torch

from scm_compiler.emit.certificate import certify
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.module import one_thread


def test_threads_are_put_back_even_after_an_error():
    torch.set_num_threads(2)
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    with pytest.raises(KeyError), one_thread():
        {}["absent"]
    assert torch.get_num_threads() == 2


def test_a_certificate_is_made_on_one_thread(graphs, monkeypatch):
    seen = set()

    class Watched(ImplicitModule):
        def forward(self, noise, do=None):
            seen.add(torch.get_num_threads())
            return super().forward(noise, do)

    module = Watched(graphs["binary"], generator=torch.Generator().manual_seed(0))
    torch.set_num_threads(2)
    assert certify(module).consistent
    assert seen == {1}
