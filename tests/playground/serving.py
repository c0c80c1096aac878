"""A playground that answers, for as long as a block lasts."""

import threading
from contextlib import contextmanager

from scm_compiler.playground.server import Playground


@contextmanager
def serving(session):
    with Playground(session) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()
