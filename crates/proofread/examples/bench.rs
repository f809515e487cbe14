//! Measures proofreading: median milliseconds for 1, 2 and 4 MB of reports, for single lines, and for text
//! that is nothing but figures.
//!
//! Usage: `cargo run --release -p qianmo-proofread --example bench`. Prints the number of claims, so that nothing can be
//! optimised away, and milliseconds per MB, which must stay level as the text grows.

use std::time::Instant;

use qianmo_proofread::check;

const RUNS: usize = 9;
const MEGABYTE: usize = 1_000_000;

/// A year's report with invented figures; every paragraph differs by its number.
fn paragraph(number: usize, end: &str, prose: &str) -> String {
    let people = 20_000 + number * 37 % 9_000;
    let due = 900 + number * 13 % 700;
    let done = due - number % 40;
    let men = 300 + number % 90;
    let women = 280 + number % 70;
    format!(
        "{number}、基本情况。全镇辖{}个行政村，总人口{people}人，其中65岁以上老年人{}人，占总人口的{:.2}%。{end}\
         计划免疫工作按照上级要求稳步推进，各村卫生室认真落实责任，应种{due}人，实种{done}人，接种率{:.2}%；孕产妇{}人，系统管理{}人，\
         系统管理率{:.1}%。全年共出生{}人，其中男{men}人，女{women}人，出生人口性别比{:.1}，比去年下降1.2个百分点。{end}\
         加强组织领导，健全工作机制，明确工作职责，广泛开展宣传教育活动，发放宣传资料{}份，受益群众5000余人，培训村医4期120人次，\
         救助困难群众{}户，发放救助金{:.1}万元，户均{}元，群众满意度明显提高，工作取得了较好的成效。{end}{prose}{end}",
        10 + number % 9,
        people / 9,
        100.0 / 9.0,
        done as f64 * 100.0 / due as f64,
        due / 3,
        due / 4,
        75.1,
        men + women,
        men as f64 * 100.0 / women as f64,
        2000 + number,
        40 + number % 20,
        8.5,
        1700,
    )
}

fn text(bytes: usize, end: &str, prose: &str) -> String {
    let mut text = String::with_capacity(bytes + 2_000);
    let mut number = 1;
    while text.len() < bytes {
        text.push_str(&paragraph(number, end, prose));
        number += 1;
    }
    text
}

/// What stands between the figures of a real report.
const PROSE: &str = "在上级部门的正确领导和大力支持下，我们坚持预防为主的方针，紧紧围绕年初确定的各项任务，进一步转变作风，强化管理，\
    完善制度，规范服务，把各项工作落到实处。一是健全组织，明确分工，实行包村责任制，形成一级抓一级、层层抓落实的局面；二是加强培训，\
    采取以会代训、现场指导等多种形式，提高基层人员的业务能力；三是广泛宣传，利用广播、标语、展板和入户走访，使群众了解政策、主动参与；\
    四是严格督导，定期检查，发现问题及时整改，确保工作质量。同时也要看到，人员不足、经费紧张、交通不便等困难仍然存在，需要在今后的工作中\
    认真加以解决，力争再上新台阶。";

fn main() {
    println!("input                      claims   median ms   ms per MB");
    let report = |megabytes, end| text(megabytes * MEGABYTE, end, &PROSE.repeat(2));
    let inputs = [
        ("1 MB of reports", 1_u8, report(1, "\n")),
        ("2 MB of reports", 2, report(2, "\n")),
        ("4 MB of reports", 4, report(4, "\n")),
        ("1 MB in one line", 1, report(1, "")),
        ("4 MB in one line", 4, report(4, "")),
        ("1 MB of figures only", 1, text(MEGABYTE, "\n", "")),
    ];
    for (name, megabytes, text) in inputs {
        let mut times = Vec::new();
        let mut claims = 0;
        for _ in 0..RUNS {
            let start = Instant::now();
            claims = check(&text).claims.len();
            times.push(start.elapsed().as_secs_f64() * 1_000.0);
        }
        times.sort_by(f64::total_cmp);
        let median = times[RUNS / 2];
        println!("{name:<24} {claims:>8} {median:>11.1} {:>11.1}", median / f64::from(megabytes));
    }
}
