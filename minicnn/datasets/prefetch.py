"""Working ahead: while one batch is used, threads make the next."""

import os
from concurrent.futures import ThreadPoolExecutor


def one_ahead(batches, fill, workers):
    """Each ``(x, items)`` of ``batches``, once ``fill(row, item)`` is done for every row of the array ``x``.

    The next one is filled on threads while one is used. So two are in memory, and a third for the moment in
    which a loop is handed the next and still holds the last; ``batches`` should make them when asked, no
    earlier. Where ``fill`` raises, so does this, in the caller's thread. Each batch has its own threads,
    which end with it: none stays, also where an iterator is dropped half way.
    """
    batches = iter(batches)
    ahead = _Ahead.of(next(batches, None), fill, workers)
    try:
        while ahead:
            if ahead.process != os.getpid():  # in a fork, without those threads: begin again
                ahead = _Ahead.of(ahead.batch, fill, workers)
            batch = ahead.done()
            ahead = _Ahead.of(next(batches, None), fill, workers)
            yield batch
    finally:
        if ahead and ahead.process == os.getpid():
            ahead.pool.shutdown(wait=True, cancel_futures=True)


class _Ahead:
    """A batch and the threads that fill it."""

    def __init__(self, batch, fill, workers):
        self.batch, self.process = batch, os.getpid()
        self.pool = ThreadPoolExecutor(workers, thread_name_prefix="minicnn-ahead")
        self.futures = [self.pool.submit(fill, row, item) for row, item in zip(*batch)]
        self.pool.shutdown(wait=False)  # nothing will be added: the threads end when all of this is done

    @classmethod
    def of(cls, batch, fill, workers):
        """None where there is no batch."""
        return None if batch is None else cls(batch, fill, workers)

    def done(self):
        """The batch, filled."""
        for future in self.futures:
            future.result()
        self.pool.shutdown()  # all is done, so this waits for its threads to be gone, no more
        return self.batch
