"""Requests with their conversation, and the orders that returns and exchanges are about (DOMAIN.md §9)."""

from support.models.orders import Order, OrderImport, OrderLine, ReturnException, ReturnItem
from support.models.requests import RequestAttachment, RequestEvent, RequestMessage, RoutingDecision, SupportRequest

__all__ = [
    "Order",
    "OrderImport",
    "OrderLine",
    "RequestAttachment",
    "RequestEvent",
    "RequestMessage",
    "ReturnException",
    "ReturnItem",
    "RoutingDecision",
    "SupportRequest",
]
