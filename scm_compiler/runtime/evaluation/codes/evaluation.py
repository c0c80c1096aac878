"""E69x, W69x, N69x: the evaluation of a run."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class TooFewImages(Diagnostic):
    """The data hold too few images to measure a generator against.

    ## What it means

    The evaluation trains its own networks on one part of the real images and tries them on
    another part that they have not seen. With a few dozen images neither part says anything.

    ## Example

    ```console
    $ scmc eval runs/faces-1
    evaluating: labels
    evaluating: real images
    error[E690]: `drawn-faces:100` has 100 images, too few to measure a generator against
      = help: at least 64 images are needed to learn from and 64 to try on
    ```

    ## What to do

    Evaluate with more images of the same kind. Where the source has its own parts (train, valid,
    test), both the first and the others need enough of them.
    """

    code = "E690"

    origin: str
    images: int
    least: int

    def message(self) -> str:
        return (
            f"`{self.origin}` has {self.images:,} images, too few to measure a generator against"
        )

    def help(self) -> str:
        return f"at least {self.least} images are needed to learn from and {self.least} to try on"


class ImageShapesDiffer(Diagnostic):
    """The generator's images have another shape than the real ones.

    ## What it means

    A generated image can be compared with real ones of its own size and number of channels only.
    Real images are read in the shape that the program declares, and the heads of scmc draw in it.
    A head of another package may draw in another, such as `double` here.

    ## Example

    ```console
    $ scmc eval runs/faces-1
    evaluating: labels
    evaluating: real images
    error[E691]: the images of `Face` are 3x32x32, those of `drawn-faces:400` 3x16x16
      = help: evaluate on the data that the head was trained on
    ```

    ## What to do

    Use another head, and report it to the package that the head is from. In Python, evaluate on
    the data that the head was trained on.
    """

    code = "E691"

    node: str
    generated: tuple[int, int, int]
    origin: str
    real: tuple[int, int, int]

    def message(self) -> str:
        ours, theirs = ("x".join(map(str, shape)) for shape in (self.generated, self.real))
        return f"the images of `{self.node}` are {ours}, those of `{self.origin}` {theirs}"

    def help(self) -> str:
        return "evaluate on the data that the head was trained on"


class WeakJudge(Diagnostic):
    """The independent classifier cannot read a label off real images.

    ## What it means

    The agreement between a label and its images is read by a classifier that was trained on the
    real images alone. Where it hardly does better than chance on real images that it has not
    seen, its reading of generated ones says little as well.

    ## Example

    On pictures of noise, in which no label can be seen:

    ```console
    $ scmc eval 2>&1 | grep -o "warning.W690.: the classifier can hardly read .Male. off real images"
    warning[W690]: the classifier can hardly read `Male` off real images
    ```

    ## What to do

    Read that label's scores with care. More images help, if the label can be seen at all.
    """

    code = "W690"

    name: str
    auc: float

    def message(self) -> str:
        found = f"(AUC {self.auc:.3f})"
        return f"the classifier can hardly read `{self.name}` off real images {found}"

    def help(self) -> str:
        return "read its scores with care; more images help, if it can be seen at all"


class BeyondTheData(Diagnostic):
    """An intervention asks for combinations of labels that the real images hardly show.

    ## What it means

    Under `do(...)` a label is cut from its causes, so that images are asked for that never occur,
    such as women with a mustache. Neither the generator nor the classifier that reads its images
    has seen such an image: both extrapolate. The report says which share of each intervention's
    images that is.

    ## Example

    Of pictures of which hardly any is of a woman with a mustache:

    ```console
    $ scmc eval 2>&1 | grep W691
    warning[W691]: under do(Mustache=1), 52 % of the images have labels seen on fewer than 5 real images
    ```

    ## What to do

    Look at such images by eye before you trust their scores. Drawn faces do not have this limit:
    their classifier learns from faces with any combination of labels.
    """

    code = "W691"

    regime: str
    share: float
    fewer: int
    others: int = 0

    def message(self) -> str:
        found = f"{self.share:.0%}".replace("%", " %")
        rest = f" (and {self.others} more interventions)" if self.others else ""
        few = f"fewer than {self.fewer} real images"
        return f"under {self.regime}, {found} of the images have labels seen on {few}{rest}"

    def help(self) -> str:
        return f'look at some before you trust their scores: `scmc sample "{self.regime}" -n 10 -o look.png`'


class OtherRealImages(Diagnostic):
    """The real images are not those that the head was trained on.

    ## What it means

    The head's own source holds other images or labels by now. Which of them are held out is
    decided anew, so that the head may have learnt from some that it is measured against.

    ## Example

    ```console
    $ sed -i 's/0007.png,1/0007.png,0/' photos/metadata.csv
    $ scmc eval 2>&1 | grep W692
    warning[W692]: `folder:photos` no longer holds the images that `Face` was trained on: it may have learnt from some that it is measured against
    ```

    ## What to do

    Put the images back as they were, or name others with `--images`.
    """

    code = "W692"

    source: str
    node: str

    def message(self) -> str:
        then = f"`{self.source}` no longer holds the images that `{self.node}` was trained on"
        return f"{then}: it may have learnt from some that it is measured against"

    def help(self) -> str:
        return "put the images back as they were, or name others with `--images`"


class LabelsOnly(Diagnostic):
    """The run has no trained image head, so only its labels were evaluated.

    ## What it means

    The report holds what can be said of the label model: its distance to the data, its small
    tables and its interventions. It says nothing about images.

    ## Example

    ```console
    $ scmc eval 2>&1 | grep note
    note[N690]: no head is trained for `Face`: the report is on labels only
    ```

    ## What to do

    Nothing, if the labels are what you want to know about.
    """

    code = "N690"

    names: tuple[str, ...]

    def message(self) -> str:
        names = ", ".join(f"`{name}`" for name in self.names)
        return f"no head is trained for {names}: the report is on labels only"


class NoDataBehind(Diagnostic):
    """An evaluation of a run that was imported and not trained.

    ## What it means

    `scmc eval` compares a model with the data that it was trained on. The tables of this run came
    from a file, so there are no data to compare them with.

    ## Example

    ```console
    $ scmc import -q rain.bif
    wrote rain.scm: 2 labels, 1 edge
    run   runs/rain-1
    $ scmc eval
    error[E832]: `runs/rain-1` was imported from `bif:rain.bif`: there are no data to compare with
      = help: ask it questions, or train its graph on data
    ```

    ## What to do

    Ask the run (`scmc query`, `scmc sample`), or train its graph on data and evaluate that.
    """

    code = "E832"

    path: str
    origin: str

    def message(self) -> str:
        """The run and where it came from."""
        return (
            f"`{self.path}` was imported from `{self.origin}`: there are no data to compare with"
        )

    def help(self) -> str:
        """What to do."""
        return "ask it questions, or train its graph on data"


class NotPainted(Diagnostic):
    """A label that cannot be painted on photographs.

    ## What it means

    With `--painted`, `scmc eval` trains a second classifier on photographs of which some have the
    label painted on them, so that it knows it on people who never have it. That takes a painter,
    photographs, and an image that reads the label.

    ## Example

    ```console
    $ scmc eval runs/faces-1 --painted Male
    evaluating: labels
    evaluating: real images
    error[E666]: `Male` cannot be painted on photographs: only Mustache can be
      = help: leave `--painted` out, or name another label
    ```

    ## What to do

    Ask for a label that can be painted, of a run whose images are photographs of aligned faces, or
    evaluate without `--painted`.
    """

    code = "E666"

    name: str
    reason: str

    def message(self) -> str:
        return f"`{self.name}` cannot be painted on photographs: {self.reason}"

    def help(self) -> str:
        return "leave `--painted` out, or name another label"
