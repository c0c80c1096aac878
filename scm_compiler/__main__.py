"""`python -m scm_compiler` is `scmc`."""

from scm_compiler.cli.main import main

raise SystemExit(main())
