"""Become another program that is told when its parent ends, however it ends.

`python tied.py PARENT SIGNAL USER:GROUP COMMAND…`, run by file and without site packages: it is
the step between our start of a child and the child itself. USER:GROUP is empty to stay who we are.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def tell_when_parent_ends(number: int) -> None:
    """Have the kernel send us this signal when our parent ends; only Linux can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def main(parent: str, number: str, owner: str, *command: str) -> None:
    if owner:
        user, group = owner.split(":")
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    # After the change of user, which would undo it.
    tell_when_parent_ends(int(number))
    if os.getppid() != int(parent):
        sys.exit("The parent has already ended.")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
