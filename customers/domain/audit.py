"""The verbs that this app writes into the audit trail. They stand there for ever."""

CUSTOMER_OPENS = "customer.open"
MEMBER_BEGINS = "membership.begin"
MEMBER_ENDS = "membership.end"
RIGHTS_CHANGE = "membership.change_rights"
