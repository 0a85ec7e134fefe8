"""An agent's book from and to files: reading, checking, importing, exporting, erasing."""
