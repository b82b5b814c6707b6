"""What a person reads first who is about to call the API: the head of its description."""

INTRODUCTION = """
Customers, contracts, sessions, delivered hours and what is billed of them, for other systems.

**Words.** Minutes are whole numbers. Money is a decimal string beside its `currency`. Instants are ISO 8601 with an
offset and given out in UTC; dates are calendar dates `YYYY-MM-DD` in the contract's zone, from 1990 to 2199.

**Signing in.** Send `Authorization: Bearer <token>`. You make tokens on your own page *API tokens*; a token does what
you may, within the scopes that you tick: `read` opens every call that only reads, the others (`book`, `log_time`,
`billing`, `manage`) one kind of work. What you may not see is 404; what you see but may not do is 403.

**Errors** are problem details (RFC 9457), `application/problem+json`. Programs look at `code`; people read `detail`.
For invalid input `errors` points at every fault.

**Sending again.** A POST with an `Idempotency-Key` of your choice acts once: sent again within 24 hours it gives the
same answer and does nothing. Do so whenever an answer was lost, and after a 503.

**Lists** come in pages: follow `next` until it is null.

**Limits.** Whoever calls too often gets 429 and waits for `Retry-After` seconds.
"""
