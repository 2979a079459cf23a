import io
import re
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Name

from emulation.documents.calibration import render_calibration
from emulation.documents.certificate_template import Template, load_template
from emulation.documents.certificates import certificates_from_files, render_certificates, whole_file
from emulation.documents.recipients import Recipient
from emulation.errors import Invalid
from tests.documents import pdfs

MERIT = (
    "Đã có thành tích xuất sắc trong phong trào thi đua “Đổi mới, sáng tạo trong quản lý, giảng dạy và học tập” "
    "năm học 2021-2022, góp phần vào sự nghiệp phát triển Giáo dục và Đào tạo"
)
NAMES = [
    "Sở Giáo dục và Đào tạo Hà Nội",
    "Sở Giáo dục, Khoa học và Công nghệ tỉnh Bạc Liêu",
    "Trung tâm Hỗ trợ phát triển giáo dục hòa nhập và Phục hồi chức năng tỉnh Bà Rịa - Vũng Tàu",
]
CODES = ["7K4M-92QD", "3XWT-6HNC", "9RFB-E2YV"]
RECIPIENTS = [
    Recipient(name=name, merit=MERIT, code=code, check_url=f"https://thidua.example/c/{code}", line=line)
    for line, (name, code) in enumerate(zip(NAMES, CODES, strict=True), 2)
]


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template("bang-khen")


def rendered(template: Template, recipients: list[Recipient], **options: object) -> bytes:
    out = io.BytesIO()
    render_certificates(template, recipients, write=out, **options)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.fixture(scope="module")
def three(template: Template) -> bytes:
    return rendered(template, RECIPIENTS, illustrative=True)


def test_each_recipient_has_a_page_with_name_code_and_all_fixed_words(three: bytes) -> None:
    assert pdfs.pages(three) == 3
    for number, (name, code) in enumerate(zip(NAMES, CODES, strict=True), 1):
        page = pdfs.text(three, number)
        for words in (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "BỘ TRƯỞNG BỘ GIÁO DỤC VÀ ĐÀO TẠO",
            "BẰNG KHEN",
            name,
            MERIT,
            f"Mã tra cứu {code}",
            "bản điện tử - minh họa",
        ):
            assert words in page
        assert pdfs.is_clean(page)


def test_numbers_and_dates_that_are_not_given_stay_blank(three: bytes) -> None:
    assert not re.search(r"số: ?\d|ngày \d|năm 20\d\d(?!-)", pdfs.text(three, 1).replace("2021-2022", ""))
    assert "Quyết định số: ................../QĐ-BGDĐT" in pdfs.text(three, 1)


def test_all_fonts_are_embedded_and_subsets_have_names_of_their_own(three: bytes) -> None:
    fonts = pdfs.fonts(three)
    assert all(fonts.values())
    assert {name.partition("+")[2] for name in fonts} == {
        "Tinos-Print",
        "Tinos-Print-Bold",
        "Tinos-Print-Italic",
        "Award-Print-Ultra-Bold",
    }


def test_no_line_is_wider_than_its_measure_or_leaves_the_frame(three: bytes) -> None:
    lines = pdfs.lines(three)
    for line in lines:
        assert line.left >= 21.1
        assert line.right <= 297 - 21.1
        assert line.top >= 21.1
        assert line.bottom <= 210 - 21.1
    names = [line for line in lines if line.top >= 84.5 and line.bottom <= 110.5]
    assert [line.text for line in names if line.page == 3] == [
        "Trung tâm Hỗ trợ phát triển giáo dục hòa nhập",
        "và Phục hồi chức năng tỉnh Bà Rịa - Vũng Tàu",
    ]
    assert all(line.width <= 198 for line in names)
    assert all(abs((line.left + line.right) / 2 - 148.5) < 0.2 for line in names)


def test_frame_and_shared_lines_are_in_the_file_once(three: bytes) -> None:
    with pikepdf.open(io.BytesIO(three)) as document:
        frames = {page.obj.Resources.XObject.Frame.objgen for page in document.pages}
        shared = {page.obj.Resources.XObject.Shared.objgen for page in document.pages}
        assert len(frames) == len(shared) == 1
        for page in document.pages:
            assert b"/Artifact BMC /Frame Do EMC" in page.obj.Contents.read_bytes()
        assert document.Root.Lang == "vi"
        assert document.docinfo[Name.Title] == "Bằng khen"


def test_the_same_recipients_give_the_same_bytes(template: Template, three: bytes) -> None:
    assert rendered(template, RECIPIENTS, illustrative=True) == three


def test_batch_larger_than_a_chunk_keeps_its_order_and_reports_progress(template: Template) -> None:
    seen: list[tuple[int, int]] = []
    recipients = [Recipient(name=f"Đơn vị số {n}", merit="x") for n in range(1, 102)]
    pdf = rendered(template, recipients, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(100, 101), (101, 101)]
    assert re.findall(r"Đơn vị số (\d+)", pdfs.text(pdf)) == [str(n) for n in range(1, 102)]
    assert all(pdfs.fonts(pdf).values())


def test_given_numbers_dates_and_signer_are_printed(template: Template) -> None:
    recipient = Recipient(
        name="Sở Giáo dục và Đào tạo Hà Nội",
        merit=MERIT,
        decision_number="4490/QĐ-BGDĐT",
        decision_date=date(2022, 3, 5),
        register_number="17",
        signed_on=date(2022, 12, 10),
        signer_title="KT. BỘ TRƯỞNG\nTHỨ TRƯỞNG",
        signer_name="Nguyễn Văn A",
    )
    page = pdfs.text(rendered(template, [recipient]))
    for words in (
        "Quyết định số: 4490/QĐ-BGDĐT ",
        "ngày 05 tháng 3 năm 2022",
        "Số sổ vàng: 17",
        "Hà Nội, ngày 10 tháng 12 năm 2022",
        "KT. BỘ TRƯỞNG",
        "THỨ TRƯỞNG",
        "Nguyễn Văn A",
    ):
        assert words in page
    assert "minh họa" not in page
    assert "Mã tra cứu" not in page


def test_preprinted_sheet_gets_only_the_open_lines_moved_as_the_printer_needs(template: Template) -> None:
    recipient = Recipient(name="Sở Giáo dục và Đào tạo Hà Nội", merit=MERIT)
    straight = pdfs.lines(rendered(template, [recipient], mode="preprinted"))
    moved = template.model_copy(
        update={"preprinted": template.preprinted.model_copy(update={"dx": 3.0, "dy": -2.0, "scale": 0.98})}
    )
    shifted = pdfs.lines(rendered(moved, [recipient], mode="preprinted"))
    assert not any("CỘNG HÒA" in line.text or "BẰNG KHEN" in line.text for line in straight)
    before, after = (next(line for line in page if "Hà Nội" in line.text) for page in (straight, shifted))
    assert after.left == pytest.approx(3 + 0.98 * before.left, abs=0.02)
    assert after.top == pytest.approx(-2 + 0.98 * before.top, abs=0.02)


def test_illustrative_print_is_marked_in_every_mode(template: Template) -> None:
    marked = template.model_copy(update={"illustrative": True})
    assert "minh họa" in pdfs.text(rendered(marked, RECIPIENTS[:1], mode="preprinted"))
    assert "minh họa" in pdfs.text(rendered(marked, RECIPIENTS[:1]))
    assert "minh họa" not in pdfs.text(rendered(template, RECIPIENTS[:1]))


def test_check_address_of_the_template_takes_the_code(template: Template) -> None:
    with_address = template.model_copy(update={"check_url": "https://thidua.example/c/{code}"})
    recipient = Recipient(name="A", merit="x", code="7K4M-92QD")
    given = Recipient(name="A", merit="x", code="7K4M-92QD", check_url="https://thidua.example/c/7K4M-92QD")
    assert rendered(with_address, [recipient]) == rendered(template, [given])
    assert rendered(template, [recipient]) != rendered(template, [given])


@pytest.mark.parametrize(
    ("recipient", "message"),
    [
        (Recipient(name="Giáodục" * 40, merit="x", line=7), "dòng 7, “" + ("Giáodục" * 40)[:57] + "...”: quá dài"),
        (Recipient(name="Sở ☃", merit="x"), "người nhận thứ 2, “Sở ☃”: phông chữ không có ký tự “☃”"),
        (Recipient(name=" ", merit="x"), "người nhận thứ 2: chưa có tên"),
        (Recipient(name="Sở A", merit="x " * 400), "người nhận thứ 2, “x x x"),
    ],
)
def test_text_that_cannot_be_printed_is_named_and_nothing_is_written(
    template: Template, tmp_path: Path, recipient: Recipient, message: str
) -> None:
    path = tmp_path / "out.pdf"
    with pytest.raises(Invalid) as refused:
        render_certificates(template, [RECIPIENTS[0], recipient], write=path)
    assert str(refused.value).startswith(f"Không in được: {message}")
    assert list(tmp_path.iterdir()) == []


def test_markup_in_a_name_is_printed_as_text(template: Template) -> None:
    pdf = rendered(template, [Recipient(name="Sở <b>A</b> & B", merit="{name}")])
    assert "Sở <b>A</b> & B" in pdfs.text(pdf)
    assert "{name}" in pdfs.text(pdf)


def test_nobody_to_print_for_is_refused(template: Template) -> None:
    with pytest.raises(Invalid, match="không có ai"):
        render_certificates(template, [], write=io.BytesIO())


def test_printing_that_stops_half_way_leaves_the_old_file(template: Template, tmp_path: Path) -> None:
    path = tmp_path / "out.pdf"
    path.write_bytes(b"old")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_certificates(template, RECIPIENTS, write=path, progress=stop)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_fails_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    def half() -> None:
        with whole_file(tmp_path / "out.pdf") as stream:
            stream.write(b"half")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        half()
    assert list(tmp_path.iterdir()) == []


def test_certificates_are_made_from_files(tmp_path: Path) -> None:
    people = tmp_path / "nguoi-nhan.csv"
    people.write_text("\ufefftên;thành tích;mã\nSở A;Đã có thành tích;7K4M-92QD\n", encoding="utf-8")
    out = tmp_path / "bang-khen.pdf"
    assert certificates_from_files("giay-chung-nhan", people, out) == 1
    assert "GIẤY CHỨNG NHẬN" in pdfs.text(out.read_bytes())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bang-khen.pdf", "nguoi-nhan.csv"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04\x00\x00\xff", "không phải là tệp CSV mã UTF-8"),
        ("tên,thành tích\nSở A,x\n".encode("cp1258", "replace"), "không phải là tệp CSV mã UTF-8"),
        (b"", "tệp không có nội dung"),
    ],
)
def test_file_that_is_no_csv_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    people = tmp_path / "nguoi-nhan.csv"
    people.write_bytes(content)
    with pytest.raises(Invalid, match=message):
        certificates_from_files("bang-khen", people, tmp_path / "out.pdf")
    assert not (tmp_path / "out.pdf").exists()


def test_list_in_utf16_as_excel_saves_it_is_read(tmp_path: Path) -> None:
    people = tmp_path / "nguoi-nhan.txt"
    people.write_text("tên\tthành tích\nSở A\tx\n", encoding="utf-16")
    assert certificates_from_files("bang-khen", people, tmp_path / "out.pdf") == 1


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    people = tmp_path / "nguoi-nhan.csv"
    people.write_text("tên,thành tích\nSở A,x\n", encoding="utf-8")
    with pytest.raises(Invalid, match="Không ghi được tệp"):
        certificates_from_files("bang-khen", people, tmp_path / "khong-co" / "out.pdf")


def test_calibration_page_names_its_crosses_and_boxes(template: Template) -> None:
    page = render_calibration(template)
    text = pdfs.text(page)
    assert pdfs.pages(page) == 1
    for words in ("TRANG CĂN CHỈNH MÁY IN", "26 ; 26", "271 ; 184", "tên tập thể, cá nhân", "mã QR", "chưa căn chỉnh"):
        assert words in text
    assert all(pdfs.fonts(page).values())


def test_calibration_page_is_moved_like_the_certificates(template: Template) -> None:
    moved = template.model_copy(
        update={"preprinted": template.preprinted.model_copy(update={"dx": 3.0, "dy": -2.0, "scale": 0.98})}
    )
    before, after = (
        next(line for line in pdfs.lines(render_calibration(each)) if "TRANG CĂN CHỈNH" in line.text)
        for each in (template, moved)
    )
    assert after.left == pytest.approx(3 + 0.98 * before.left, abs=0.02)
    assert "dx = 3 mm, dy = \u22122 mm, tỷ lệ = 0,98" in pdfs.text(render_calibration(moved))
