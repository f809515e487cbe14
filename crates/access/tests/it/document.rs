//! `docs/access.md` says what the code does: its table is made from the duties and compared line by line.

use qianmo_access::{Duties, Lines, MIN_REASON, Right, Rows, Writes};
use qianmo_store::Role;

const ROLES: [(Role, &str); 11] = [
    (Role::VillageDoctor, "村医"),
    (Role::PublicHealth, "公卫人员"),
    (Role::Clinician, "妇幼、临床服务"),
    (Role::HealthOffice, "镇卫健办"),
    (Role::CountyAnalyst, "县卫健分析"),
    (Role::DiseaseControl, "疾控"),
    (Role::Supervision, "监督"),
    (Role::Committee, "村（社区）干部"),
    (Role::Resident, "居民、监护人"),
    (Role::Auditor, "审计"),
    (Role::Administrator, "账号管理"),
];

fn rows(rows: Rows) -> &'static str {
    match rows {
        Rows::Nobody => "不看",
        Rows::RestrictedByName => "本辖区居民；严控专项只看授权中指明的居民",
        Rows::Everybody => "本辖区居民",
        Rows::OwnClients => "一般专项看本辖区居民；敏感、严控专项只看自己服务过的",
        Rows::Administrative => "只看行政表单（看不出病情和生育选择）",
        Rows::NamedProgrammes => "只看授权逐个写明的专项，每次说明理由",
        Rows::Organisations => "只看机构、辖区，不看居民",
        Rows::Own => "本人（被监护人）的全部记录，不用说明理由",
    }
}

fn lines(lines: Lines) -> &'static str {
    match lines {
        Lines::Nothing => "—",
        Lines::Appointments => "只有同意代为通知的人：姓名和时间",
        Lines::Due => "同左",
    }
}

fn writes(writes: Writes) -> &'static str {
    match writes {
        Writes::Nothing => "—",
        Writes::Forms => "服务记录",
        Writes::Administrative => "行政表单",
        Writes::Organisations => "机构、辖区的表单",
        Writes::Own => "本人的同意和谢绝",
    }
}

fn right(right: Right) -> &'static str {
    match right {
        Right::ManageAccounts => "管账号",
        Right::GiveGrants => "给予、收回授权（不能给自己）",
        Right::GiveOwnRecord => "给居民开通本人记录",
        Right::EnrolDevices => "登记、吊销设备",
        Right::EditAreas => "改辖区",
        Right::ReadAudit => "看审计（不含记录内容）",
        Right::FileReturns => "填报报表",
        Right::ApproveReturns => "审核、退回报表",
        Right::ReviewArrivals => "处理待核记录",
        Right::Publish => "发布公示",
        Right::Export => "导出名单",
        Right::FreezeCampaigns => "开展专项行动",
        Right::Backup => "备份、核对、改设置（授权须覆盖本库的全部村、社区）",
    }
}

fn table() -> String {
    let mut text = "| 角色 | 记录 | 应办清单 | 数字 | 看全号码 | 可写 | 还可以 |\n| --- | --- | --- | --- | --- | --- | --- |\n".to_owned();
    let yes = |held: bool| if held { "看" } else { "—" };
    for (role, name) in ROLES {
        let duties = Duties::of(role);
        let rights: Vec<&str> = duties.rights.iter().map(|held| right(*held)).collect();
        let rights = if rights.is_empty() { "—".to_owned() } else { rights.join("、") };
        let cells =
            [name, rows(duties.rows), lines(duties.lines), yes(duties.numbers), yes(duties.exposes), writes(duties.writes), &rights];
        text.extend(["| ", &cells.join(" | "), " |\n"]);
    }
    text
}

#[test]
fn the_table_for_operators_is_the_code() {
    let text = include_str!("../../../../docs/access.md");
    let table = table();
    assert!(text.contains(&table), "docs/access.md should have:\n{table}");
    assert_eq!(ROLES.map(|(role, _)| role).to_vec(), Role::all().collect::<Vec<_>>());
    assert!(text.contains(&format!("至少{MIN_REASON}个字")));
}
