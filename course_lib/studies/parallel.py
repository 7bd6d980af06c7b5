"""Independent runs side by side: on this machine's cores, or on a Dask cluster.

Where the work runs does not change a result by a bit: each run gets its own random numbers from its
arguments, and does its matrix products with one thread (several threads may add in another order).
"""

from __future__ import annotations

import contextlib
import os

from course_lib.progress import progress
from course_lib.validation import function as check_function
from course_lib.validation import integer

ADDRESS = "DASK_SCHEDULER_ADDRESS"
TIMEOUT = 10  # seconds to wait for the scheduler


def run_all(function, tasks, *, jobs=None, shared=(), description="runs", show=None):
    """The list of function(*shared, *task) for each task, in order, computed in parallel.

    Parameters
    ----------
    function : must not depend on anything but its arguments. One of a module reaches the workers by name,
        one written in a notebook by value.
    tasks : list of tuples of arguments
    jobs : how many processes on this machine; 1 computes here, in this process. None: on the Dask cluster
        whose scheduler's address (such as tcp://10.0.0.5:8786) is in the environment variable
        DASK_SCHEDULER_ADDRESS if it is set, else one process per core. The cluster's workers need
        course_lib, and the same versions of Python and of the packages as here.
    shared : arguments that all tasks begin with, such as a data set; they are sent only once
    show : True or False to force the progress bar on or off

    >>> run_all(pow, [(2, 3), (5, 2)], jobs=1, show=False)
    [8, 25]
    """
    if not isinstance(tasks, list) or not tasks or not all(isinstance(task, tuple) for task in tasks):
        raise TypeError(f"tasks must be a list of one or more tuples of arguments, got {tasks!r}")
    check_function("function", function, "a function that can be called with one of the tasks",
                   arguments=len(shared) + len(tasks[0]))
    if jobs is not None:
        integer("jobs", jobs, 1)
    if jobs == 1 or len(tasks) < 2:
        return [_run(function, *shared, *task) for task in progress(tasks, description, show=show)]

    import joblib

    with _backend(joblib, jobs, shared):
        # The results come in order, each as soon as it is there, so that the progress bar moves.
        parallel = joblib.Parallel(return_as="generator")
        results = parallel(joblib.delayed(_run)(function, *shared, *task) for task in tasks)
        return list(progress(results, description, total=len(tasks), show=show))


def _run(function, *arguments):
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return function(*arguments)


def _backend(joblib, jobs, shared):
    """The context in which joblib's Parallel uses the cluster, or processes of this machine."""
    if jobs is None and os.environ.get(ADDRESS):
        return _cluster(joblib, os.environ[ADDRESS], shared)
    # loky starts fresh processes on every system, so nothing here depends on fork.
    return joblib.parallel_config("loky", n_jobs=jobs or joblib.cpu_count(), inner_max_num_threads=1)


@contextlib.contextmanager
def _cluster(joblib, address, shared):
    """The same for the cluster; the connection to its scheduler is closed in the end."""
    from distributed import Client

    try:
        client = Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConnectionError(f"{ADDRESS} must be the address of a running Dask scheduler such as "
                              f"tcp://10.0.0.5:8786, got {address!r}: {error}") from error
    with client, joblib.parallel_config("dask", client=client, scatter=list(shared)):
        yield
