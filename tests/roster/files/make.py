"""Write the files beside this one again: `python tests/roster/files/make.py`. The same bytes each time."""

import zipfile
from pathlib import Path

HERE = Path(__file__).parent
TEXT = """\
学校コード,学年,組,出席番号,氏名,フリガナ,管理コード,グループ,生年月日,性別
B113200000017,３年,１組,１,キム　ハル,ｷﾑ ﾊﾙ,0001,サッカークラブ,2017/05/01,1
B113200000017,３年,１組,２,山田　葵,ﾔﾏﾀﾞ ｱｵｲ,0002,,2017/06/02,2
B113200000017,３年,１組,３,髙橋　結衣,ﾀｶﾊｼ ﾕｲ,0007,図書委員会,2017/07/03,2
"""


def joined(separator: str) -> str:
    return TEXT.replace(",", separator).replace("\n", "\r\n")


def write_all() -> None:
    (HERE / "sakura-cp932.csv").write_bytes(joined(",").encode("cp932"))
    (HERE / "sakura-utf8-bom.csv").write_bytes(joined(",").encode("utf-8-sig"))
    (HERE / "sakura-excel-unicode.txt").write_bytes(b"\xff\xfe" + joined("\t").encode("utf-16-le"))
    (HERE / "sakura-euc.csv").write_bytes(joined(",").replace("髙", "高").encode("euc_jp"))
    (HERE / "pdf-renamed.csv").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    with zipfile.ZipFile(HERE / "sakura.xlsx", "w") as book:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            book.writestr(zipfile.ZipInfo(name), "<xml/>")


if __name__ == "__main__":
    write_all()
