"""Pages of inquiries: those of everybody and those of the committees."""

from cuocthi_inquiries.views import complaint_office, complaints, inquiries, public, register, statements
from cuocthi_inquiries.views.blueprint import blueprint

__all__ = ["blueprint", "complaint_office", "complaints", "inquiries", "public", "register", "statements"]
