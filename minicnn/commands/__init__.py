"""The commands of ``python -m minicnn``, one file each; minicnn/__main__.py reads what was typed.

A command is a module with

    __doc__                 its help: a line, then an example, then what there is to know
    add_arguments(parser)   what it takes, besides --help
    run(args)               does it; returns the exit status, None for 0; what is wrong is a ValueError or an
                            OSError, whose text is for people
    STOPPED                 where there is one: what follows from Ctrl-C

trained.py reads what a training left behind, pictures.py finds what a model is judged by, parser.py suggests.
"""
