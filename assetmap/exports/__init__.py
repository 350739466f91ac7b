"""How does an inventory or a finding leave? One file per format; every one passes the disclosure gate first."""

from assetmap.exports.content import About, Content
from assetmap.exports.export import Export, exports, suffixes, write

__all__ = ["About", "Content", "Export", "exports", "suffixes", "write"]
