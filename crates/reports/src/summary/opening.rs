//! The opening paragraph (导语): whose work, how many villages, and over to the account.

use qianmo_core::{AreaKind, Calendar, Part, Period};

use super::composer::Composer;
use crate::model::{Block, NumberReference, Run};
use crate::reference::Kind;

pub(super) fn write(composer: &mut Composer<'_>) {
    let year = composer.request.year;
    let mut runs = vec![Run::Text(format!("{year}年，在各级党委、政府的领导和上级主管部门的指导下，{}", composer.area_name))];
    let counted = [(AreaKind::Community, "社区"), (AreaKind::Village, "村")];
    let mut parts = Vec::new();
    for (kind, word) in counted {
        let count = areas_below(composer, kind);
        if count > 0 {
            let text = format!("{count}个{word}");
            parts.push(areas_run(composer, kind, word, count, text));
        }
    }
    if !parts.is_empty() {
        runs.push(Run::Text("（辖".to_owned()));
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                runs.push(Run::Text("、".to_owned()));
            }
            runs.push(part);
        }
        runs.push(Run::Text("）".to_owned()));
    }
    runs.push(Run::Text(
        "坚持以居民健康为中心，认真落实基层医疗卫生、公共卫生和居民健康服务的各项任务，各项工作有序开展。现将一年来的工作总结如下："
            .to_owned(),
    ));
    composer.blocks.push(Block::Paragraph(runs));
}

fn areas_below(composer: &Composer<'_>, kind: AreaKind) -> usize {
    let request = composer.request;
    let (_, end) = Period::Year(request.year).range(Calendar::Civil);
    let exists = |code: &qianmo_core::AreaCode| {
        request
            .areas
            .get(*code)
            .is_some_and(|area| area.kind == kind && area.valid_from <= end && area.valid_to.is_none_or(|last| last >= end))
    };
    request.areas.leaves(request.area).iter().filter(|code| **code != request.area && exists(code)).count()
}

fn areas_run(composer: &mut Composer<'_>, kind: AreaKind, word: &str, count: usize, text: String) -> Run {
    let request = composer.request;
    let period = Period::Year(request.year);
    let made = NumberReference {
        indicator: "area".to_owned(),
        name: format!("所辖{word}数（辖区表）"),
        area: format!("{} {}", request.area, composer.area_name),
        period: period.chinese(Calendar::Civil),
        numerator: count.to_string(),
        denominator: String::new(),
        value: count.to_string(),
        unit: "个".to_owned(),
        cut: request.cut.to_owned(),
        drill: vec![format!("qianmo sql \"select code, name from area where kind = '{}'\"", kind.word())],
        note: String::new(),
        places: Vec::new(),
        cell: None,
    };
    let key = (Kind::Areas, format!("{}.{}", kind.word(), Part::Value.word()), request.area, period);
    composer.references.run(key, &composer.place, text, || made)
}
