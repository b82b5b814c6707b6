"""Many people at once, over HTTP, against two web processes; each race with a control that shows it can be lost."""
