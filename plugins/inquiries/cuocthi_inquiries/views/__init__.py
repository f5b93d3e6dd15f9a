"""Pages of inquiries: those of everybody and those of the committees."""

from cuocthi_inquiries.views import inquiries, public, register, statements
from cuocthi_inquiries.views.blueprint import blueprint

__all__ = ["blueprint", "inquiries", "public", "register", "statements"]
