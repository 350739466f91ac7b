"""Who and what could meet a wish, and what comes of an introduction? A connector decides; nothing is sent."""
