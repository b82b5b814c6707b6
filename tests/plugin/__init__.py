"""What the tests stand on: servers, a database a worker, real processes, one shifted clock."""
