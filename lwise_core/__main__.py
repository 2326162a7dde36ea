"""``python -m lwise_core``: the same verbs from a shell."""

from lwise_core.cli.app import main

main()
