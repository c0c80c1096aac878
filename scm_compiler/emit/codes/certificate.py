"""E5xx: the certificate of Definition 1, and builds."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class Inconsistent(Diagnostic):
    """The module is not consistent with its graph.

    ## What it means

    Definition 1 of Kocaoglu et al. (2017): every mechanism is a function of the node's parents
    and of noise that is the node's own (or that a `<->` shares). A check of the certificate found
    a mechanism of which that is not so. A module that scmc compiles from a graph never fails;
    a changed module, build or run can, and so can the head of another package: here `centred`,
    which takes off each image the mean of those that are drawn with it.

    ## Example

    ```console
    $ scmc train -q faces.scm --images drawn-faces:100 --head centred --steps 2
    error[E501]: the module is not consistent with the graph: an image of Face differs alone and in a batch
      = help: the check `image Face: rows` of the certificate found this; train the head again
    ```

    ## What to do

    Compile the program again with `scmc compile`. If the freshly compiled module fails too, that
    is a bug of scmc: please report it with the program. Where an image is named, the fault is its
    head's: train it again, with lower rates if its pixels are no numbers, and if that does not
    help, report it to the package that the head is from.
    """

    code = "E501"

    check: str
    violation: str

    def message(self) -> str:
        return f"the module is not consistent with the graph: {self.violation}"

    def help(self) -> str:
        way = "train the head again" if self.check.startswith("image ") else "compile again"
        return f"the check `{self.check}` of the certificate found this; {way}"


class BuildFileChanged(Diagnostic):
    """A file of a build is not as it was written.

    ## What it means

    A build holds the SHA-256 of each of its files in `manifest.json`, and this file no longer has
    its own: it was edited, cut short, or only partly copied.

    ## Example

    ```console
    $ echo "# mine" >> build/celeba_g1/model.py
    $ scmc verify build/celeba_g1
    error[E502]: `build/celeba_g1/model.py` is not the file that was compiled
      = help: it was edited or cut short; run `scmc compile` again
    ```

    ## What to do

    Compile again. To change the emitted `model.py`, copy it elsewhere first.
    """

    code = "E502"

    path: str

    def message(self) -> str:
        return f"`{self.path}` is not the file that was compiled"

    def help(self) -> str:
        return "it was edited or cut short; run `scmc compile` again"


class BuildFileMissing(Diagnostic):
    """A file of a build is gone.

    ## What it means

    The build's `manifest.json` lists this file, and it is not in the folder or cannot be read.

    ## Example

    ```console
    $ rm build/celeba_g1/graph.json
    $ scmc verify build/celeba_g1
    error[E503]: `build/celeba_g1/graph.json` is missing
      = help: run `scmc compile` again
    ```

    ## What to do

    Compile again, or copy the whole folder.
    """

    code = "E503"

    path: str

    def message(self) -> str:
        return f"`{self.path}` is missing"

    def help(self) -> str:
        return "run `scmc compile` again"


class NotABuild(Diagnostic):
    """The path does not lead to a build.

    ## What it means

    A build is the folder that `scmc compile` makes, with a `manifest.json`. There is nothing at
    this path, or something else.

    ## Example

    ```console
    $ scmc verify build/celeba
    error[E506]: `build/celeba` is not a build: there is no such folder
      = help: `scmc compile FILE` makes one
    ```

    ## What to do

    Correct the path, or make a build with `scmc compile FILE`.
    """

    code = "E506"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not a build: {self.reason}"

    def help(self) -> str:
        return "`scmc compile FILE` makes one"


class CertificateDiffers(Diagnostic):
    """A stored certificate does not say what the checks find.

    ## What it means

    `scmc verify` ran the checks again, with the seed and sizes that the certificate names, and
    the outcome is another one than what is stored.

    ## Example

    With another number of examined labels in `certificate.json`, and the file's hash in `manifest.json` set right:

    ```console
    $ scmc verify build/celeba_g1
    error[E507]: `build/celeba_g1/certificate.json` is not this build's certificate: its `checks` is not what the checks find
      = help: run `scmc compile` again
    ```

    ## What to do

    Compile again.
    """

    code = "E507"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not this build's certificate: {self.reason}"

    def help(self) -> str:
        return "run `scmc compile` again"


class FolderTaken(Diagnostic):
    """The folder to write a build to holds something else.

    ## What it means

    `scmc compile` replaces a whole build folder, and this folder is not an earlier build: it
    would destroy other files. Nothing was changed.

    ## Example

    ```console
    $ echo mine > notes.txt
    $ scmc compile sprinkler -o .
    error[E508]: `.` holds files that are not a build
      = help: name another folder with `-o DIR`; nothing was changed
    ```

    ## What to do

    Name another folder with `-o DIR`.
    """

    code = "E508"

    path: str
    folder: bool = True

    def message(self) -> str:
        held = "holds files that are not a build" if self.folder else "is not a folder"
        return f"`{self.path}` {held}"

    def help(self) -> str:
        return "name another folder with `-o DIR`; nothing was changed"
