"""The tables of test_permissions.py: who sees and does what, at every address of the console.

Roles: "author", a teacher whose message it is; "teacher", of the same school, with another class; "manager"
of the school; "officer" of the board; "auditor"; "elsewhere", a teacher of another school, and
"chief-elsewhere", its manager; "family", a guardian without any role.
"""

from dataclasses import dataclass
from typing import Final

NOBODY: Final = ""
OFFICER: Final = "officer"
DECIDERS: Final = "manager officer"  # what changes a school is its manager's, and the board's
DRAFTERS: Final = "author manager"  # until it is sent, the board sees nothing that it was not asked about
ASKED: Final = "author manager officer"
SENDERS: Final = "author manager officer"  # whose message it is, and who decides
WRITERS: Final = "author teacher manager officer"
READERS: Final = "author teacher manager officer auditor"
STAFF: Final = (
    "author teacher manager officer auditor elsewhere chief-elsewhere"  # each sees the own school's
)


@dataclass(frozen=True)
class Line:
    """Whose GET is answered, and whose POST is not refused; and the message meant (things.py)."""

    see: str = NOBODY
    do: str = NOBODY
    of: str = "released"


def form(roles: str, of: str = "released") -> Line:
    """Who sees the page may press its button, and nobody else."""
    return Line(roles, roles, of)


def page(roles: str, of: str = "released") -> Line:
    """A page that is read: nobody posts to it."""
    return Line(roles, NOBODY, of)


def deed(roles: str, of: str = "released") -> Line:
    """A button of another page: there is nothing to see."""
    return Line(NOBODY, roles, of)


TABLE: Final[dict[str, Line]] = {
    # every member of the staff, for what is theirs
    "home": page(STAFF),
    "messages": page(STAFF),
    "message_search": form(STAFF),  # reads, by POST: a name has no business in an address
    "choose_school": deed(STAFF),  # of their own ones; kept in the session
    "saved_audiences": page(STAFF),
    # writing in the name of the school
    "compose": form(WRITERS),
    "autosave": deed(WRITERS),
    "audience_count": deed(WRITERS),
    "audience_names": deed(WRITERS),
    "student_search": deed(WRITERS),
    "leaving_out": deed(WRITERS),
    "mail_preview": deed(WRITERS),
    "emergency": form(WRITERS),
    "emergency_count": deed(WRITERS),
    "choose_template": page(WRITERS),
    "use_template": form(WRITERS),
    "school_targets": deed(OFFICER),  # of all schools
    "rename_audience": deed(DECIDERS),  # and its owner: who is the manager here
    "delete_audience": form(DECIDERS),
    # a draft is its author's, and the manager's
    "draft": form(DRAFTERS, "draft"),
    "discard": form(DRAFTERS, "draft"),
    "preview": page(DRAFTERS, "draft"),
    "attachments": form(DRAFTERS, "draft"),
    "attachments_kept": page(DRAFTERS, "draft"),
    "attachment_start": deed(DRAFTERS, "draft"),
    "attachment_append": deed(DRAFTERS, "draft"),
    "attachment_finish": deed(DRAFTERS, "draft"),
    "attachment_remove": form(DRAFTERS, "draft"),
    "confirm": page(DRAFTERS, "draft"),
    "release": deed(DRAFTERS, "draft"),
    "ask_approval": deed(DRAFTERS, "draft"),
    # who asked does not approve; the board may, where a school has nobody else
    "override": Line(ASKED, DECIDERS, "approval"),  # opened again after a refusal, it leads to its page
    "approve": deed(DECIDERS, "approval"),
    "send_back": deed(DECIDERS, "approval"),
    "withdraw": deed("author", "approval"),
    # not sent yet
    "undo_part": page(DRAFTERS, "undo"),
    "hasten": deed(DRAFTERS, "undo"),
    "unschedule": form(DRAFTERS, "scheduled"),
    # what was sent is read by the whole school; names are narrowed by report_access.py
    "message": page(READERS),
    "progress_part": page(READERS),
    "report": page(READERS),
    "attachment": page(READERS),
    "attachment_page": page(READERS),
    "attachment_download": page(READERS),
    "exposure": page(READERS, "recalled"),
    "exposure_csv": page(READERS, "recalled"),
    "calendar": page(READERS),
    "letters": page(READERS),
    "letters_print": deed(WRITERS),
    "letters_told": deed(WRITERS),
    "letters_untold": deed(WRITERS),
    "copy": deed(WRITERS),
    # told again, or taken back
    "stop": form(SENDERS),
    "remind": form(SENDERS),
    "recall": form(SENDERS),
    "correct": form(SENDERS),
    "late_joiners": form(SENDERS),
    # templates
    "templates": page(READERS),
    "template_new": form(DECIDERS),
    "template_parts": deed(DECIDERS + " chief-elsewhere"),  # keeps and tells nothing
    "template": form(DECIDERS),
    "template_move": deed(DECIDERS),
    "template_copy": deed(DECIDERS, "board"),
    "template_retire": form(DECIDERS),
    "template_starters": deed(OFFICER),
    # roster
    "roster": form(READERS),  # reads, by POST: a name has no business in an address
    "student": page(READERS),
    "import": form(DECIDERS),
    "import_preview": page(DECIDERS),
    "import_apply": deed(DECIDERS),
    "import_discard": deed(DECIDERS),
    "issue_sheet": deed(DECIDERS),
    "revoke_sheet": form(DECIDERS),
    "block_guardian": form(DECIDERS),
    "unblock_guardian": form(DECIDERS),
    "registration": page(READERS),
    "registration_classroom": page(READERS),
    "issue_sheets": form(DECIDERS),
    # groups: a teacher changes the own ones, and this is nobody's
    "groups": page(READERS),
    "group": page(READERS),
    "group_new": form(WRITERS),
    "group_edit": form(DECIDERS),
    "group_staff": form(DECIDERS),
    "group_retire": form(DECIDERS),
    "group_take_up": deed(DECIDERS),
    "group_add": form(DECIDERS),
    "group_remove": deed(DECIDERS),
    "group_put_back": deed(DECIDERS),
    "group_import": form(DECIDERS),
    "group_copy": form(DECIDERS),
    # settings
    "settings": page(READERS),
    "school_data": form(DECIDERS),
    "members": page(DECIDERS),
    "member": form(DECIDERS),
    "member_invite": form(DECIDERS),
    "member_invite_again": deed(DECIDERS),
    "member_remove": form(DECIDERS),
    "sending_rules": form(DECIDERS),
    "board_rules": form(OFFICER),
}

# Who sees a message at all, by what it is (things.py)
MESSAGES: Final[dict[str, str]] = {
    "draft": DRAFTERS,
    "approval": ASKED,
    "scheduled": DRAFTERS,
    "undo": DRAFTERS,
    "released": READERS,
    "recalled": READERS,
    # of the manager, or of the board: "author" is a teacher like others there
    "whole school": READERS,
    "support group": READERS,
    "one child": "manager officer auditor",
    "board": READERS,
    "board, elsewhere": "officer auditor elsewhere chief-elsewhere",
    "board, one child": "officer auditor",
    "board draft": OFFICER,
}

READ_BY_POST: Final = {"message_search", "roster", "choose_school"}  # nothing is changed there
