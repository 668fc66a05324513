"""python -m lessons: see lessons/harness/commands.py."""

import sys

from lessons.harness.commands import main

if __name__ == "__main__":
    sys.exit(main())
