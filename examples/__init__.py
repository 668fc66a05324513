"""The documented models, a script each; from the root ``from examples.cifar_m3 import build_model`` works."""

import sys
from pathlib import Path

# A script's own folder is on Python's path; imported as a package, the examples need it there as well.
sys.path.append(str(Path(__file__).parent))
