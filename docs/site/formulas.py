"""Formulas as MathML, which browsers draw themselves: no script, no font, nothing from the network."""

from docutils import nodes
from latex2mathml.converter import convert


def inline(writer, node):
    """$h e_i$ within a line."""
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(writer, node):
    """A formula on a line of its own."""
    writer.body.append(f'<div class="formula">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


def setup(app):
    """Chosen by ``html_math_renderer`` in docs/conf.py."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
