import unicodedata
from datetime import date

import pytest

from emulation.documents.recipients import MOST_RECIPIENTS, Recipient, read_recipients
from emulation.errors import Invalid

KNOWN = (
    "các cột dùng được là: tên, thành tích, mã tra cứu, địa chỉ tra cứu, số quyết định, ngày quyết định, "
    "số sổ vàng, nơi ký, ngày ký, chức vụ người ký, người ký"
)


def problems(csv_text: str) -> str:
    with pytest.raises(Invalid) as refused:
        read_recipients(csv_text)
    assert refused.value.field == "recipients"
    return str(refused.value)


def test_recipients_are_read_in_order_with_all_columns() -> None:
    text = (
        "STT;Tên;Thành tích;Mã tra cứu;Số quyết định;Ngày quyết định;Số sổ vàng;Ngày ký;Chức vụ;Người ký;url\n"
        '1;Sở A;"Đã có; thành tích";7k4m-92qd;12/QĐ-BGDĐT;05/03/2022;7;2022-03-06;"KT. BỘ TRƯỞNG\nTHỨ TRƯỞNG";'
        "Nguyễn Văn A;https://thidua.example/c/7K4M-92QD\n"
        "\n"
        "2;Sở  B;Thành tích;;;;;;;;\n"
    )
    assert read_recipients(text) == [
        Recipient(
            name="Sở A",
            merit="Đã có; thành tích",
            code="7K4M-92QD",
            decision_number="12/QĐ-BGDĐT",
            decision_date=date(2022, 3, 5),
            register_number="7",
            signed_on=date(2022, 3, 6),
            signer_title="KT. BỘ TRƯỞNG\nTHỨ TRƯỞNG",
            signer_name="Nguyễn Văn A",
            check_url="https://thidua.example/c/7K4M-92QD",
            line=2,
        ),
        Recipient(name="Sở B", merit="Thành tích", line=5),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_recipients_are_read_with_each_separator_and_byte_order_mark(separator: str, start: str) -> None:
    text = start + separator.join(["name", "merit"]) + "\r\n" + separator.join(["Sở A", "T"]) + "\r\n"
    assert read_recipients(text) == [Recipient(name="Sở A", merit="T", line=2)]


@pytest.mark.parametrize("header", ["TÊN;Thành_tích;Ngày quyết định", "ten;thanh tich;ngay quyet dinh"])
def test_columns_are_known_without_case_and_accents(header: str) -> None:
    expected = Recipient(name="Sở A", merit="x", decision_date=date(2022, 3, 5), line=2)
    assert read_recipients(f"{header}\nSở A;x;05/03/2022\n") == [expected]


def test_recipients_are_normalised_to_nfc() -> None:
    text = unicodedata.normalize("NFD", "tên,thành tích\nSở Giáo dục,Đã có thành tích\n")
    assert read_recipients(text)[0].name == "Sở Giáo dục"


def test_recipients_take_the_merit_of_the_template() -> None:
    assert read_recipients("name\nSở A\n", defaults={"merit": "x"}) == [Recipient(name="Sở A", line=2)]


@pytest.mark.parametrize(
    ("csv_text", "message"),
    [
        ("", "tệp không có nội dung"),
        (" \n\n", "tệp không có nội dung"),
        ("name,merit\n", "chỉ có dòng tiêu đề, chưa có người nhận nào"),
        ("name,merit\n,\n", "chỉ có dòng tiêu đề, chưa có người nhận nào"),
        ("merit\nx\n", "thiếu cột “tên” (name)"),
        ("name\nSở A\n", "thiếu cột “thành tích” (merit)"),
        ("name,merit,Màu\nSở A,x,đỏ\n", f"không rõ cột “Màu”; {KNOWN}"),
        ("name,tên,merit\nA,B,x\n", "cột “tên” có 2 lần"),
        ('name,merit\n"Sở A,x\n', "dòng 2: dấu ngoặc kép mở mà không đóng, hoặc ô quá dài"),
        ("name,merit\nSở A,x,thừa\n", "dòng 2: có 3 ô, tiêu đề chỉ có 2 cột"),
    ],
)
def test_recipients_of_a_broken_file_are_refused(csv_text: str, message: str) -> None:
    assert problems(csv_text) == f"Danh sách người nhận chưa đúng: {message}."


def test_every_wrong_cell_is_named_in_one_pass() -> None:
    text = (
        "name,merit,code,date,signed,url\n"
        ",x,,,,\n"
        "Sở B,,7K4M-92QD,31/02/2022,,\n"
        "Sở C,x,7K4M-92QD,,hôm qua,ftp://x\n"
        f"{'a' * 601},x,mã sai,,,\n"
    )
    assert problems(text).removeprefix("Danh sách người nhận chưa đúng: ").rstrip(".").split("; ") == [
        "dòng 2, cột name: chưa có tên",
        "dòng 3, cột merit: chưa ghi thành tích",
        "dòng 3, cột date: “31/02/2022” không phải là ngày, cần viết như 05/03/2022",
        "dòng 4, cột url: không phải là địa chỉ http:// hoặc https://",
        "dòng 4, cột signed: “hôm qua” không phải là ngày, cần viết như 05/03/2022",
        "dòng 4: mã 7K4M-92QD đã có ở dòng 3",
        "dòng 5, cột name: dài 601 ký tự, nhiều nhất là 600",
        "dòng 5, cột code: “MÃ SAI” không phải là mã tra cứu",
    ]


def test_too_many_problems_are_counted() -> None:
    text = "name,merit\n" + ",x\n" * 40
    assert problems(text).endswith("; và 10 lỗi khác.")


def test_too_many_recipients_are_refused() -> None:
    text = "name,merit\n" + "A,x\n" * (MOST_RECIPIENTS + 1)
    assert problems(text) == "Danh sách người nhận chưa đúng: có 20001 dòng, nhiều nhất là 20000."
