"""The version of the package; the build reads it here."""

__version__ = "0.1.0"
"""The version of the installed epfilter, by semantic versioning.

>>> from epfilter import __version__
>>> len(__version__.split("."))
3
"""
