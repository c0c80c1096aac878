"""E640: the layout of images."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.runtime.data.codes.data import quoted


class ClassesOfNoLabel(Diagnostic):
    """It is not known which label the classes of the images are values of.

    ## What it means

    The folders that pictures lie in, `dataset.json` or the `.cls` files of a tar shard give each
    picture one class. A class is a value of a label, by its name. Either none of the labels that
    are needed has values of these names, or several have.

    ## Example

    ```console
    $ ls photos
    blue
    red
    $ scmc train shirts.scm --images folder:photos
    error[E640]: the classes `blue` and `red` of `photos` are values of no label that is needed
      = help: declare a label with these values, such as `Red : categorical(blue, red)`, or write a table `metadata.csv` with the columns `file_name, Red`
    ```

    ## What to do

    Declare the label with the names of the classes as its values: `categorical(blue, red)`. Where
    several labels have such values, say which one is meant: `folder:photos?label=Shirt`. Where the
    pictures show more labels than one, write a table: classes tell one alone.
    """

    code = "E640"

    path: str
    classes: tuple[str, ...]
    needed: tuple[str, ...]
    fitting: tuple[str, ...] = ()

    def message(self) -> str:
        of = "no label that is needed"
        if self.fitting:
            of = f"one of {quoted(self.fitting)}, and it is not said of which"
        named = quoted(self.classes)
        if len(self.classes) == 2:
            named = " and ".join(f"`{name}`" for name in self.classes)
        return f"the classes {named} of `{self.path}` are values of {of}"

    def help(self) -> str:
        if self.fitting:
            return f"say so behind the path: `?label={self.fitting[0]}`"
        name = self.needed[0] if self.needed else "Kind"
        values = ", ".join(self.classes[:8])
        table = f"write a table `metadata.csv` with the columns `file_name, {name}`"
        if len(self.classes) < 2 or not all(c.isidentifier() for c in self.classes):
            return table
        kind = f"categorical({values})"
        return f"declare a label with these values, such as `{name} : {kind}`, or {table}"
