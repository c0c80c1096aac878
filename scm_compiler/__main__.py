"""`python -m scm_compiler` is `scmc`."""

from scm_compiler.cli.exits import leave
from scm_compiler.cli.main import main

leave(main())
