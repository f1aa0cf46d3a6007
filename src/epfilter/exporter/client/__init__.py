"""A client of the Exporter Service, blocking and asynchronous: `pip install epfilter[client]`."""

from epfilter.exporter.client.blocking import ExporterClient
from epfilter.exporter.client.concurrent import AsyncExporterClient
from epfilter.exporter.client.progress import DownloadProgress, Exported, ExportProgress

__all__ = [
    "AsyncExporterClient",
    "DownloadProgress",
    "ExportProgress",
    "Exported",
    "ExporterClient",
]
