//! The annual work summary and next year's plan (工作总结及工作计划), composed from the packs.
//!
//! Order: 一、基本情况; 二、组织管理; 三、主要工作开展及完成情况 with a （n） for each programme; 四、存在问题, found among the
//! numbers; 五、the plan; signature; appendix with the source of every number. A template's part goes to the first
//! section when its heading contains 基本情况, to the second when it begins with 组织 or 培训, else to the third.

mod composer;
mod findings;
mod opening;
mod plan;
mod sections;

use qianmo_core::pack::Packs;
use qianmo_core::{AreaCode, AreaTree, Date, Fault, Numbers};

use crate::model::{Block, Document, Look};
use crate::template::{self, Template};
use composer::Composer;
pub(crate) use composer::chinese_number;

/// What a summary is made of.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The packs in use.
    pub packs: &'a Packs,
    /// Where the numbers come from.
    pub numbers: &'a dyn Numbers,
    /// The division tree.
    pub areas: &'a AreaTree,
    /// Whose summary it is.
    pub area: AreaCode,
    /// The year summed up; the plan is for the year after.
    pub year: i16,
    /// Date of printing.
    pub printed: Date,
    /// Who issues it (落款).
    pub organisation: &'a str,
    /// The data cut in words, for the appendix.
    pub cut: &'a str,
}

impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("area", &self.area).field("year", &self.year).field("cut", &self.cut).finish_non_exhaustive()
    }
}

/// Composes the annual summary and plan.
///
/// Faults, all at once: those of [`crate::template`] with file and line; `CORE-0104` when the tree lacks the area.
/// Source of the structure: township work summaries; of the layout: GB/T 9704-2012.
pub fn compose(request: &Request<'_>) -> Result<Document, Vec<Fault>> {
    let area = request.areas.require(request.area).map_err(|fault| vec![fault])?;
    let templates = templates(request.packs)?;
    let mut composer = Composer::new(request, area.name.clone());
    opening::write(&mut composer);
    sections::write(&mut composer, &templates);
    let findings = findings::find(request);
    findings::write(&mut composer, &findings);
    plan::write(&mut composer, &findings, &templates);
    composer.blocks.push(Block::Signature);
    composer.blocks.push(Block::PageBreak);
    composer.blocks.push(Block::Appendix { title: "附录　文中数字来源".to_owned(), notes: appendix_notes(request) });
    Ok(Document {
        title: format!("{}{}年卫生健康工作总结及{}年工作计划", area.name, request.year, request.year + 1),
        subtitle: None,
        organisation: request.organisation.to_owned(),
        date: request.printed,
        look: Look::Official,
        blocks: composer.blocks,
        references: composer.references.into_list(),
    })
}

fn templates(packs: &Packs) -> Result<Vec<(String, Template)>, Vec<Fault>> {
    let mut ordered: Vec<_> = packs.packs.iter().collect();
    ordered.sort_by_key(|pack| pack.order);
    let mut templates = Vec::new();
    let mut faults = Vec::new();
    for pack in ordered {
        match pack.summary.as_ref().map(|part| template::read(part, packs)) {
            None => {}
            Some(Ok(template)) => templates.push((pack.name.clone(), template)),
            Some(Err(mut found)) => faults.append(&mut found),
        }
    }
    if faults.is_empty() { Ok(templates) } else { Err(faults) }
}

fn appendix_notes(request: &Request<'_>) -> Vec<String> {
    vec![
        "文中每个数字都由系统从原始记录计算得出，按出现先后编号列出指标、时段、分子、分母和核对命令；同一数字多处出现的，各处位置一并列出。妇幼年度指上年10月1日至当年9月30日。".to_owned(),
        format!("数据截点：{}。在数据目录上运行核对命令（加 --data 数据目录），可列出该数字所计的每一条记录；有分母的，把末尾的 numerator 换成 denominator，即列出分母。", request.cut),
    ]
}
