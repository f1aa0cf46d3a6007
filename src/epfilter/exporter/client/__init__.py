"""A client of the Exporter Service, blocking and asynchronous: `pip install epfilter[client]`."""

from epfilter.exporter.client.async_client import AsyncExporterClient
from epfilter.exporter.client.progress import DownloadProgress, Exported, ExportProgress
from epfilter.exporter.client.sync_client import ExporterClient

__all__ = [
    "AsyncExporterClient",
    "DownloadProgress",
    "ExportProgress",
    "Exported",
    "ExporterClient",
]
