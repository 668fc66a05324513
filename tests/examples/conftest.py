"""Where several workers run the examples (``pytest -n``), each kernel is compiled by one of them."""

import os

import pytest

from minicnn import warmup


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory):
    """The workers share out the warm-up; all four would compile the same half minute of kernels otherwise."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    claims = tmp_path_factory.getbasetemp().parent  # one folder for all workers of a run
    for name, compile_group in reversed([*warmup.groups()]):  # the longest are towards the end
        try:
            (claims / f"compiled {name}").touch(exist_ok=False)
        except FileExistsError:
            continue
        compile_group()
