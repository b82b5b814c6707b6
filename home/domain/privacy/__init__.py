"""What the portal keeps of a person: handing it to them, taking it away when they left, not keeping it for ever
(docs/adr/0021)."""
