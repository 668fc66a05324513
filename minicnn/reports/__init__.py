"""The report page: what a run was, how good it is, and the network itself to look into.

    mc.report(model, history, (x_test, y_test), "report.html", class_names)

page.py puts the page together: results.py judges the pictures, sections.py writes what is read, network.py
and packing.py carry the network. In the browser network.js unpacks it; layers.js has a row for every layer,
made of forward.js, which computes it anew, explain.js, which takes one number apart, and sums.js, which shows
how it came about; drawing.js and words.js serve them all; explorer.js and showing.js listen and answer.
page.html and page.css are the paper.
"""

from minicnn.reports.page import report

__all__ = ["report"]
