"""Codes of files of tensors."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NotWeights(Diagnostic):
    """The file does not hold the weights that belong here.

    ## What it means

    Weights are kept in the safetensors format, which cannot execute code; no other format is read.
    The file is in another format, was cut short, or its tensors do not have the types and shapes
    that follow from the graph and from what the file says of the model. That is found out before
    room is made for a model.

    ## Example

    ```console
    $ echo weights > runs/celeba_g1-1/checkpoint.safetensors
    $ scmc train --resume --run runs/celeba_g1-1
    resuming runs/celeba_g1-1 with mle, seed 0
    error[E653]: `runs/celeba_g1-1/checkpoint.safetensors` holds no usable weights: it is not a whole safetensors file
      = help: restore the file, or train again
    ```

    ## What to do

    Restore the file, or train again.
    """

    code = "E653"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` holds no usable weights: {self.reason}"

    def help(self) -> str:
        return "restore the file, or train again"


class OtherGraph(Diagnostic):
    """The weights belong to another graph.

    ## What it means

    Everything that is made from a graph carries the graph's hash, and the hash of this file is
    another one. Weights of one causal claim say nothing under another.

    ## Example

    ```console
    $ scmc query "P(Male=1)" --run mixed
    error[E654]: `mixed/tables.safetensors` was made from another graph
      = help: the run's graph is 824a081302ca, the file's 81b64ea76356
    ```

    ## What to do

    Do not move files between runs; train the graph.
    """

    code = "E654"

    path: str
    expected: str
    found: str

    def message(self) -> str:
        return f"`{self.path}` was made from another graph"

    def help(self) -> str:
        found = self.found[:12] or "not said"
        return f"the run's graph is {self.expected[:12]}, the file's {found}"
