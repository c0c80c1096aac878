"""Fetch the National Supported Work experiment, and the people that Lalonde set beside it.

    python fetch.py

The package `causaldata` of PyPI (MIT) holds both as files of Stata. Written are `experiment.csv`,
the experiment, and `observational.csv.gz`, its treated men beside men of the Current Population
Survey; dollars to the cent. Needs pip and pandas.
"""

import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

import pandas as pd

VERSION = "0.1.5"
SHA256 = "5604fb84000c6a8ae3e93630b3624e9f2af4f8700e4465ec3586998b3522fd1c"
NAMES = {
    "treat": "Treat",
    "age": "Age",
    "educ": "Education",
    "black": "Black",
    "hisp": "Hispanic",
    "marr": "Married",
    "nodegree": "NoDegree",
    "re74": "Re74",
    "re75": "Re75",
    "re78": "Re78",
}


def download(folder: str) -> bytes:
    """The source of the package, as it was when this was written."""
    wanted = [f"causaldata=={VERSION}", "--no-deps", "--no-binary", ":all:", "-q", "-d", folder]
    subprocess.run([sys.executable, "-m", "pip", "download", *wanted], check=True)  # noqa: S603
    (path,) = Path(folder).glob("causaldata-*.tar.gz")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ValueError(f"{path.name} is another file than it was")
    return content


def read(content: bytes, name: str) -> pd.DataFrame:
    """One table of the package, with the columns of the examples."""
    inside = f"causaldata-{VERSION}/causaldata/{name}/{name}.dta"
    with tarfile.open(fileobj=BytesIO(content)) as archive:
        stream = archive.extractfile(inside)
        assert stream is not None
        table = pd.read_stata(BytesIO(stream.read()))[list(NAMES)].rename(columns=NAMES)
    earnings = table[["Re74", "Re75", "Re78"]].astype(float).round(2)
    return table.assign(**earnings)


def main() -> None:
    """Write both tables and say what they hold."""
    with tempfile.TemporaryDirectory() as folder:
        content = download(folder)
    experiment, others = read(content, "nsw_mixtape"), read(content, "cps_mixtape")
    treated = experiment[experiment["Treat"] == 1]
    observational = pd.concat([treated, others])
    experiment.to_csv("experiment.csv", index=False, lineterminator="\n")
    text = observational.to_csv(index=False, lineterminator="\n").encode()
    Path("observational.csv.gz").write_bytes(gzip.compress(text, mtime=0))
    for name, table in (("experiment", experiment), ("observational", observational)):
        means = table.groupby("Treat")["Re78"].mean()
        print(f"{name}: {len(table):,} rows, difference of means {means[1] - means[0]:,.0f}")


if __name__ == "__main__":
    main()
