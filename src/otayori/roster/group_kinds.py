"""What kind a group is, by the name a roster file gives it. Pure."""

import re

# In this order: a 手話クラブ・支援委員会 is what its last word says, and バスケットボール部 is no bus.
_SIGNS = (
    ("committee", re.compile("委員")),
    ("club", re.compile("クラブ|部$|同好会|少年団")),
    ("route", re.compile("バス(?!ケ)|通学|登校|下校|号車|コース|方面|班$")),
    ("support", re.compile("支援|通級|ことばの教室|きこえの教室|情緒|知的|肢体|弱視|難聴|日本語指導")),
)


def kind_of(name: str) -> str:
    """Return the kind (a `GroupKind` value) that a name tells; "free" where it tells none."""
    return next((kind for kind, sign in _SIGNS if sign.search(name)), "free")
