"""What the running process gives away of its memory: no core dump, nothing to other processes of its user.

The memory holds the keys, the token and what people write at this moment. A crash must not copy it to the
disk, and whoever breaks into another program of the same user must not read it either.
"""

import ctypes
import faulthandler
import sys

PR_SET_DUMPABLE = 4  # linux/prctl.h


def keep_memory_private() -> None:
    """Let this process leave no core dump and no dump of its stacks, and let no other process look into it.

    Call it before anything secret is read. What a system does not know is left out: not dumpable is Linux's,
    and only the administrator can attach a debugger then or read `/proc/PID/mem` and `environ`. It also keeps
    a collector of core dumps away, which the limit alone does not: a limit of 0 says nothing to a pipe.
    """
    faulthandler.disable()
    _no_core_dumps()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _no_core_dumps() -> None:
    try:
        import resource
    except ImportError:  # not a Unix
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
