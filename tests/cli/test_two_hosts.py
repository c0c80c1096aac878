"""Training on two hosts: two network namespaces with addresses of their own; needs root."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from scm_compiler.cli.main import main
from scm_compiler.runtime.storage.tensors import read_tensors
from tests.copies import Copy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None,
        reason="network namespaces need root and iproute2",
    ),
]
PROGRAM = "graph f\nMale : binary\nF : image(3, 16, 16)\nMale -> F\n"
SMALL = ["--option", "width=4", "--option", "batch=8", "--option", "noise_size=4"]
DRAWN = ["--images", "drawn-faces:60", "--device", "cpu", "--precision", "float32"]
TRAIN = ["train", "f.scm", "-q", *DRAWN, *SMALL]


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def hosts():
    """The names of two namespaces that a cable joins, 10.77.0.1 and 10.77.0.2."""
    names = [f"scmc{os.getpid()}{end}" for end in "ab"]
    links = [f"sv{os.getpid() % 100_000}{end}" for end in "ab"]
    try:
        for name in names:
            try:
                ip("netns", "add", name)
            except subprocess.CalledProcessError:
                pytest.skip("no network namespaces here")
        ip("link", "add", links[0], "type", "veth", "peer", "name", links[1])
        for place, (name, link) in enumerate(zip(names, links, strict=True), 1):
            ip("link", "set", link, "netns", name)
            ip("-n", name, "addr", "add", f"10.77.0.{place}/24", "dev", link)
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", link, "up")
        yield list(zip(names, links, strict=True))
    finally:
        for name in names:
            with suppress(subprocess.CalledProcessError):
                ip("netns", "del", name)


@pytest.fixture
def start(hosts, tmp_path):
    """Starts the same command on both hosts, as torchrun wants it."""
    (tmp_path / "f.scm").write_text(PROGRAM)

    def begin(words, port):
        return [
            subprocess.Popen(
                [
                    *("ip", "netns", "exec", name, sys.executable, "-m", "torch.distributed.run"),
                    *("--nnodes", "2", "--nproc-per-node", "1", "--node-rank", str(rank)),
                    *("--master-addr", "10.77.0.1", "--master-port", str(port)),
                    *("-m", "--", "scm_compiler", *words),
                ],
                cwd=tmp_path,
                env=environment(tmp_path, GLOO_SOCKET_IFNAME=link),
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
            for rank, (name, link) in enumerate(hosts)
        ]

    return begin


def lose(process):
    """End a process and all that it started, at once."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    os.kill(process, signal.SIGSTOP)  # it must not see them end
    for child in map(int, children):
        lose(child)
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def environment(folder, **more):
    paths = {"PYTHONPATH": str(Path(__file__).parents[2]), "SCMC_CACHE": str(folder / "cache")}
    return {**os.environ, "OMP_NUM_THREADS": "1", **paths, **more}


def here(folder, *words):
    """Run the command on this machine."""
    found = Copy(partial(main, words), folder, environment(folder)).ended()
    assert found.code == 0, found.err


def test_two_hosts_train_as_one_does(start, tmp_path):
    here(tmp_path, *TRAIN, "--steps", "3", "--run", "one")
    here(tmp_path, *TRAIN, "--steps", "3", "--run", "beside", "--devices", "2")
    for host in start([*TRAIN, "--steps", "3", "--run", "two"], 29511):
        _, told = host.communicate(timeout=300)
        assert host.returncode == 0, told
    weights = {run: tmp_path / run / "F.safetensors" for run in ("one", "beside", "two")}
    assert weights["two"].read_bytes() == weights["beside"].read_bytes()
    one, two = (read_tensors(weights[run]).tensors for run in ("one", "two"))
    for name, tensor in one.items():  # the sums are the same but for their order
        assert (tensor.float() - two[name].float()).abs().max() < 5e-3


def test_a_lost_host_ends_the_other_with_a_code_and_the_run_goes_on(start, tmp_path):
    first, second = start([*TRAIN, "--steps", "2000", "--run", "two"], 29512)
    metrics = tmp_path / "two/F.metrics.jsonl"
    for _ in range(600):
        if metrics.is_file() and metrics.stat().st_size:
            break
        time.sleep(0.1)
    lose(second.pid)
    _, told = first.communicate(timeout=120)
    second.communicate(timeout=10)
    assert first.returncode != 0
    assert "error[E721]" in told
    here(tmp_path, "train", "--resume", "-q", "--run", "two", "--budget", "1s", "--device", "cpu")
