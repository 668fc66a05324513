"""minicnn from the command line.

    python -m minicnn                           the version, the threads, the cache, the commands there are
    python -m minicnn info                      more of it, and which data are there: for the report of a bug
    python -m minicnn warmup                    compile all kernels now, not during the first training step
    python -m minicnn fetch cifar10             download a data set
    python -m minicnn summary MODEL             the layers of a saved model
    python -m minicnn evaluate MODEL            its scores on test pictures
    python -m minicnn predict MODEL dog.jpg     what it takes pictures for
    python -m minicnn report RUN                a page about a finished run
    python -m minicnn.kernels.ladder            what each way of writing an operation buys, timed

Each command has a --help. In a clone of the repository also: python -m lessons, python -m benchmarks, python
examples/cifar_m3.py
"""

import contextlib
import io
import os
import sys

from minicnn import config
from minicnn.commands import evaluate, fetch, info, predict, report, summary, warmup
from minicnn.commands.parser import Parser

COMMANDS = {
    "info": info, "warmup": warmup, "fetch": fetch, "summary": summary, "evaluate": evaluate,
    "predict": predict, "report": report,
}  # fmt: skip


def main(argv=None):
    """Run one command; without any, say what there is.

    The exit status: 0 all went well; 1 it failed, and why was said in a line; 2 it was typed wrongly, and
    nothing was tried; 130 it was stopped with Ctrl-C.
    """
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed before Python began: >&-
            setattr(sys, stream, io.StringIO())
    with contextlib.suppress(AttributeError):  # of what somebody put in the place of stdout
        sys.stdout.reconfigure(errors="replace")  # where a terminal does not know a letter
    args = parse_arguments(argv)
    command = COMMANDS.get(args.command)
    try:
        status = command.run(args) if command else say_what_there_is()
        sys.stdout.flush()  # here, where it may fail
        return status or 0
    except BrokenPipeError:  # ... | head: who listened has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, OSError) as problem:
        reason = " ".join(line.strip() for line in str(problem).splitlines())
        print(f"minicnn {args.command}: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. {getattr(command, 'STOPPED', '')}".rstrip(), file=sys.stderr)
        return 130


def say_what_there_is():
    """What computes here, and the commands."""
    print(info.about(), __doc__.partition("\n\n")[2].rstrip(), sep="\n\n")


def parse_arguments(argv):
    """The command and its own arguments; SystemExit where they are not understood."""
    parser = Parser("python -m minicnn", description=__doc__)
    parser.add_argument("--version", action="version", version=f"minicnn {config.VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        own = commands.add_parser(name, description=command.__doc__)
        command.add_arguments(own)
        own.set_defaults(parser=own)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
