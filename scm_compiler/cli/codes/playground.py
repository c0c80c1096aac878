"""E875 to E878 and W875: the playground."""

from pathlib import Path
from shlex import quote

from scm_compiler.diagnostics.diagnostic import Diagnostic


class PyodideMissing(Diagnostic):
    """The folder holds no release of Pyodide.

    ## What it means

    The page that `scmc playground --export DIR` writes answers in the browser, with a Python that
    runs there: Pyodide. Its files go into the page's folder, so that nothing is fetched from
    elsewhere; they do not come with scmc.

    ## Example

    ```console
    $ scmc playground --export page
    error[E875]: `node_modules/pyodide` is no release of Pyodide: it lacks pyodide.mjs, pyodide.asm.wasm, python_stdlib.zip, pyodide-lock.json, pyodide.asm.mjs
      = help: `npm install pyodide` in this folder; or unpack a release of Pyodide, and name its folder with `--pyodide`
    ```

    ## What to do

    Run `npm install pyodide` in the folder that you are in, or download a release of Pyodide and
    name the folder that it unpacks to with `--pyodide`. A full release has numpy too, without
    which the page draws programs but has no numbers (W875).
    """

    code = "E875"

    path: str
    lacking: tuple[str, ...]

    def message(self) -> str:
        return f"`{self.path}` is no release of Pyodide: it lacks {', '.join(self.lacking)}"

    def help(self) -> str:
        return (
            "`npm install pyodide` in this folder; or unpack a release of Pyodide, and name its "
            "folder with `--pyodide`"
        )


class NoNumpyForPage(Diagnostic):
    """The page was written without numpy, and so has no numbers.

    ## What it means

    Answers are computed with numpy, and the folder of Pyodide has not the wheel of it that its
    `pyodide-lock.json` names: the package of npm has none. The page checks, draws and formats
    programs and says what is identified by which formula; tables that are dropped into it are not
    read.

    ## Example

    ```console
    $ scmc playground --export page
    wrote page: 9.8 MB; open it through any server of files
    warning[W875]: there is no `numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl` in `node_modules/pyodide`: the page draws programs but has no numbers
      = help: fetch it, then write the page to a new folder: `curl -fL https://cdn.jsdelivr.net/pyodide/v314.0.7/full/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl -o node_modules/pyodide/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl`
    ```

    ## What to do

    Fetch the wheel with the command of the help, whose address is the one that Pyodide itself has
    for its packages, and write the page again, to a new folder. A full release of Pyodide, named
    with `--pyodide`, has the wheel.
    """

    code = "W875"

    path: str
    wheel: str
    address: str = ""

    def message(self) -> str:
        return (
            f"there is no `{self.wheel}` in `{self.path}`: the page draws programs but has no "
            "numbers"
        )

    def help(self) -> str:
        then = "then write the page to a new folder"
        if not self.address:
            return f"put that wheel of Pyodide's release beside the other files, {then}"
        return f"fetch it, {then}: {_fetching(self.path, self.wheel, self.address)}"


class WheelBroken(Diagnostic):
    """The wheel of numpy is not the one that Pyodide's release names.

    ## What it means

    A release of Pyodide says of each of its packages what its file must be (SHA-256). A browser
    refuses another, and the page would have no numbers. Often the file was cut short, or is of
    another release.

    ## Example

    ```console
    $ scmc playground --export page
    error[E878]: `node_modules/pyodide/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl` is not the file that this release of Pyodide names
      = help: fetch it again: `curl -fL https://cdn.jsdelivr.net/pyodide/v314.0.7/full/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl -o node_modules/pyodide/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl`
    ```

    ## What to do

    Fetch it again with the command of the help.
    """

    code = "E878"

    path: str
    wheel: str
    address: str = ""

    def message(self) -> str:
        return (
            f"`{Path(self.path) / self.wheel}` is not the file that this release of Pyodide names"
        )

    def help(self) -> str:
        if not self.address:
            return "take it from the release that the other files are of"
        return f"fetch it again: {_fetching(self.path, self.wheel, self.address)}"


def _fetching(path: str, wheel: str, address: str) -> str:
    """The command that puts a wheel where it belongs."""
    return f"`curl -fL {quote(address)} -o {quote(str(Path(path) / wheel))}`"


class PageFolderTaken(Diagnostic):
    """The folder that the page is to be written to holds something.

    ## What it means

    `scmc playground --export DIR` makes a folder of its own and replaces nothing.

    ## Example

    ```console
    $ mkdir page && touch page/mine && scmc playground --export page
    error[E876]: `page` is not empty
      = help: name a new folder, or remove this one first
    ```

    ## What to do

    Name another folder, or remove this one first.
    """

    code = "E876"

    path: str

    def message(self) -> str:
        return f"`{self.path}` is not empty"

    def help(self) -> str:
        return "name a new folder, or remove this one first"


class PortTaken(Diagnostic):
    """The port cannot be listened on.

    ## What it means

    Another program listens there, or the system does not let this one.

    ## Example

    ```console
    $ scmc playground --port 80
    error[E877]: port 80 cannot be listened on: Permission denied
      = help: leave `--port` out, and a free one is taken
    ```

    ## What to do

    Leave `--port` out, or name another one above 1023.
    """

    code = "E877"

    port: int
    reason: str

    def message(self) -> str:
        return f"port {self.port} cannot be listened on: {self.reason}"

    def help(self) -> str:
        return "leave `--port` out, and a free one is taken"
