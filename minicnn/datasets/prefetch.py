"""Working ahead: while one batch is used, threads make the next."""

from concurrent.futures import ThreadPoolExecutor


def one_ahead(batches, work, workers):
    """``[work(item) for item in batch]`` for each batch; the next is made on threads while one is used.

    So at most two batches are in memory. Where ``work`` raises, so does this, in the caller's thread. Each
    batch has its own threads, which end with it: none stays, also where an iterator is dropped half way.
    """
    batches = iter(batches)
    pool, futures = _begin(next(batches, ()), work, workers)
    try:
        while futures:
            results = [future.result() for future in futures]
            pool.shutdown()  # all is done, so this waits for its threads to be gone, no more
            pool, futures = _begin(next(batches, ()), work, workers)
            yield results
            del results  # let go of this batch before the one after the next is begun
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(batch, work, workers):
    pool = ThreadPoolExecutor(workers, thread_name_prefix="minicnn-ahead")
    futures = [pool.submit(work, item) for item in batch]
    pool.shutdown(wait=False)  # nothing will be added: the threads end when all of this is done
    return pool, futures
