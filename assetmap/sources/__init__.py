"""Where do assets come from? One file each; every one ends in a `Harvest`, and `conform` makes it fit the schema."""
