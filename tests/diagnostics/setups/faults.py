"""What no input gives: processes that end, memory that is full, faults of other packages and bugs.

Only the cause is planted; all that follows it is the program's own.
"""

import math
import os
import resource
from itertools import count
from pathlib import Path

from scm_compiler.ir import Graph
from scm_compiler.runtime.controller.wgan_gp.critic import Critic
from tests.diagnostics.setups.images import FACES, faces, trained, write
from tests.diagnostics.setups.made import scmc

ENDING = """import os
import signal
import sys


def end(event, values):
    if event == "open" and {file!r} in str(values[0]) and os.environ.get("RANK", "1") == "1":
        {how}


sys.addaudithook(end)
"""
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
GONE = "os._exit(0)"
HEAD = """from torch.nn.functional import interpolate

from scm_compiler.ir import Image
from scm_compiler.runtime.heads.conditional_gan import trainer
from scm_compiler.runtime.heads.networks import ConvGenerator
from scm_compiler.runtime.heads.options.conditional_gan import OPTIONS, PRESETS
from scm_compiler.runtime.heads.registry import HeadSpec

{name} = HeadSpec("{name}", "", "{name}_head", origin="{name}-head")
"""
CENTRED = """

class generator(ConvGenerator):
    def forward(self, labels, noise):
        images = super().forward(labels, noise)
        return (images - images.mean(0)).clamp(-1, 1)
"""
DOUBLE = """

class generator(ConvGenerator):
    def __init__(self, image, coding, options):
        super().__init__(image, coding, options)
        self.image = Image(image.channels, 2 * image.height, 2 * image.width)

    def forward(self, labels, noise):
        return interpolate(super().forward(labels, noise), scale_factor=2)
"""


def ending(folder, made, file, how):
    """Processes that are started from now on end when they open a file whose name has this.

    Of the processes of a team only the second one does.
    """
    site = folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(ENDING.format(file=file, how=how))
    paths = [str(site), os.environ.get("PYTHONPATH", "")]
    made.patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))


def installed(folder, made, name, text):
    """A package with an image head is installed."""
    site = folder / "site"
    about = site / f"{name}_head-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Name: {name}-head\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[scmc.heads]\n{name} = {name}_head:{name}\n")
    (site / f"{name}_head.py").write_text(HEAD.format(name=name) + text)
    made.patch.syspath_prepend(site)


def reads_its_batch(folder, made):
    """The head `centred`: what it draws of an image depends on those beside it."""
    faces(folder, made)
    installed(folder, made, "centred", CENTRED)


def draws_double(folder, made):
    """`runs/faces-1` of the head `double`, whose images are larger than the program says."""
    faces(folder, made)
    installed(folder, made, "double", DOUBLE)
    scmc(folder, "train -q faces.scm --images drawn-faces:400 --head double --steps 2")


def killed_decoder(folder, made):
    """`photos`, so many that a process decodes them, which is killed at one of them."""
    faces(folder, made)
    write(folder / "photos", 600, 600, "file_name,Male,Mustache")
    ending(folder, made, "0345.png", KILLED)


def killed_sampler(folder, made):
    """`runs/faces-1`; a process that draws is killed before it writes one of its images."""
    trained(folder, made)
    ending(folder, made, "000050.png", KILLED)


def overflow(folder, made):
    """`faces.scm`; after twenty updates, in the third step, the critic's loss is infinite."""
    faces(folder, made)
    backward, updates = Critic.backward, count()

    def overflowing(critic, *rows):
        losses = backward(critic, *rows)
        return losses * math.inf if next(updates) >= 20 else losses

    made.patch.setattr(Critic, "backward", overflowing)


def lost_teammate(folder, made):
    """The second process of a team goes away when the training of the head begins.

    With status 0: where a process fails, torchrun soon ends the others, told or not.
    """
    faces(folder, made)
    ending(folder, made, "manifest.json", GONE)
    made.patch.setenv("TORCH_CPP_LOG_LEVEL", "ERROR")  # gloo warns of some machines' networks


def full_memory(folder, made):
    """`faces.scm` with larger images, and no more than 200 MB of memory left."""
    trained(folder, made)  # so that all libraries are loaded
    (folder / "faces.scm").write_text(FACES.replace("16, 16", "64, 64"))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    usual = resource.getrlimit(resource.RLIMIT_AS)
    made.after(lambda: resource.setrlimit(resource.RLIMIT_AS, usual))
    most = pages * resource.getpagesize() + 200 * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, usual[1]))


def forgotten_node(folder, made):
    """`model.scm`, and a bug: the parents of the last node are not listed."""
    (folder / "model.scm").write_text("graph model\nMale, Young : binary\nMale -> Young\n")
    listed = Graph.parents.func
    made.patch.setattr(Graph.parents, "func", lambda graph: dict([*listed(graph).items()][:-1]))
    made.patch.delenv("SCMC_DEBUG", raising=False)


SETUPS = {
    "E501": reads_its_batch,
    "E571": reads_its_batch,
    "E679": killed_decoder,
    "E691": draws_double,
    "E702": overflow,
    "E721": lost_teammate,
    "E722": killed_sampler,
    "E723": full_memory,
    "E901": forgotten_node,
}
