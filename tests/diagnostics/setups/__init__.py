"""What the examples of the pages start from: for each code, what is in the folder before."""

from tests.diagnostics.setups import files, images, interchange, queries, runs

SETUPS = {
    code: setup
    for topic in (files, images, interchange, queries, runs)
    for code, setup in topic.SETUPS.items()
}
"""code -> `setup(folder, made)`; the other examples start from nothing."""

SLOW = {"E434"}

NOT_RUN = {
    "E437": "not yet",
    "E452": "not yet",
    "E501": "no program gives it: a build is compiled anew; other tests plant such a fault",
    "E659": "not yet",
    "E679": "a process that decodes images would have to be killed meanwhile",
    "E691": "not yet",
    "E702": "not yet",
    "E721": "a process of a team would have to be killed meanwhile",
    "E722": "a process that draws would have to be killed meanwhile",
    "E723": "it takes a GPU whose memory is full",
    "E835": "it takes a value that none of a hundred thousand draws gives",
    "E901": "an input that gave it would be mended",
    "W690": "not yet",
    "W691": "not yet",
}
"""code -> why its example cannot be run."""
