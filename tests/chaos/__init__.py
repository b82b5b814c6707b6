"""What the portal survives, with times: `make chaos`, alone on the machine; `make test` leaves these out.

Every figure stands beside a floor of the same run. A file a fault; each test carries the marker `chaos`.
"""
