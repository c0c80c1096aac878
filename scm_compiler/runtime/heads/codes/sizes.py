"""W640: sizes of images that no head draws."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class ImageTooLarge(Diagnostic):
    """No installed head can draw an image of this size.

    ## What it means

    The program is right, and its labels can be trained and asked for; but of the heads that come
    with scmc and those of installed packages none draws an image of this size. Those of scmc draw
    any rectangle of up to 256 pixels on each side.

    ## Example

    ```console
    $ cat large.scm
    graph large
    Male : binary
    Face : image(3, 512, 512)
    Male -> Face
    $ scmc check large.scm
    warning[W640]: no installed head can draw `Face` at 512 by 512 pixels
     --> large.scm:3:1
      |
    3 | Face : image(3, 512, 512)
      | ^^^^
      = help: the nearest size is `image(3, 256, 256)`; pictures are resized when they are read
    large.scm: ok: 1 label, 1 image, 1 edge, 1 warning
    ```

    ## What to do

    Declare the nearest size, or install a package with a head that draws larger images. The
    pictures are resized when they are read, so the data need not change.
    """

    code = "W640"

    node: str
    height: int
    width: int
    nearest: tuple[int, int, int]

    def message(self) -> str:
        size = f"{self.height} by {self.width} pixels"
        return f"no installed head can draw `{self.node}` at {size}"

    def help(self) -> str:
        kind = f"image({', '.join(map(str, self.nearest))})"
        return f"the nearest size is `{kind}`; pictures are resized when they are read"
