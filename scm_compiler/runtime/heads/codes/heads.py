"""E66x: image heads, and what they can be asked for."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest
from scm_compiler.ir.domain import Image


class ImageSizeUnsupported(Diagnostic):
    """The head cannot draw images of this size.

    ## What it means

    A head says which images it can draw. Those that come with scmc draw any rectangle of up to 256
    pixels on each side.

    ## Example

    ```scm title="faces.scm"
    graph faces
    Male : binary
    Face : image(3, 512, 512)
    Male -> Face
    ```

    ```console
    $ scmc train faces.scm --images folder:photos
    error[E660]: the head `causal_gan` cannot draw `Face` at 512 by 512 pixels
      = help: the nearest size that it can do is 256 by 256
    ```

    ## What to do

    Declare the nearest size that the head can do, here `image(3, 256, 256)`. The pictures are
    resized when they are read, so the data need not change.
    """

    code = "E660"

    head: str
    node: str
    image: Image
    nearest: Image

    def message(self) -> str:
        """The size asked for."""
        size = f"at {self.image.height} by {self.image.width} pixels"
        if self.image.channels != self.nearest.channels:
            size = f"as image({self.image.channels}, {self.image.height}, {self.image.width})"
        return f"the head `{self.head}` cannot draw `{self.node}` {size}"

    def help(self) -> str:
        """The nearest size."""
        near = self.nearest
        if self.image.channels != near.channels:
            return f"the nearest is image({near.channels}, {near.height}, {near.width})"
        return f"the nearest size that it can do is {near.height} by {near.width}"


class HeadUnknown(Diagnostic):
    """No image head has this name.

    ## What it means

    An image node gets its generator from a registered head. The built-in heads are
    `causal_gan`, `causal_began` and `conditional_gan`; an installed package may register more
    through the entry point group `scmc.heads`.

    ## Example

    ```console
    $ scmc train faces.scm --head causalgan
    error[E661]: no image head is called `causalgan`
      = help: did you mean `causal_gan`? The heads are `causal_gan`, `causal_began`, `conditional_gan`, `vae`, `causal_vae`
    ```

    ## What to do

    Use one of the names listed, or install the package that brings the head.
    """

    code = "E661"

    name: str
    known: tuple[str, ...]

    def message(self) -> str:
        """The name."""
        return f"no image head is called `{self.name}`"

    def help(self) -> str:
        """The likely head, and all of them."""
        near = closest(self.name, self.known)
        listed = ", ".join(f"`{name}`" for name in self.known)
        return f"did you mean `{near}`? The heads are {listed}" if near else f"the heads: {listed}"


class HeadOption(Diagnostic):
    """An option of an image head is unknown, or its value does not fit.

    ## What it means

    Every head lists its options with their types and bounds; a preset (`default`, `paper`) gives
    each a value. An option that the head does not have, a preset that it does not have, a value
    outside the bounds and two values that exclude each other are refused before training starts.

    ## Example

    ```console
    $ scmc train faces.scm --head causal_gan --option width=0
    error[E662]: `width` of the head `causal_gan`: input should be greater than or equal to 4
      = help: leave it out to use the preset's value
    ```

    ## What to do

    Give the option a value that the message allows, or leave it out to use the preset's.
    """

    code = "E662"

    head: str
    option: str
    reason: str

    def message(self) -> str:
        """The option and what is wrong with it."""
        return f"`{self.option}` of the head `{self.head}`: {self.reason}"

    def help(self) -> str:
        """What to do."""
        return "leave it out to use the preset's value"


class JointLabelsTooMany(Diagnostic):
    """The joint Labeler would need too many outputs.

    ## What it means

    With `labeler=joint` the Labeler and the Anti-Labeler have one output for every combination
    of the image's labels (2^d outputs for d binary labels; section 10.4 and Theorem 3 of
    Kocaoglu et al. 2017). scmc allows 256 combinations, which is eight binary labels. Numbers have
    no end of combinations.

    ## Example

    ```console
    $ scmc train drawn_faces --images drawn-faces:100 --head causal_gan --option labeler=joint
    training drawn_faces with mle on celeba-labels: 202,599 rows, 217 distinct, seed 0
    step 1/1  TVD 0.1517  0 s
    certifying
    training Face with causal_gan on drawn-faces:100, seed 0
    error[E663]: a joint Labeler for `Face` needs 512 outputs; at most 256 are allowed
      = help: use `labeler=marginal`, with one output a label
    ```

    ## What to do

    Use `labeler=marginal` (equations 22 to 24): one output a label. It has the same optimum
    where the image determines its labels (section 10.5).
    """

    code = "E663"

    node: str
    combinations: int
    limit: int

    def message(self) -> str:
        """How many outputs it would take; 0 stands for no end of them."""
        outputs = f"{self.combinations} outputs" if self.combinations else "an output a number"
        need = f"a joint Labeler for `{self.node}` needs {outputs}"
        return f"{need}; at most {self.limit} are allowed"

    def help(self) -> str:
        """The other form."""
        return "use `labeler=marginal`, with one output a label"


class HeadReadsLabels(Diagnostic):
    r"""The head reads labels, and a parent of the image is a number.

    ## What it means

    The heads that come with scmc read real parents, each as one number that is scaled as it was
    declared, or as its data are. A head of another package may draw images from labels alone.

    ## Example

    The head `centred` is of a package that does not say that it reads numbers.

    ```console
    $ printf 'Light : real\nPicture : image(3, 16, 16)\nLight -> Picture\n' > light.scm
    $ scmc train light.scm --images pendulum --head centred
    error[E571]: the head `centred` reads labels alone, and the parent `Light` of `Picture` is real
      = help: use `--head causal_gan`, or cut `Light` into classes with `binned(…)`
    ```

    ## What to do

    Choose a head that reads numbers, or cut the real node into classes: `binned(30, 60)` takes the
    same column of numbers. A package whose head reads them says so: `HeadSpec(…, numbers=True)`.
    """

    code = "E571"

    head: str
    node: str
    real: str
    able: str

    def message(self) -> str:
        """The head and the parent."""
        parent = f"the parent `{self.real}` of `{self.node}` is real"
        return f"the head `{self.head}` reads labels alone, and {parent}"

    def help(self) -> str:
        """A head that reads numbers."""
        return f"use `--head {self.able}`, or cut `{self.real}` into classes with `binned(…)`"


class HeadNeedsLabels(Diagnostic):
    """The head works through labels, and the image has none.

    ## What it means

    CausalGAN and CausalBEGAN learn from a Labeler, which reads the image's parents off the image.
    An image without parents gives it nothing to read.

    ## Example

    ```scm title="alone.scm"
    graph alone
    Male : binary
    Face : image(3, 32, 32)
    ```

    ```console
    $ scmc train alone.scm --images drawn-faces:100
    error[E664]: the head `causal_gan` needs labels, and `Face` has no parents
      = help: draw the edges into `Face`, or use the head `conditional_gan`
    ```

    ## What to do

    Draw the edges into the image (`* -> Face` for all labels), or use the head
    `conditional_gan`, which is a plain GAN where there are no labels.
    """

    code = "E664"

    head: str
    node: str

    def message(self) -> str:
        """The head and the image."""
        return f"the head `{self.head}` needs labels, and `{self.node}` has no parents"

    def help(self) -> str:
        """What would do."""
        return f"draw the edges into `{self.node}`, or use the head `conditional_gan`"


class DeviceMissing(Diagnostic):
    """The device that is asked for is not there.

    ## What it means

    `--device cuda` needs an NVIDIA GPU and a build of torch that can use it; `--device mps` needs
    a Mac with Apple silicon. `--devices N` on GPUs needs that many.

    ## Example

    Where torch finds no GPU:

    ```console
    $ scmc train drawn_faces --device cuda
    error[E713]: there is no device `cuda` that torch can use here
      = help: leave `--device` out to use the best that there is
    ```

    ## What to do

    Leave `--device` out, or write `--device cpu`.
    """

    code = "E713"

    device: str
    count: int = 1

    def message(self) -> str:
        several = f" for {self.count} processes" if self.count > 1 else ""
        return f"there is no device `{self.device}` that torch can use here{several}"

    def help(self) -> str:
        return "leave `--device` out to use the best that there is"
