//! Any text gets an answer and any bytes get a text or a coded error: no panic, places inside the text, same answer twice.

use proptest::prelude::*;
use qianmo_proofread::{check, read};

/// Pieces of which such texts are made; joined at random they reach every branch of the scanner.
const PIECES: &[&str] = &[
    "应种",
    "实种",
    "接种率",
    "占总人口的",
    "其中",
    "共",
    "合计",
    "比去年",
    "下降",
    "上升",
    "由",
    "到",
    "人均",
    "性别比",
    "结余",
    "男",
    "女",
    "一孩",
    "二孩及以上",
    "以下",
    "方面",
    "一、",
    "二、",
    "一是",
    "出生",
    "死亡",
    "自然增长率",
    "完成任务",
    "每季度",
    "完成率",
    "患病率",
    "(",
    ")",
    "【",
    "】",
    "“",
    "”",
    "，",
    ",",
    "。",
    "；",
    "、",
    "：",
    "\n",
    "\t",
    " ",
    "%",
    "‰",
    "/10万",
    "/00",
    "个百分点",
    "人",
    "人次",
    "户",
    "元",
    "万元",
    "万",
    "亿",
    "例",
    "岁",
    "年",
    "月",
    "以上",
    "多",
    "余",
    "近",
    "约",
    "-",
    "—",
    "/",
    "第",
    "十",
    "三",
    "百分之",
    "0",
    "7",
    "12",
    "99.5",
    "100",
    "1204",
    "31742",
    "1,234,567",
    "3.46",
    "0.00",
    "999999999999999",
    "()",
    "XX",
    "應",
    "(yīng)",
    "參",
    "１２",
    "．",
    "hiv",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..120).prop_map(|pieces| pieces.concat())
}

fn answer_is_sound(text: &str) {
    let report = check(text);
    let lines: Vec<&str> = text.split('\n').collect();
    for claim in &report.claims {
        let line = lines.get(claim.line - 1).expect("a claim stands on a line of the text");
        assert!(claim.column <= line.chars().count() + 1, "column {} in {line:?}", claim.column);
        assert!(!claim.reason.is_empty());
        assert!(claim.operands.iter().all(|operand| operand.line >= 1 && operand.line <= lines.len()));
    }
    assert_eq!(report, check(text), "the answer depends on the text alone");
    assert!(report.to_json().starts_with('['));
    assert!(report.to_html(text, "t").ends_with("</html>\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn soup_of_words_and_numbers(text in soup()) {
        answer_is_sound(&text);
    }

    #[test]
    fn any_characters(text in "\\PC{0,200}") {
        answer_is_sound(&text);
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        match read(&bytes) {
            Ok(text) => answer_is_sound(&text),
            Err(error) => assert!(error.code().starts_with("PROOF-")),
        }
    }
}

#[test]
fn a_line_of_a_million_characters_and_nested_brackets() {
    let line = "应种12人，实种11人，接种率91.7%，其中".repeat(50_000);
    assert!(check(&line).claims.len() >= 50_000);
    let awkward = [
        "(".repeat(300_000),
        "【其中3人(".repeat(100_000),
        "以下5个方面一是".repeat(60_000),
        "1-".repeat(300_000),
        "共3人、".repeat(100_000),
    ];
    for text in &awkward {
        assert!(check(text).claims.len() <= text.len());
    }
}
