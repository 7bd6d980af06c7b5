"""Run a notebook in a kernel of this Python: quiet, repeatable, with its time and memory measured."""

from __future__ import annotations

import asyncio
import math
import os
import re
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from queue import Empty

import psutil
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets import Type, default
from traitlets.config import Config

CELL_TIMEOUT = 120  # seconds; a whole lecture should take 60
LOOK_AGAIN = 0.2  # seconds between two looks for a kernel's answer
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
              "NUMEXPR_NUM_THREADS")
# A cell's own warnings come from __main__. PYTHONWARNINGS cannot name a package with its submodules.
WARNINGS = r"""import warnings
warnings.filterwarnings("error", module=r"course_lib(\.|$)|__main__$")"""


ENDED = (psutil.Error, OSError)  # a process may end between listing and reading it


class ExecutionError(RuntimeError):
    """A cell failed, or wrote to stderr; the message names it and holds the traceback."""


class LookingChannel(AsyncZMQSocketChannel):
    """Looks for messages again and again instead of waiting to be told of one.

    When a widget's message leaves while an answer arrives on the same socket, zmq.asyncio may forget to wake
    who waits for the answer: it would then be found only at the end of the timeout.
    """

    async def get_msg(self, timeout=None):
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            try:
                return await super().get_msg(max(0, min(left, LOOK_AGAIN)))
            except Empty:
                if left <= LOOK_AGAIN:
                    raise


class LookingClient(AsyncKernelClient):
    shell_channel_class = Type(LookingChannel)
    iopub_channel_class = Type(LookingChannel)


class ThisPython(AsyncKernelManager):
    """A kernel of the Python that runs this, whatever kernels are installed."""

    @property
    def kernel_spec(self):
        return KernelSpec(**get_kernel_dict())

    @default("client_factory")
    def _looking(self):
        return LookingClient


def connection(folder):
    """Options of a kernel manager: its kernel and its client meet at files in the empty `folder`.

    The usual way, TCP, takes ports that are free at the moment. When many kernels start at once, another
    may have taken one of them before the kernel does: then the kernel ends, or its client waits in vain.
    """
    return {"transport": "ipc", "ip": str(Path(folder) / "kernel")} if os.name == "posix" else {}


def kernel_environment(root):
    """Environment variables for a kernel, or for a program that starts kernels such as pytest with nbval."""
    environment = dict(os.environ)
    environment.pop("PYTEST_CURRENT_TEST", None)  # it would switch off that the kernel catches C's stderr
    paths = [str(root), *filter(None, [environment.get("PYTHONPATH")])]
    return environment | dict.fromkeys(ONE_THREAD, "1") | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONHASHSEED": "0",
        "CI": "1",
        "COURSE_LIB_PROGRESS": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def execute(notebook, folder, root, *, name, on_cell=None, strict=True):
    """Execute the notebook's cells in place, in `folder`; return (seconds, peak memory in bytes).

    `strict` makes a warning of this project's code, and any output on stderr, an error.
    `on_cell(done)` is called after each code cell.
    """
    done = 0

    def cell_executed(**_):
        nonlocal done
        done += 1
        if on_cell:
            on_cell(done)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as ipython_folder, PeakMemory() as memory:
        # An empty IPython folder keeps out the user's own start-up files.
        environment = kernel_environment(root) | {"IPYTHONDIR": ipython_folder}
        start = time.perf_counter()

        def run():
            client = NotebookClient(
                notebook, timeout=CELL_TIMEOUT, kernel_manager_class=ThisPython, kernel_name="python3",
                config=Config(KernelManager=connection(ipython_folder)),
                extra_arguments=["--log-level=40",
                                 *([f"--IPKernelApp.exec_lines={WARNINGS}"] if strict else [])],
                record_timing=False, coalesce_streams=True,
                on_cell_executed=cell_executed,
                on_notebook_start=lambda **_: memory.watch(client.km.provisioner.pid))
            # A loop of its own, closed at the end. On Windows, ZeroMQ cannot use asyncio's default one.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(client.async_execute(env=environment, cwd=str(folder)))

        try:
            try:
                run()
            except (CellTimeoutError, RuntimeError) as error:
                # Rarely, on a busy machine, a kernel ends before its first answer (a RuntimeError), or is too
                # slow. A fresh kernel tells that from a cell that takes too long: then the error stands.
                if isinstance(error, DeadKernelError):
                    raise
                done = 0
                run()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            cell = next((i for i, cell in enumerate(notebook.cells, 1) if failed(cell)), None)
            where = f"cell {cell}" if cell else f"code cell {done + 1}"
            raise ExecutionError(f"{name}, {where}: {without_colours(str(error)).strip()}") from None
        seconds = time.perf_counter() - start
    if strict:
        refuse_stderr(notebook, name)
    return seconds, memory.peak


def failed(cell):
    expected = "raises-exception" in cell.metadata.get("tags", [])
    return not expected and any(output.output_type == "error" for output in cell.get("outputs", []))


def at_a_time(jobs, work, items):
    """Do work(item) for all items, `jobs` at a time; yield (item, its finished future) as they end.

    Ctrl-C ends the kernels that are running.
    """
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in psutil.Process().children(recursive=True):
                with suppress(*ENDED):
                    child.kill()
            raise


def refuse_stderr(notebook, name):
    for i, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise ExecutionError(f"{name}, cell {i} wrote to stderr (a warning? mend its cause):\n\n"
                                     f"{cell.source}\n\n{without_colours(output.text).strip()}")


def without_colours(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class PeakMemory:
    """The peak of a process's memory, its children included, watched from a thread.

    The sum over processes is sampled; for the process alone the operating system's own peak is used
    where it keeps one, so a short peak between two samples counts too. Memory that processes share
    counts once for each.
    """

    def __init__(self, interval=0.05):
        self.interval, self.peak = interval, 0
        self.stop = threading.Event()
        self.thread = None

    def watch(self, pid):
        self.thread = threading.Thread(target=self._sample, args=(psutil.Process(pid),), daemon=True)
        self.thread.start()

    def _sample(self, process):
        while not self.stop.is_set():
            with suppress(*ENDED):
                total = sum(memory_now(each) for each in [process, *process.children(recursive=True)])
                self.peak = max(self.peak, total, recorded_peak(process))
            self.stop.wait(self.interval)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        if self.thread:
            self.thread.join()


def memory_now(process):
    with suppress(*ENDED):
        return process.memory_info().rss
    return 0


def recorded_peak(process):
    """The peak that Windows and Linux record for a process, in bytes; 0 elsewhere."""
    if psutil.WINDOWS:
        return process.memory_info().peak_wset
    if psutil.LINUX:
        status = Path(f"/proc/{process.pid}/status").read_text()
        if match := re.search(r"VmHWM:\s+(\d+) kB", status):
            return int(match[1]) * 1024
    return 0
