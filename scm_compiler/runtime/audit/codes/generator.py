"""E86x: what is audited, and what it is held against."""

import shlex

from scm_compiler.diagnostics.diagnostic import Diagnostic


class UnreadableGenerator(Diagnostic):
    """A generator or encoder cannot be read.

    ## What it means

    `scmc audit` takes a run, a `.pt2` or `.onnx` file, or `package.module:attribute`. A file is read as
    data: the operators of a `.pt2` are called one by one, and none but those that compute tensors from
    tensors. Nothing in a file is ever executed.

    ## Example

    ```console
    $ echo nothing > flow.pt2
    $ scmc audit flow.pt2 --latent 8 --images drawn-faces:400 --attributes Male,Mustache
    error[E860]: `flow.pt2` cannot be read as a generator or encoder: File is not a zip file
      = help: write it with `torch.export.save`, one tensor in and one out, or name the code: `package.module:attribute`
    ```

    ## What to do

    Write the file with `torch.export.save(torch.export.export(…), "g.pt2")`, one tensor in and one out, in
    evaluation mode. What scmc does not read can be audited as code that you name,
    `package.module:attribute`.
    """

    code = "E860"

    name: str
    reason: str

    def message(self) -> str:
        return f"`{self.name}` cannot be read as a generator or encoder: {self.reason}"

    def help(self) -> str:
        return (
            "write it with `torch.export.save`, one tensor in and one out, or name the code: "
            "`package.module:attribute`"
        )


class WrongOutput(Diagnostic):
    r"""A generator or encoder gives something of another shape.

    ## What it means

    A generator maps codes (n, D) to n images (n, C, H, W) in [-1, 1] or n rows of data (n, F), an encoder
    the other way. D is what `--latent` says.

    ## Example

    ```console
    $ printf 'import torch\n\ndef flat(codes):\n    return torch.zeros(7)\n' > seven.py
    $ scmc audit seven:flat --latent 4 --images drawn-faces:400 --attributes Male,Mustache
    error[E861]: `seven:flat` gives a tensor of 7 for 2 codes
      = help: it must give one image or row for each code, and take codes of the size that `--latent` says
    ```

    ## What to do

    Give the size of the code that the generator was made for, or wrap it in a function of your own that
    returns one image or row for each code.
    """

    code = "E861"

    name: str
    found: str
    wanted: tuple[int, ...]

    def message(self) -> str:
        shape = "x".join(map(str, self.wanted[1:]))
        given = f"codes, not images or rows of {shape}" if shape else "codes"
        return f"`{self.name}` {self.found} for {self.wanted[0]} {given}"

    def help(self) -> str:
        return (
            "it must give one image or row for each code, and take codes of the size that "
            "`--latent` says"
        )


class NotFinite(Diagnostic):
    r"""A generator or encoder gives what is no finite number.

    ## What it means

    An audit moves codes a few standard deviations each way. There a generator whose training went
    wrong, or a flow that is inverted where it cannot be, gives NaN or infinity, and no effect can be
    measured.

    ## Example

    ```console
    $ printf 'import torch\n\ndef broken(codes):\n    return codes.new_zeros(len(codes), 3, 16, 16) / 0\n' > nan.py
    $ scmc audit nan:broken --latent 4 --images drawn-faces:400 --attributes Male,Mustache
    error[E862]: `nan:broken` gives NaN or infinity for 2 of 2 rows
      = help: move codes less far (`--alpha`), or train the generator again
    ```

    ## What to do

    Move codes less far with `--alpha 0.5,1`, if it is only there that it fails.
    """

    code = "E862"

    name: str
    rows: int
    of: int

    def message(self) -> str:
        return f"`{self.name}` gives NaN or infinity for {self.rows} of {self.of} rows"

    def help(self) -> str:
        return "move codes less far (`--alpha`), or train the generator again"


class OtherLatentSize(Diagnostic):
    r"""An encoder gives codes of another size than the generator takes.

    ## What it means

    The latent classifiers learn from what the encoder gives and are moved along in what the generator
    takes. Both must be the same space.

    ## Example

    ```console
    $ printf 'def draw(z):\n    return z.new_zeros(len(z), 3, 16, 16)\n\ndef code(x):\n    return x.new_zeros(len(x), 5)\n' > pair.py
    $ scmc audit pair:draw --latent 4 --encoder pair:code --images drawn-faces:400 --attributes Male,Mustache
    error[E863]: the encoder `pair:code` gives codes of 5 numbers, and `pair:draw` takes 4
      = help: use the encoder that was trained with this generator, or `--encoder inversion`
    ```

    ## What to do

    Use the encoder that was trained with this generator. `--encoder inversion` looks for codes by
    optimisation, and needs none.
    """

    code = "E863"

    encoder: str
    size: int
    generator: str
    latent: int

    def message(self) -> str:
        return (
            f"the encoder `{self.encoder}` gives codes of {self.size} numbers, and "
            f"`{self.generator}` takes {self.latent}"
        )

    def help(self) -> str:
        return "use the encoder that was trained with this generator, or `--encoder inversion`"


class OneClass(Diagnostic):
    """An attribute has only one value among the images, or next to none of the other.

    ## What it means

    A classifier learns an attribute from images that have it and images that do not, and some of each are
    kept aside to try it on.

    ## Example

    ```console
    $ scmc audit -q drawn_faces --images drawn-faces:400
    error[E864]: of `drawn-faces:400`, 9 of 320 images have another `Bald` than the rest
      = help: at least 10 images of each value are needed; leave the attribute out with `--attributes`
    ```

    ## What to do

    Audit with more images, or leave the attribute out: `--attributes` names those that are meant.
    """

    code = "E864"

    name: str
    fewer: int
    rows: int
    origin: str
    least: int

    def message(self) -> str:
        return (
            f"of `{self.origin}`, {self.fewer:,} of {self.rows:,} images have another "
            f"`{self.name}` than the rest"
        )

    def help(self) -> str:
        return (
            f"at least {self.least} images of each value are needed; leave the attribute out with "
            "`--attributes`"
        )


class NoAttributes(Diagnostic):
    """There are not two attributes of two values to audit.

    ## What it means

    An audit asks of pairs of attributes which moves which. An attribute is a label with two values; of a
    run, one that the image reads.

    ## Example

    ```console
    $ scmc audit drawn_faces --attributes Male,Beard
    error[E865]: `Beard` is not an attribute of two values: there are Young, Male, Eyeglasses, Bald, Mustache, Smiling, Wearing_Lipstick, Mouth_Slightly_Open, Narrow_Eyes
      = help: name at least two: `--attributes A,B`
    ```

    ## What to do

    Name two or more of those that there are.
    """

    code = "E865"

    name: str | None
    known: tuple[str, ...]

    def message(self) -> str:
        held = f"there are {', '.join(self.known)}" if self.known else "there is none"
        if self.name is None:
            return f"an audit needs two attributes of two values: {held}"
        return f"`{self.name}` is not an attribute of two values: {held}"

    def help(self) -> str:
        return "name at least two: `--attributes A,B`"


class AuditOption(Diagnostic):
    r"""An option of an audit is missing or cannot be used with this generator.

    ## What it means

    A file or a function does not say how long its codes are, which images it was trained on, or what their
    attributes are called. A run says all of this itself.

    ## Example

    ```console
    $ printf 'def draw(z):\n    return z.new_zeros(len(z), 3, 16, 16)\n' > plain.py
    $ scmc audit plain:draw
    error[E866]: `plain:draw` does not say the size of its codes
      = help: give it: `scmc audit plain:draw --latent N`
    ```

    ## What to do

    Give the option that the help names.
    """

    code = "E866"

    name: str
    missing: str
    option: str

    def message(self) -> str:
        return f"`{self.name}` does not say {self.missing}"

    def help(self) -> str:
        option = self.option
        call = (
            f"scmc audit {self.name} {option}"
            if option.startswith("-")
            else f"audit(…, {option}…)"
        )
        return f"give it: `{call}`"


def longer(run: str, program: str | None) -> str:
    """How to train the head of a run longer; one that comes with scmc is trained anew.

    >>> longer("runs/faces-1", None)
    '`scmc train --resume --run runs/faces-1 --budget 30m`'
    """
    if program is not None:
        return f"`scmc train {program} --budget 30m`"
    return f"`scmc train --resume --run {shlex.quote(run)} --budget 30m`"


class Leaks(Diagnostic):
    """A generator shows an effect that its graph denies.

    ## What it means

    Setting a label changed what another looks like in the images, though no arrow leads from the one to
    the other, by more than the judge and chance explain. Under `--strict` the command ends with exit code
    1.

    ## Example

    A head that draws a man wherever it draws a mustache:

    ```console
    $ scmc audit --strict --units 100 --nulls 10 2>&1 | grep -o "warning.W860.: do(Mustache) moves Male"
    warning[W860]: do(Mustache) moves Male
    ```

    ## What to do

    Train the head longer, and audit it again: `scmc train --resume --run RUN --budget 30m` (a head
    that comes with scmc is trained anew, in a run of your own); labels beyond the data (the option `beyond` of `causal_gan`) are meant to prevent it. Where the data rarely show
    both labels apart, the head had little to learn it from.
    """

    code = "W860"

    found: tuple[str, ...]
    run: str
    program: str | None = None

    def message(self) -> str:
        rest = f" (and {len(self.found) - 1} more)" if len(self.found) > 1 else ""
        return f"{self.found[0]}, which the graph denies{rest}"

    def help(self) -> str:
        return f"train the head longer, and audit it again: {longer(self.run, self.program)}"


class Unshown(Diagnostic):
    """A generator does not show an effect that its graph declares.

    ## What it means

    The label model says that setting a label changes another, and real images of such labels would show it.
    The generated images show less than half of that.

    ## Example

    A head that never draws a mustache:

    ```console
    $ scmc audit --units 100 --nulls 10 --encoder codes:some 2>&1 | grep -o "warning.W861.: do(Mustache) moves Mustache"
    warning[W861]: do(Mustache) moves Mustache
    ```

    ## What to do

    Train the head longer, or on more images that have the label.
    """

    code = "W861"

    found: tuple[str, ...]
    run: str
    program: str | None = None

    def message(self) -> str:
        rest = f" (and {len(self.found) - 1} more)" if len(self.found) > 1 else ""
        return f"{self.found[0]}{rest}"

    def help(self) -> str:
        again = longer(self.run, self.program)
        return f"train the head longer, or on more images that have it: {again}"


class NotJudged(Diagnostic):
    """Some attributes are read too badly to judge what moves them.

    ## What it means

    A verdict on a pair rests on classifiers of both attributes. Where one does hardly better than chance on
    data that it has not seen, the audit gives its numbers and refuses the verdict.

    ## Example

    By an encoder whose codes have nothing to do with the images:

    ```console
    $ scmc audit --units 100 --nulls 10 --encoder codes:some 2>&1 | grep -o "warning.W862.: no verdict on pairs with Male"
    warning[W862]: no verdict on pairs with Male
    ```

    ## What to do

    Use more images, or another encoder. `--least-accuracy` says how good a classifier must be.
    """

    code = "W862"

    found: tuple[str, ...]
    least: float

    def message(self) -> str:
        rest = f" (and {len(self.found) - 1} more)" if len(self.found) > 1 else ""
        return f"no verdict on pairs with {self.found[0]}, and {self.least:g} is asked for{rest}"

    def help(self) -> str:
        return "use more images or another encoder, or ask for less: `--least-accuracy`"
