"""Every mapped class of the core, in the order of their dependence."""

from cuocthi.articles.models import Article, ArticleCorrection, ArticleDocument, ArticlePicture
from cuocthi.audit.models import AuditEvent, AuditHead
from cuocthi.campaigns.models import Campaign, Division, Headcount, SettingsVersion
from cuocthi.committees.models import Committee, Membership
from cuocthi.consents.models import Consent, ConsentVersion
from cuocthi.documents.models import Document
from cuocthi.enrolments.models import Enrolment
from cuocthi.files.models import StoredFile
from cuocthi.incidents.models import GrantedRelief
from cuocthi.jobs.models import Job
from cuocthi.merging.models import Merger, ToldApart
from cuocthi.messages.models import Message
from cuocthi.news.models import Announcement, NewsConsent
from cuocthi.personal.models import Correction, ErasedEnrolment
from cuocthi.pictures.models import Picture, PictureFile
from cuocthi.prerequisites.models import Prerequisite
from cuocthi.rosters.models import RosterDraft, RosterEntry
from cuocthi.rules.models import RulesVersion
from cuocthi.standings.lot_models import Lot, LotEntrant, LotPart
from cuocthi.standings.models import (
    Confirmation,
    Decision,
    Ranking,
    Result,
    ResultMeasure,
    ResultSet,
    Standing,
    TieDecision,
)
from cuocthi.standings.notice_models import AdmissionNotice, AdmissionsTold
from cuocthi.support.models import IdentityCheck
from cuocthi.tasks.models import Task
from cuocthi.timelines.models import Phase, PhaseEdge, Window
from cuocthi.units.models import Unit
from cuocthi.users.models import Contact, Profile, RecoveryCode, SecondFactor, Ticket, User, WebSession

CORE_MODELS = (
    User,
    Contact,
    Profile,
    WebSession,
    Ticket,
    SecondFactor,
    RecoveryCode,
    Message,
    Unit,
    Campaign,
    Division,
    Headcount,
    Phase,
    Window,
    PhaseEdge,
    SettingsVersion,
    Committee,
    Membership,
    StoredFile,
    Document,
    RulesVersion,
    Task,
    Prerequisite,
    Enrolment,
    ConsentVersion,
    Consent,
    ErasedEnrolment,
    Correction,
    NewsConsent,
    Announcement,
    Picture,
    PictureFile,
    Article,
    ArticleCorrection,
    ArticlePicture,
    ArticleDocument,
    Result,
    ResultMeasure,
    ResultSet,
    Ranking,
    Standing,
    Decision,
    TieDecision,
    Lot,
    LotEntrant,
    LotPart,
    Confirmation,
    GrantedRelief,
    Merger,
    ToldApart,
    IdentityCheck,
    AdmissionNotice,
    AdmissionsTold,
    RosterEntry,
    RosterDraft,
    Job,
    AuditEvent,
    AuditHead,
)
