"""Who issues papers, to whom they go, and who signs: the same for all that is drawn up in a campaign."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T
from cuocthi_publishing.reports.decree import Authority, PaperKind, Signatory

#: Under this name the settings are stored; no plugin can be called so.
OWNER = "publishing:papers"

_LONGEST = {
    "superior": 200,
    "issuer": 200,
    "abbreviation": 30,
    "place": 60,
    "archive": 60,
    "addressee": 200,
    "body": 160,
    "head": 120,
    "position": 160,
    "name": 80,
    "remarks": 8000,
}
_MOST_LINES, _LONGEST_LINE = 30, 400


@dataclass(frozen=True, slots=True)
class PaperSettings:
    """What one kind of paper says beside its figures.

    ``addressee`` is whom it is for ("Kính gửi"), ``recipients`` who else receives it. ``bases`` are what a decision
    rests on beside the campaign's own documents, such as what gives the issuer its powers. ``body``, ``authority``,
    ``head``, ``position`` and ``name`` are those of :class:`~.decree.Signatory`. ``remarks`` are paragraphs that the
    organisers write themselves: what they think of the contest, what they propose.
    """

    kind: PaperKind
    addressee: str = ""
    recipients: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    body: str = ""
    authority: Authority = Authority.OWN
    head: str = ""
    position: str = ""
    name: str = ""
    remarks: str = ""

    def __post_init__(self) -> None:
        """Raise SettingsError for a text that is too long, or a deputy of nobody."""
        _check_lengths(self)
        for field in ("recipients", "bases"):
            lines: tuple[str, ...] = getattr(self, field)
            if len(lines) > _MOST_LINES:
                raise SettingsError(T("At most %(most)s lines, please.", most=_MOST_LINES), field=field)
            if any(len(line) > _LONGEST_LINE for line in lines):
                raise SettingsError(T("A line may have at most %(most)s letters.", most=_LONGEST_LINE), field=field)
        if self.signatory.for_the_head:
            for field in ("head", "position"):
                if not getattr(self, field).strip():
                    raise SettingsError(T("Who signs for a head says for whom, and as what."), field=field)

    @property
    def signatory(self) -> Signatory:
        """Who signs."""
        return Signatory(self.body, self.authority, self.head, self.position, self.name)


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What is the same for all papers of a campaign.

    ``superior`` and ``issuer`` stand above the number; empty they are the campaign's own bodies. ``abbreviation`` is
    the issuer's in the symbol ("STTTT"), ``place`` stands before the date, ``archive`` is where papers are kept.
    ``docx`` and ``pdf`` are the numbers of stored files that replace the templates, 0 for those that come along.
    """

    superior: str = ""
    issuer: str = ""
    abbreviation: str = ""
    place: str = ""
    archive: str = "VT"
    papers: tuple[PaperSettings, ...] = ()
    docx: int = 0
    pdf: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for a text that is too long, or two settings for one kind of paper."""
        _check_lengths(self)
        kinds = [paper.kind for paper in self.papers]
        if len(set(kinds)) < len(kinds):
            raise SettingsError(T("One kind of paper is described twice."), field="papers")

    def of(self, kind: PaperKind) -> PaperSettings:
        """Return what is set for a kind of paper."""
        return next((paper for paper in self.papers if paper.kind is kind), PaperSettings(kind))

    def changed(self, paper: PaperSettings) -> ReportSettings:
        """Return the settings with another description of one kind of paper."""
        others = [one for one in self.papers if one.kind is not paper.kind]
        return replace(self, papers=tuple(sorted([*others, paper], key=lambda one: one.kind)))


def _check_lengths(settings: ReportSettings | PaperSettings) -> None:
    for field, most in _LONGEST.items():
        if len(getattr(settings, field, "")) > most:
            raise SettingsError(T("This text may have at most %(most)s letters.", most=most), field=field)
