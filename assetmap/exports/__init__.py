"""How does an inventory or a finding leave? One file per format; every one passes the disclosure gate first."""
