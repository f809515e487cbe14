//! What the shipped packs have sealed, masked and followed by the directory.

use qianmo_access::sealing;
use qianmo_store::Sheet;

use crate::shipped::PACKS;

#[test]
fn the_directory_follows_the_persons_sheet_of_the_packs() {
    let mut expected = qianmo_store::DirectoryPolicy::default();
    let field = |name: &str| Some(name.into());
    let sheet = Sheet {
        locates: true,
        name: field("name"),
        birth: field("birth_date"),
        sex: field("sex"),
        number: field("id_number"),
        phone: field("phone"),
        household: field("household"),
        merged_into: None,
    };
    expected.sheet("population.resident", sheet);
    expected.sheet("population.merge", Sheet { merged_into: field("merged_into"), ..Sheet::default() });
    assert_eq!(sealing::directory(&PACKS), expected);
}

#[test]
fn a_store_without_keys_masks_what_one_with_keys_seals() {
    let options = sealing::options(&PACKS, None);
    assert!(options.sealing.is_none() && !options.directory.is_empty());
    let masks = format!("{:?}", options.masks);
    for field in ["population.resident", "id_number: ResidentNumber", "phone: Phone", "severe_mental.enrolment"] {
        let quoted = field.split_once(": ").map_or_else(|| format!("\"{field}\""), |(name, mask)| format!("\"{name}\": {mask}"));
        assert!(masks.contains(&quoted), "{quoted} in {masks}");
    }
}
