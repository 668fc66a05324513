"""What several tests of the lessons use."""

import pytest


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Work and progress in a folder of the test's own."""
    monkeypatch.setenv("MINICNN_LESSONS", str(tmp_path))
    return tmp_path
