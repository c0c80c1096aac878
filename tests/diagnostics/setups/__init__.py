"""What the examples of the pages start from: for each code, what is in the folder before."""

from tests.diagnostics.setups import files, images, interchange, queries, runs

SETUPS = {
    code: setup
    for topic in (files, images, interchange, queries, runs)
    for code, setup in topic.SETUPS.items()
}
"""code -> `setup(folder, made)`; the other examples start from nothing."""

SLOW = {"E434", "W690", "W691"}

NOT_RUN = {
    "E437": "a model whose answer takes so long and still fits in memory is minutes in the making",
    "E501": "no program gives it: a build is compiled anew; other tests plant such a fault",
    "E679": "a process that decodes images would have to be killed meanwhile",
    "E691": "the command line resizes what it reads; another test has a generator of another size",
    "E702": "which settings diverge differs from machine to machine; other tests plant it",
    "E721": "a process of a team would have to be killed meanwhile",
    "E722": "a process that draws would have to be killed meanwhile",
    "E723": "it takes a GPU whose memory is full",
    "E835": "it takes a value that none of a hundred thousand draws gives",
    "E901": "an input that gave it would be mended",
}
"""code -> why its example cannot be run."""
