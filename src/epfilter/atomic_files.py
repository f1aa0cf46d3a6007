"""How a file that is whole gets its name."""

from __future__ import annotations

import os
from pathlib import Path


def place(file: Path, target: Path, *, replace: bool) -> None:
    """Give a file a name on its file system, without its own or, unless `replace`, also beside it.

    Whoever reads finds the old file or the new one, whole. Raises FileExistsError where something
    bears the name and is not to be replaced, also something that came this moment, and OSError
    where the file system refuses.

    >>> place(Path("none.part"), Path("orders.csv"), replace=False)
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    if not replace:
        try:
            # Unlike a renaming it replaces nothing, whoever comes first.
            os.link(file, target)
        except FileExistsError:
            raise
        except OSError:
            # Not every file system has hard links.
            if os.path.lexists(target):
                raise FileExistsError from None
        else:
            return
    file.replace(target)
