"""One short line for guardians who do not read Japanese, in the languages the sheet speaks."""

from typing import Final, NamedTuple


class Line(NamedTuple):
    """What the sheet says in one language; `region` (ISO 3166) picks the shapes of the characters."""

    lang: str
    region: str
    name: str
    text: str


LINES: Final = (
    Line(
        "en",
        "US",
        "English",
        "To receive school messages, scan the QR code and enter the password (パスワード)."
        " Need help? Ask the school.",
    ),
    Line(
        "zh",
        "CN",
        "简体中文",
        "请用手机扫描二维码，并输入密码（パスワード），即可接收学校的通知。如有疑问，请咨询学校。",
    ),
    Line(
        "ko",
        "KR",
        "한국어",
        "학교 알림을 받으시려면 QR 코드를 스캔하고 비밀번호(パスワード)를 입력하세요."
        " 궁금한 점은 학교에 문의하세요.",
    ),
    Line(
        "vi",
        "VN",
        "Tiếng Việt",
        "Để nhận thông báo của trường, quét mã QR và nhập mật khẩu (パスワード)."
        " Cần giúp đỡ? Hãy hỏi trường.",
    ),
    Line(
        "ne",
        "NP",
        "नेपाली",
        "विद्यालयका सूचनाहरू पाउन QR कोड स्क्यान गरी पासवर्ड (パスワード) हाल्नुहोस्।"
        " सहयोग चाहिएमा विद्यालयमा सोध्नुहोस्।",
    ),
)
