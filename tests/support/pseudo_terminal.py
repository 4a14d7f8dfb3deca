"""Commands on a terminal of their own."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Sequence


def on_a_terminal(command: Sequence[str], columns: int) -> tuple[int, str, str]:
    """Run a command whose stderr is a terminal of this width: its exit code, its stdout, and what was shown."""
    import fcntl
    import pty
    import termios

    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    # Bars show every step, however fast they are.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TQDM_MININTERVAL": "0"}
    environment.pop("COLUMNS", None)
    shown = b""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal, env=environment, text=True) as process:
        os.close(terminal)
        try:
            while part := os.read(reader, 4096):
                shown += part
        except OSError:  # how Linux says that nobody writes any more
            pass
        os.close(reader)
        out, _ = process.communicate(timeout=60)
    return process.returncode, out, shown.decode()
