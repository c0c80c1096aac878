"""E870: what editors need."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NoLanguageServer(Diagnostic):
    """The package that speaks with editors is not installed.

    ## What it means

    `scmc lsp` answers an editor in the language server protocol, for which it uses `pygls`. That
    package is an extra, since only editors need it.

    ## Example

    ```console
    $ scmc lsp
    error[E870]: `scmc lsp` needs the package `pygls`
      = help: `pip install "scm-compiler[editor]"`
    ```

    ## What to do

    Install it with the command that the help line shows.
    """

    code = "E870"

    def message(self) -> str:
        return "`scmc lsp` needs the package `pygls`"

    def help(self) -> str:
        return '`pip install "scm-compiler[editor]"`'
