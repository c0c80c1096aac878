"""E693 and E694, W693: counterfactuals of photos."""

import shlex

from scm_compiler.diagnostics.diagnostic import Diagnostic


class CannotAbduct(Diagnostic):
    """The head of an image does not tell the noise behind a photo.

    ## What it means

    A counterfactual of a given photo keeps the photo's noise, so that the noise must be found
    first. The heads with an encoder do that: `vae` and `causal_vae`. For any other head an encoder
    is trained by itself, once the head is; or an editor, which turns labels of a photo and needs no
    noise.

    ## Example

    ```console
    $ scmc sample "do(Male=0)" --of photo.png -o had.png
    error[E693]: the head `causal_gan` of `Face` does not tell the noise behind a photo
      = help: train an encoder for it: `scmc train --run runs/faces-1 --stage encoder`
    ```

    ## What to do

    Train an encoder for the head (`--stage encoder`) or an editor (`--stage editor`), go on with
    one that was stopped
    (`--resume`), or train a head that has one: `--head vae` or `--head causal_vae`.
    """

    code = "E693"

    head: str
    node: str
    path: str
    begun: bool = False

    def message(self) -> str:
        return f"the head `{self.head}` of `{self.node}` does not tell the noise behind a photo"

    def help(self) -> str:
        command = f"scmc train --run {shlex.quote(self.path)}"
        if self.begun:
            return f"go on with the training of its encoder: `{command} --resume`"
        return f"train an encoder for it: `{command} --stage encoder`"


class NoPhoto(Diagnostic):
    """A photo cannot be read.

    ## What it means

    There is no file of that name, it is no image, or the folder holds none. Images of every size
    and mode are read: the largest centred box of the image node's proportions is shrunk to its
    size, and colour is turned to grey where the node is grey.

    ## Example

    ```console
    $ scmc sample "do(Male=0)" --of me.png -o had.png
    error[E694]: cannot read the photo `me.png`: no such file or folder
      = help: name a picture, such as a JPEG or PNG file, or a folder of such files
    ```

    ## What to do

    Name a picture file, such as a JPEG or PNG, or a folder of such files.
    """

    code = "E694"

    path: str
    reason: str

    def message(self) -> str:
        return f"cannot read the photo `{self.path}`: {self.reason}"

    def help(self) -> str:
        return "name a picture, such as a JPEG or PNG file, or a folder of such files"


class BadlyRebuilt(Diagnostic):
    """A photo is not one of those that the head can draw.

    ## What it means

    The head found the photo's noise and drew it again, and that is far from the photo: the mean
    difference is more than a tenth of the pixels' range. The photo may show something else than
    the images that the head was trained on. What it would have been then means little.

    ## Example

    ```console
    $ scmc sample "do(Male=0)" --of white.png -o had.png 2>&1 | grep W693
    warning[W693]: `white.png` is rebuilt with a mean error of 0.5: the head hardly knows such images
    ```

    ## What to do

    Cut the photo as the training images are cut, or train the head on such photos.
    """

    code = "W693"

    name: str
    error: float

    def message(self) -> str:
        known = "the head hardly knows such images"
        return f"`{self.name}` is rebuilt with a mean error of {self.error:.1f}: {known}"

    def help(self) -> str:
        return (
            "cut it as the training images are cut, or look longer for its noise: `--refine 500`"
        )
