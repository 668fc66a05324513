"""Where a search's fits run, on how many threads, and what happens when those who run them are killed."""

import os
import signal
from types import SimpleNamespace

import numpy as np
import pytest
from clusters import Cluster

import minicnn as mc

pytest.importorskip("sklearn", reason="the search needs scikit-learn: pip install scikit-learn")

import joblib
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV

from examples.search import common_search

X, Y = np.zeros((2_000, 1_000), np.uint8), np.arange(2_000) % 2


def make_search(folder, deaths=0):
    """Eight fits that learn nothing, write down where they run, and kill the first ``deaths`` processes."""

    class Watched(DummyClassifier):  # in here, as workers cannot import this file: the class is sent along
        def __init__(self, level=0, folder=None, deaths=0):
            super().__init__()
            self.level, self.folder, self.deaths = level, folder, deaths

        def fit(self, x, y):
            for k in range(self.deaths):
                try:
                    (self.folder / f"death {k}").touch(exist_ok=False)
                except FileExistsError:
                    continue
                os.kill(os.getpid(), signal.SIGKILL)
            with open(self.folder / f"{os.getpid()} on {mc.get_num_threads()}", "a"):
                return super().fit(x, y)

    levels = {"level": [1, 2, 3, 4]}
    return GridSearchCV(Watched(0, folder, deaths), levels, cv=2, refit=False, error_score="raise")


def fit(search, said, **where):
    args = SimpleNamespace(**{"workers": None, "scheduler": None, "quiet": True} | where)
    return common_search.fit(search, X, Y, args, said.append)


def seen(folder):
    """Processes that fits have run in, and on how many threads: {(pid, threads), ...}."""
    return {tuple(map(int, path.name.split(" on "))) for path in folder.glob("* on *")}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv("MINICNN_NUM_THREADS", raising=False)
    (tmp_path / "seen").mkdir()
    return tmp_path / "seen"


class TestHere:
    def test_one_process_is_this_one_on_the_threads_it_says(self, folder):
        mc.set_num_threads(most := 2 if os.cpu_count() > 1 else 1)
        assert fit(make_search(folder), [], workers=1) == "1 process of 1 thread"
        assert seen(folder) == {(os.getpid(), 1)} and mc.get_num_threads() == most

    @pytest.mark.slow
    def test_more_are_others(self, folder):
        assert fit(make_search(folder), [], workers=2) == "2 processes of 1 thread"
        assert {threads for _, threads in seen(folder)} == {1}
        assert os.getpid() not in {process for process, _ in seen(folder)}

    @pytest.mark.slow
    def test_they_leave_ctrl_c_to_this_one(self):
        before = signal.getsignal(signal.SIGINT)
        with common_search.here(2, verbose=0):
            asked = joblib.delayed(signal.getsignal)(signal.SIGINT)
            assert set(joblib.Parallel()([asked] * 8)) == {signal.SIG_IGN}
        assert signal.getsignal(signal.SIGINT) == before

    @pytest.mark.slow
    @pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
    def test_a_process_that_is_killed(self, folder):
        search, said = make_search(folder, deaths=1), []
        assert fit(search, said, workers=2) == "2 processes of 1 thread"
        assert said.count("A worker was killed: the search begins again.") == 1
        assert len(search.cv_results_["params"]) == 4

    def test_a_killed_process_begins_the_search_again(self):
        class Fails:
            lives = 0

            def fit(self, x, y):
                self.lives += 1
                if self.lives < common_search.LIVES:
                    raise common_search.TerminatedWorkerError("killed")

        said, one, args = [], Fails(), SimpleNamespace(workers=1, scheduler=None, quiet=True)
        assert common_search.fit(one, None, None, args, said.append) == "1 process of 1 thread"
        assert one.lives == 3 and said.count("A worker was killed: the search begins again.") == 2
        one.lives = -5
        with pytest.raises(OSError, match=r"3 times workers were killed, .*: try fewer of them"):
            common_search.fit(one, None, None, args, said.append)

    def test_threads(self, monkeypatch):
        monkeypatch.delenv("MINICNN_NUM_THREADS", raising=False)
        assert common_search.threads_per_worker() == 1
        monkeypatch.setenv("MINICNN_NUM_THREADS", "2")
        assert common_search.threads_per_worker() == mc.get_num_threads()

    def test_other_versions_are_refused(self):
        def of(**other):
            return {"packages": {"minicnn": "1", "sklearn": "2", "numpy": "3", "numba": "4"} | other}

        common_search.check_versions({"client": of(), "scheduler": of(), "workers": {"a": of(), "b": of()}})
        with pytest.raises(OSError, match=r"the scheduler has minicnn \(none\), this machine 1: the"):
            common_search.check_versions({"client": of(), "scheduler": of(minicnn=None), "workers": {}})
        with pytest.raises(OSError, match="the worker b has sklearn 1, this machine 2"):
            common_search.check_versions(
                {"client": of(), "scheduler": of(), "workers": {"a": of(), "b": of(sklearn="1")}}
            )


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
class TestCluster:
    """Real ones, in processes of their own."""

    @pytest.fixture(autouse=True)
    def _dask(self):
        pytest.importorskip("distributed", reason="a cluster needs Dask: pip install distributed")

    @pytest.fixture
    def traffic(self, monkeypatch):
        """All arrays that are sent to workers, and the sizes of the tasks, in bytes."""
        import cloudpickle
        from distributed import Client

        arrays, sizes, scatter, submit = [], [], Client.scatter, Client.submit

        def watched_scatter(self, data, **how):
            arrays.extend(data if isinstance(data, list) else [data])
            return scatter(self, data, **how)

        def watched_submit(self, function, tasks, **how):
            sizes.append(len(cloudpickle.dumps(tasks)))
            return submit(self, function, tasks=tasks, **how)

        monkeypatch.setattr(Client, "scatter", watched_scatter)
        monkeypatch.setattr(Client, "submit", watched_submit)
        return arrays, sizes

    def test_one_worker(self, folder, tmp_path, traffic):
        """It computes, not this process; is sent the data once; and is waited for when it starts again."""
        with Cluster(tmp_path, [["--nanny"]]) as cluster:
            assert fit(make_search(folder), [], scheduler=cluster.address) == (
                f"1 Dask worker of {cluster.address}"
            )
            ((process, threads),) = seen(folder)
            assert process != os.getpid() and threads == 1
            arrays, sizes = traffic
            assert [each.nbytes for each in arrays if each.nbytes >= X.nbytes] == [X.nbytes]
            assert len(sizes) == 8 and max(sizes) < 10_000

            search, said = make_search(folder, deaths=1), []
            fit(search, said, scheduler=cluster.address)
            assert said.count("A worker was killed: the search begins again.") == 1
            assert len(search.cv_results_["params"]) == 4

    def test_a_fit_that_workers_die_of(self, folder, tmp_path):
        workers = [["--no-nanny"], ["--no-nanny"]]
        with (
            Cluster(tmp_path, workers, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster,
            pytest.raises(OSError, match="Dask gave up a fit that several workers died of: "),
        ):
            fit(make_search(folder, deaths=1), [], scheduler=cluster.address)
