"""`python -m scm_compiler` is `scmc`."""

from scm_compiler.cli.devices import leave
from scm_compiler.cli.main import main

leave(main())
