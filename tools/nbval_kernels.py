"""A plugin of pytest: nbval's kernels take no TCP ports; `connection` in tools/execute.py says why."""

import tempfile

import nbval.kernel
from jupyter_client.manager import KernelManager

from tools.execute import connection


class KernelWithoutPorts(KernelManager):
    def __init__(self, **options):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # removed with this manager
        super().__init__(**connection(self.folder.name), **options)


nbval.kernel.KernelManager = KernelWithoutPorts
