"""python -m docs: the documentation as a site, in build/site/.

It needs the extra `docs`: pip install -e '.[docs]'. A link that leads nowhere, a docstring that cannot be
read, a page that no other leads to: each is told, and the exit status is 1.
"""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main(argv=None):
    """Build the site; the exit status is 0 where there was nothing to complain about."""
    parser = argparse.ArgumentParser("python -m docs", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="default: build/site")
    parser.add_argument("--fresh", action="store_true", help="read every page anew, not only the changed")
    given = parser.parse_args(argv)
    missing = [name for name in ("sphinx", "furo", "myst_parser", "latex2mathml") if find_spec(name) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)} (pip install -e '.[docs]')")

    from sphinx.cmd.build import main as sphinx

    out = given.out.resolve()
    strict = ["--fail-on-warning", "--nitpicky", "--quiet", *["--fresh-env"] * given.fresh]
    folders = ["--conf-dir", str(ROOT / "docs"), "--doctree-dir", str(out.with_name(out.name + ".cache"))]
    failed = sphinx([*strict, *folders, str(ROOT), str(out)])
    if not failed:
        print(f"{out / 'index.html'}: open it in a browser")
    return failed


if __name__ == "__main__":
    sys.exit(main())
