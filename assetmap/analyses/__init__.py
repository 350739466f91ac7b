"""Which questions can be asked of an inventory? One file each; every one answers with a `Finding`."""
