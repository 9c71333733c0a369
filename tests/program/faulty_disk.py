"""A disk that fails, or that tells what was written to it: faulty_disk.c, loaded before the program's libraries."""

import errno
import os
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("faulty_disk.c")
ERRORS = {"full": errno.ENOSPC, "quota": errno.EDQUOT, "broken": errno.EIO}
UNFIT = "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ  # sanitizers come first themselves


def compiled(folder):
    library = folder / "faulty_disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl", "-lpthread"], check=True)
    return library


class FaultyDisk:
    def __init__(self, folder):
        self.shim = compiled(folder)

    def environment(self, program, **settings):
        return {**program.environment, "LD_PRELOAD": str(self.shim), **{key: str(value) for key, value in settings.items()}}

    def failing(self, program, number, error):
        """Its call of that number fails: a full disk or share of it stays full, a broken one takes the next call."""
        stays = {} if error == "broken" else {"FAULT_STAYS": 1}
        return self.environment(program, FAULT_AT=number, FAULT_ERRNO=ERRORS[error], **stays)
