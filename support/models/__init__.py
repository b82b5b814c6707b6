"""Requests with their conversation, and the orders that returns and exchanges are about (DOMAIN.md §9)."""

from support.models.materials import Material, MaterialVersion
from support.models.orders import Order, OrderImport, OrderLine, ReturnException, ReturnItem
from support.models.requests import RequestAttachment, RequestEvent, RequestMessage, RoutingDecision, SupportRequest

__all__ = [
    "Material",
    "MaterialVersion",
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
