"""A synchronous and an asynchronous client of the Exporter Service.

Needs `pip install epfilter[client]`.
"""

from epfilter.exporter.client.async_client import AsyncExporterClient
from epfilter.exporter.client.checkpoint import checkpoint_path, parse_checkpoint
from epfilter.exporter.client.downloads import DownloadProgress
from epfilter.exporter.client.exports import Exported, ExportProgress
from epfilter.exporter.client.sync_client import ExporterClient

__all__ = [
    "AsyncExporterClient",
    "DownloadProgress",
    "ExportProgress",
    "Exported",
    "ExporterClient",
    "checkpoint_path",
    "parse_checkpoint",
]
