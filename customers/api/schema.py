"""How the OpenAPI description names the ways to sign in."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself when subclassed
    """How the OpenAPI description names tokens."""

    target_class = "customers.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Bearer tokens over HTTP."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Made on one's own settings page or by `manage.py api_token EMAIL`.",
        }
