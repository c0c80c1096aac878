"""E71x: image heads in runs, and their training on several devices."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class ImageHasHead(Diagnostic):
    """The run already has a head for this image.

    ## What it means

    A head that is trained, or whose training has begun, is not replaced: the run would no longer
    be what its metrics and pictures show.

    ## Example

    ```console
    $ scmc train --run runs/faces-1 --stage images --head causal_began
    error[E711]: `runs/faces-1` already has the head `causal_gan` for `Face`
      = help: `--resume` goes on with it; for another head, train a new run
    ```

    ## What to do

    Go on with that head (`--resume`), or train a new run.
    """

    code = "E711"

    path: str
    node: str
    head: str

    def message(self) -> str:
        return f"`{self.path}` already has the head `{self.head}` for `{self.node}`"

    def help(self) -> str:
        return "`--resume` goes on with it; for another head, train a new run"


class ImagesChanged(Diagnostic):
    """The images are not those that the training began with.

    ## What it means

    A training goes on with the same images and labels, or its result would belong to no data.
    The run knows their fingerprint, and what its source holds now has another one.

    ## Example

    ```console
    $ sed -i 's/0007.png,1/0007.png,0/' photos/metadata.csv
    $ scmc train --resume
    resuming runs/faces-1 with mle, seed 0
    error[E712]: `folder:photos` no longer holds the images that `Face` was trained on
      = help: put the images back as they were, or train a new run
    ```

    ## What to do

    Put the images back as they were, or train a new run.
    """

    code = "E712"

    source: str
    node: str

    def message(self) -> str:
        return f"`{self.source}` no longer holds the images that `{self.node}` was trained on"

    def help(self) -> str:
        return "put the images back as they were, or train a new run"


class BatchNotShared(Diagnostic):
    """The batch cannot be divided equally among the processes.

    ## What it means

    Each of N processes computes the gradients of its share of every batch, and their mean is that
    of the whole batch only if the shares are equal.

    ## Example

    ```console
    $ scmc train faces.scm --images drawn-faces:100 --device cpu --devices 3
    error[E714]: a batch of 32 images cannot be divided equally among 3 processes
      = help: `--option batch=33` can
    ```

    ## What to do

    Choose a batch that is a multiple of the number of processes, with two images for each at
    least.
    """

    code = "E714"

    batch: int
    processes: int

    def message(self) -> str:
        among = f"among {self.processes} processes"
        return f"a batch of {self.batch} images cannot be divided equally {among}"

    def help(self) -> str:
        near = max(2, -(-self.batch // self.processes)) * self.processes
        return f"`--option batch={near}` can"


class NoImageToTrain(Diagnostic):
    """Images are to be trained, and there is nothing to train them from.

    ## What it means

    `--stage images` trains the heads of a graph's images. The graph has no image, or no images
    were named and the drawn faces that come with scmc do not show its labels.

    ## Example

    ```console
    $ scmc train -q hats.scm --data csv:hats.csv --stage labels
    TVD      0.0000 to the data, over all 4 cells
    time     0.0 s
    run      runs/hats-1
    next     scmc query "P(Hat | do(Male=1))"
    $ scmc train --stage images
    error[E718]: no image of `hats` can be trained: no images were named for `Face`
      = help: name them with `--images`, such as `--images folder:photos`
    ```

    ## What to do

    Name the images: `--images folder:photos`.
    """

    code = "E718"

    name: str
    reason: str

    def message(self) -> str:
        return f"no image of `{self.name}` can be trained: {self.reason}"

    def help(self) -> str:
        return "name them with `--images`, such as `--images folder:photos`"
