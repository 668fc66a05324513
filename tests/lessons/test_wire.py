"""What goes between the check and the process of work.py."""

from lessons.harness import wire
from minicnn.kernels import conv2d


def test_a_function_of_minicnn_is_that_function_not_one_of_a_second_copy():
    """A second copy would compile its kernels again, and race without their cache."""
    assert wire.decode(wire.encode(conv2d.forward_matrix), functions=True) is conv2d.forward_matrix
