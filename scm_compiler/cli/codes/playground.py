"""E875 to E877 and W875: the playground."""

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
      = help: `npm install pyodide`, or unpack a release of Pyodide, which has numpy, and name its folder with `--pyodide`
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
            "`npm install pyodide`, or unpack a release of Pyodide, which has numpy, and name its "
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
      = help: put that wheel of Pyodide's release beside the other files, and write the page again
    ```

    ## What to do

    Download the wheel from the release of Pyodide that the package is of, put it beside the other
    files, and write the page again; or name the folder of a full release with `--pyodide`.
    """

    code = "W875"

    path: str
    wheel: str

    def message(self) -> str:
        return (
            f"there is no `{self.wheel}` in `{self.path}`: the page draws programs but has no "
            "numbers"
        )

    def help(self) -> str:
        return (
            "put that wheel of Pyodide's release beside the other files, and write the page again"
        )


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
