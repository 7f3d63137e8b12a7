import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.masking import mask_address, mask_birth, mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("mask", "clear", "masked"),
    [
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "+86 138-1234-5678", "138****5678"),
        (mask_phone, "023-58221234", "*********34"),
        (mask_phone, "110", "***"),
        (mask_phone, "", ""),
        (mask_id_number, "500101199001011234", "5001**********1234"),
        (mask_id_number, "50010119900101123X", "5001**********123X"),
        (mask_id_number, "500101900101123", "5001*******1123"),
        (mask_id_number, "G12345678", "*******78"),
        (mask_id_number, "123", "***"),
        (mask_name, "陈小宇", "陈*宇"),
        (mask_name, "陈宇", "陈*"),
        (mask_name, "欧阳小宇", "欧**宇"),
        (mask_name, "宇", "*"),
        (mask_name, "", ""),
        (mask_address, "沱口三巷12号院2栋502", "沱口三巷12号院2栋***"),
        (mask_address, "三巷12号", "三巷***"),
        (mask_address, "天子园后面的小楼", "天子园后***"),
        (mask_address, "", ""),
        (mask_birth, "1943-03-07", "1943-**-**"),
        (mask_birth, "", ""),
    ],
)
def test_masked_form(mask, clear, masked):
    assert mask(clear) == masked


@given(st.sampled_from([mask_phone, mask_id_number]), st.text("0123456789X", max_size=20))
def test_never_more_than_eight_signs_and_never_all_are_shown(mask, clear):
    shown = mask(clear).replace("*", "")

    assert len(shown) <= 8
    assert len(shown) < len(clear) or not clear
