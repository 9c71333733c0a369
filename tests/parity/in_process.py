"""Scripts run in this process, which has loaded torch and diffusers already: a process of their own takes seconds to."""

import contextlib
import io
import os
import subprocess
from unittest import mock


def run_main(main, words, environment) -> subprocess.CompletedProcess:
    """What a process that runs `main` with these arguments would have given."""
    words = [str(word) for word in words]
    out, said = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(said),
    ):
        code = main(words)
    return subprocess.CompletedProcess(words, code, out.getvalue(), said.getvalue())
