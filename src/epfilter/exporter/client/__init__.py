"""A synchronous and an asynchronous client of the Exporter Service.

Requires `pip install 'epfilter[client]'`. The names in `__all__` are public, and also exported by
`epfilter.exporter`. The functions for checkpoints are for the command line only.
"""

from epfilter.exporter.client.async_client import AsyncExporterClient
from epfilter.exporter.client.checkpoint import checkpoint_path as checkpoint_path
from epfilter.exporter.client.checkpoint import parse_checkpoint as parse_checkpoint
from epfilter.exporter.client.downloads import DownloadProgress
from epfilter.exporter.client.exports import Exported, ExportProgress
from epfilter.exporter.client.sync_client import ExporterClient

__all__ = [
    "AsyncExporterClient",
    "DownloadProgress",
    "ExportProgress",
    "Exported",
    "ExporterClient",
]
