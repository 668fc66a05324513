"""python -m lessons: see lessons/harness/commands.py."""

import sys

try:
    from lessons.harness.commands import main
except KeyboardInterrupt:  # numba alone takes a second to import
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
