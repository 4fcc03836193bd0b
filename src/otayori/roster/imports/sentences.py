"""The Japanese sentence of every problem: what happened, and what to do. Source texts for gettext."""

from otayori.roster.imports.codes import Code


def _(sentence: str) -> str:
    """Mark a sentence for gettext without translating it: this package works without Django."""
    return sentence


LINE = _("%(line)d行目: %(sentence)s")

SENTENCES: dict[Code, str] = {
    Code.TOO_BIG: _(
        "ファイルが大きすぎます。%(limit)dMBまで読み込めます。"
        "名簿のCSVかどうかを確かめ、学校ごとに分けて読み込んでください。"
    ),
    Code.EMPTY: _("ファイルが空です。校務支援システムから名簿をもう一度出力してください。"),
    Code.PDF: _(
        "これはPDFのファイルです(名前が .csv でも中身がPDFです)。"
        "校務支援システムから名簿をCSVで出力して選んでください。"
    ),
    Code.EXCEL: _(
        "これはExcelのファイルです。Excelで開き、「名前を付けて保存」で種類を「CSV UTF-8(コンマ区切り"
        ")」にして保存し、そのファイルを選んでください。"
    ),
    Code.ZIP: _("これはZIPのファイルです。展開(解凍)して、中の名簿のCSVを選んでください。"),
    Code.MARKUP: _(
        "これはHTMLまたはXMLのファイルです。Excelで開き、「名前を付けて保存」で種類を「CSV UTF-8(コン"
        "マ区切り)」にして保存し、そのファイルを選んでください。"
    ),
    Code.NUL: _(
        "文字ではないデータ(NUL)があります。名簿のCSVかどうかを確かめ、文字コードをUTF-8にして保存し"
        "直してください。"
    ),
    Code.BROKEN_UTF8: _(
        "UTF-8として読めない文字があります。ファイルが途中で壊れていないか確かめ、校務支援システムか"
        "らもう一度出力してください。"
    ),
    Code.BROKEN_UTF16: _(
        "UTF-16として読めない文字があります。ファイルを開き、文字コードをUTF-8にして保存し直してください。"
    ),
    Code.EUC_JP: _(
        "文字コードがEUC-JPのファイルは読み込めません。文字コードをUTF-8にして保存し直してください。"
    ),
    Code.ISO_2022_JP: _(
        "文字コードがJIS(ISO-2022-JP)のファイルは読み込めません。"
        "文字コードをUTF-8にして保存し直してください。"
    ),
    Code.UNKNOWN_ENCODING: _(
        "文字コードが分かりません(UTF-8でもシフトJISでもない文字があります)。"
        "文字コードをUTF-8にして保存し直してください。"
    ),
    Code.BROKEN_QUOTES: _(
        'この行から始まる「"」(引用符)が正しく閉じられていません。'
        "引用符を直すか、校務支援システムからもう一度出力してください。"
    ),
    Code.NO_DELIMITER: _("列の区切りが見つかりません。コンマ(,)またはタブで区切ったCSVを選んでください。"),
    Code.NO_HEADER: _(
        "見出しの行が見つかりません。1行目に「学年」「組」「氏名」「管理コード」などの見出しを入れて"
        "ください。"
    ),
    Code.HEADER_ONLY: _(
        "見出しの行だけで、園児・児童・生徒の行がありません。"
        "出力するときの学年や学級の指定を確かめてください。"
    ),
    Code.TOO_MANY_ROWS: _(
        "行が多すぎます。%(limit)d行まで読み込めます。学校ごとに分けて読み込んでください。"
    ),
    Code.TOO_MANY_COLUMNS: _(
        "列が多すぎます。%(limit)d列まで読み込めます。名簿に要る列だけを出力してください。"
    ),
    Code.CELL_COUNT: _(
        "列の数が見出しと合いません(見出しは%(expected)d列、この行は%(found)d列)。"
        "コンマや引用符の抜けを直してください。"
    ),
    Code.MISSING_COLUMN: _(
        "「%(column)s」の列がありません。見出しを次のどれかにしてください: %(aliases)s。"
        "いまの見出し: %(found)s。"
    ),
    Code.DOUBLED_COLUMN: _(
        "「%(column)s」にあたる列が%(count)dつあります(%(doubled)s)。"
        "どれか1つだけを残してください。いまの見出し: %(found)s。"
    ),
    Code.HALF_NAME: _(
        "姓と名の列は両方が要ります。「%(present)s」はありますが、対になる「%(absent)s」の列がありま"
        "せん。いまの見出し: %(found)s。"
    ),
    Code.BLANK: _("%(column)sが空です。入力してください。"),
    Code.TOO_LONG: _("%(column)s「%(value)s」が長すぎます。%(limit)d文字までにしてください。"),
    Code.CONTROL_CHARACTER: _("%(column)sに目に見えない文字(%(point)s)があります。入力し直してください。"),
    Code.PRIVATE_CHARACTER: _(
        "%(column)s「%(value)s」に外字(%(point)s)があり、正しく表示できません。"
        "常用の字か、かなに直してください。"
    ),
    Code.LOST_CHARACTER: _(
        "%(column)s「%(value)s」に文字化けがあります。校務支援システムからUTF-8でもう一度出力してください。"
    ),
    Code.UNKNOWN_SCHOOL: _(
        "学校コード「%(value)s」の学校が見つかりません。"
        "コードの桁と誤字、設定にその学校があるか、担当する学校かを確かめてください。"
    ),
    Code.OTHER_SCHOOL: _(
        "学校コード「%(value)s」は%(school)s(%(expected)s)のコードではありません。他校の行を除いてください。"
    ),
    Code.GRADE_KINDERGARTEN: _(
        "学年「%(value)s」は幼稚園では使えません。年少・年中・年長、または1〜3の数字で入力してください。"
    ),
    Code.GRADE_ELEMENTARY: _("学年「%(value)s」は小学校では使えません。1〜6の数字で入力してください。"),
    Code.GRADE_JUNIOR_HIGH: _("学年「%(value)s」は中学校では使えません。1〜3の数字で入力してください。"),
    Code.GRADE_SPECIAL_NEEDS: _(
        "学年「%(value)s」は特別支援学校では使えません。"
        "年少、小1、中1のように、学部の分かる形で入力してください。"
    ),
    Code.GRADE_UNCLEAR: _(
        "学年「%(value)s」だけでは学部が分かりません。特別支援学校では小1、中1のように入力してください。"
    ),
    Code.CLASS_OF_OTHER_GRADE: _(
        "組「%(value)s」の学年が、学年の列(%(grade)s)と違います。どちらかを直してください。"
    ),
    Code.NUMBER: _("出席番号「%(value)s」は使えません。1〜%(limit)dの整数で入力してください。"),
    Code.NOT_KANA: _(
        "フリガナ「%(value)s」にかなでない文字「%(character)s」があります。全角カタカナで入力してください。"
    ),
    Code.CODE_EXPONENT: _(
        "管理コード「%(value)s」は、Excelが長い数字を縮めた形です。"
        "Excelで開かずに、校務支援システムから出力したままのファイルを選んでください。"
    ),
    Code.CODE_CHARACTER: _(
        "管理コード「%(value)s」に使えない文字「%(character)s」があります。"
        "文字・数字と - _ . だけにしてください。"
    ),
    Code.TOO_MANY_GROUPS: _("グループが%(found)d個あります。1人%(limit)d個までにしてください。"),
    Code.DOUBLED_CODE: _(
        "管理コード「%(value)s」が%(first)d行目と同じです。"
        "1人に1つの別のコードにするか、重なった行を消してください。"
    ),
    Code.DOUBLED_SEAT: _(
        "学年「%(grade)s」組「%(class_name)s」出席番号「%(number)d」が%(first)d行目と同じです。"
        "学年・組・出席番号のどれかを直してください。"
    ),
    Code.HALF_WIDTH_KANA: _("フリガナの半角カナを全角に直して読み込みます(%(count)d件、%(lines)s行目)。"),
    Code.HIRAGANA: _("フリガナのひらがなをカタカナに直して読み込みます(%(count)d件、%(lines)s行目)。"),
    Code.NO_KANA: _("フリガナがありません(%(count)d件、%(lines)s行目)。五十音順の一覧では最後に並びます。"),
    Code.PLACEHOLDER: _(
        "氏名に「?」「〓」などの記号があります(%(count)d件、%(lines)s行目)。"
        "字が失われていないか確かめてください。"
    ),
    Code.SHORT_CODE: _(
        "管理コードの桁が他より少ない行があります(%(count)d件、%(lines)s行目)。"
        "先頭の0がExcelで消えていないか確かめてください。"
    ),
    Code.IGNORED_COLUMNS: _("読み込まない列: %(columns)s。"),
    Code.PERSONAL_COLUMNS: _("個人情報なので読み込まず、保存もしない列: %(columns)s。"),
}

COLUMNS = {
    "school_code": _("学校コード"),
    "grade": _("学年"),
    "class_name": _("組"),
    "number": _("出席番号"),
    "name": _("氏名"),
    "family_name": _("姓"),
    "given_name": _("名"),
    "kana": _("フリガナ"),
    "family_kana": _("セイ"),
    "given_kana": _("メイ"),
    "management_code": _("管理コード"),
    "groups": _("グループ"),
}
