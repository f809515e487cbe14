//! Rights and the giving of grants.

use qianmo_access::Right;
use qianmo_core::pack::Sensitivity;
use qianmo_store::{Grant, Role};

use crate::world::{self, *};

#[test]
fn rights_hold_in_the_grants_area_and_nowhere_else() {
    for role in Role::all() {
        let access = access(&[grant(role, TOWN, Sensitivity::Restricted)]);
        for right in Right::ALL {
            let has = qianmo_access::Access::rights_of(role).contains(&right);
            assert_eq!(access.may(right, area(VILLAGE)), has, "{role:?} {right:?}");
            let named = Grant { residents: Some([person(1)].into()), ..grant(role, TOWN, Sensitivity::Restricted) };
            assert!(!world::access(&[named]).may(right, area(VILLAGE)), "single residents are no area");
            assert!(!access.may(right, area(FAR_VILLAGE)) && !access.may(right, area(COUNTY)), "{role:?} {right:?}");
            assert_eq!(access.require_right(right, area(FAR_VILLAGE)).unwrap_err().code, "ACCESS-0104");
            let here = access.require_right(right, area(TOWN)).map_err(|fault| fault.code);
            assert_eq!(here, if has { Ok(()) } else { Err("ACCESS-0102") });
        }
    }
}

#[test]
fn who_manages_accounts_sees_nobody_and_who_audits_neither() {
    for role in [Role::Administrator, Role::Auditor] {
        let access = access(&[grant(role, COUNTY, Sensitivity::Restricted)]);
        assert!(access.sight(REASON, true).windows.is_empty());
        assert!(access.numbers(area(COUNTY)).is_empty() && access.due(REASON).is_empty());
        assert!(!(access.may(Right::ReadAudit, area(COUNTY)) && access.may(Right::GiveGrants, area(COUNTY))), "nobody watches themselves");
    }
}

#[test]
fn nobody_gives_themselves_anything_nor_beyond_their_area() {
    let administrator = access(&[grant(Role::Administrator, TOWN, Sensitivity::Routine)]);
    let for_li = grant(Role::PublicHealth, TOWN, Sensitivity::Restricted);
    assert_eq!(administrator.may_give(&for_li).unwrap_err().code, "ACCESS-0105");
    let mut for_wang = for_li.clone();
    for_wang.worker = name("wang");
    assert_eq!(administrator.may_give(&for_wang), Ok(()));
    for_wang.area = area(COUNTY);
    assert_eq!(administrator.may_give(&for_wang).unwrap_err().code, "ACCESS-0104", "wider than one's own");
    let doctor = access(&[grant(Role::VillageDoctor, VILLAGE, Sensitivity::Routine)]);
    for_wang.area = area(VILLAGE);
    assert_eq!(doctor.may_give(&for_wang).unwrap_err().code, "ACCESS-0102");
}

#[test]
fn residents_get_their_own_record_at_the_health_centre() {
    let centre = access(&[grant(Role::PublicHealth, TOWN, Sensitivity::Routine)]);
    let mut own = grant(Role::Resident, VILLAGE, Sensitivity::Routine);
    own.worker = name("wang");
    assert_eq!(centre.may_give(&own).unwrap_err().code, "ACCESS-0106");
    own.residents = Some(std::collections::BTreeSet::new());
    assert_eq!(centre.may_give(&own).unwrap_err().code, "ACCESS-0106");
    own.residents = Some([person(1)].into());
    assert_eq!(centre.may_give(&own), Ok(()));
    own.area = area(FAR_VILLAGE);
    assert_eq!(centre.may_give(&own).unwrap_err().code, "ACCESS-0104");
    own.area = area(VILLAGE);
    own.role = Role::VillageDoctor;
    assert_eq!(centre.may_give(&own).unwrap_err().code, "ACCESS-0102");
}

#[test]
fn ones_own_record_is_everything_about_oneself_and_nobody_else() {
    let mut own = grant(Role::Resident, VILLAGE, Sensitivity::Routine);
    own.residents = Some([person(1)].into());
    let access = access(&[own]);
    assert_eq!(access.own(), [person(1)].into());
    let sight = access.sight(None, false);
    for form in ["visit.note", "quiet.note", "closed.note", "base.death"] {
        assert!(opens(&sight, &Seen::of(form, FAR_VILLAGE)), "{form}");
        assert!(!opens(&sight, &Seen { resident: Some(person(2)), ..Seen::of(form, VILLAGE) }));
        assert!(!opens(&sight, &Seen { resident: None, ..Seen::of(form, VILLAGE) }));
    }
}
