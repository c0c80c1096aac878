"""E695 and E696: encoders and editors of heads."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class HasCompanion(Diagnostic):
    """Each trained head of the run has an encoder, or an editor.

    ## What it means

    `--stage encoder` trains an encoder for each head that does not tell the noise behind a photo
    itself, as `vae` and `causal_vae` do; `--stage editor` trains an editor for each head that has
    none. One that is trained, or whose training has begun, is not replaced.

    ## Example

    ```console
    $ scmc train --run runs/faces-1 --stage encoder
    error[E695]: nothing is left to train an encoder for in `runs/faces-1`: `Face` by `vae`
      = help: ask it: `scmc sample "do(…)" --of photo.png`; `--resume` goes on with one
    ```

    ## What to do

    Ask what photos would have shown, go on with a training that was stopped (`--resume`), or train
    a new run.
    """

    code = "E695"

    path: str
    kind: str
    heads: tuple[tuple[str, str], ...]

    def message(self) -> str:
        told = ", ".join(f"`{node}` by `{head}`" for node, head in self.heads)
        return f"nothing is left to train an {self.kind} for in `{self.path}`: {told}"

    def help(self) -> str:
        return 'ask it: `scmc sample "do(…)" --of photo.png`; `--resume` goes on with one'


class EditorOfNumbers(Diagnostic):
    """An editor is to turn a label that is a number.

    ## What it means

    An editor learns to turn one value of a label into another, from photos that have either, so
    that the values must be few enough to be counted. A number has no photos of its own value.

    ## Example

    ```console
    $ scmc train --run runs/pendulum-1 --stage editor
    error[E696]: an editor of `Picture` cannot turn `Light`, which is a number
      = help: take a head with an encoder, `vae` or `causal_vae`, or cut the number into bins
    ```

    ## What to do

    Train a head that has an encoder, or an encoder for the head (`--stage encoder`); or declare
    the label with bins in place of a number.
    """

    code = "E696"

    node: str
    name: str

    def message(self) -> str:
        return f"an editor of `{self.node}` cannot turn `{self.name}`, which is a number"

    def help(self) -> str:
        return "take a head with an encoder, `vae` or `causal_vae`, or cut the number into bins"
