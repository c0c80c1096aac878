"""E695: encoders of heads."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class HasEncoder(Diagnostic):
    """Each trained head of the run has an encoder.

    ## What it means

    `--stage encoder` trains an encoder for each head that does not tell the noise behind a photo
    itself, as `vae` and `causal_vae` do. One that is trained, or whose training has begun, is not
    replaced.

    ## Example

    ```console
    $ scmc train --run runs/faces-1 --stage encoder
    error[E695]: nothing is left to train an encoder for in `runs/faces-1`: `Face` by `vae`
      = help: ask it: `scmc sample "do(…)" --of photo.png`; `--resume` goes on with one
    ```

    ## What to do

    Ask what photos would have shown, go on with an encoder that was stopped (`--resume`), or train
    a new run.
    """

    code = "E695"

    path: str
    heads: tuple[tuple[str, str], ...]

    def message(self) -> str:
        told = ", ".join(f"`{node}` by `{head}`" for node, head in self.heads)
        return f"nothing is left to train an encoder for in `{self.path}`: {told}"

    def help(self) -> str:
        return 'ask it: `scmc sample "do(…)" --of photo.png`; `--resume` goes on with one'
