//! One character in, one character out: full-width forms, dashes and traditional characters.
//!
//! Lives here: the table that makes differently typed texts read alike. May not: anything that changes the number
//! of characters, because every place in an answer is counted in the writer's own characters.

/// Traditional characters that occur in the vocabulary of health work, each followed by its simplified form.
const TRADITIONAL: &str = "應应種种實实參参檢检療疗數数總总戶户婦妇產产兒儿歲岁萬万億亿個个約约餘余\
達达佔占為为項项報报醫医衛卫鄉乡鎮镇縣县區区農农業业計计劃划繳缴額额補补償偿門门診诊較较減减\
長长點点預预與与經经費费支支結结發发現现傳传篩筛調调資资對对類类癥症癌癌顯显動动務务\
員员圍围絕绝節节環环組组織织處处員员紅红從从級级統统領领導导訓训練练辦办開开會会場场\
條条張张塊块臺台輛辆間间盤盘擔担負负責责覆覆蓋盖齡龄優优質质體体電电複复複复職职難难\
婚婚讓让關关護护養养嬰婴腦脑嚴严壓压測测監监標标準准繼继續续進进過过還还這这裡里後后\
來来時时間间東东車车見见貝贝頭头題题親亲認认識识說说話话該该請请論论證证訂订記记許许\
設设訪访評评詢询語语誤误講讲謝谢貧贫貨货質质賬账購购贈赠趕赶軍军輕轻轉转輪轮邊边運运遠远\
適适選选遺遗鄰邻釋释鑒鉴鑑鉴錄录錢钱鋪铺鏈链陽阳陰阴隊队階阶際际隨随險险雙双雜杂離离雲云\
靈灵靜静韌韧響响頁页順顺須须頒颁頸颈頻频顆颗願愿風风飛飞飲饮館馆馬马驗验麗丽黃黄齊齐齒齿\
龍龙兩两並并舉举義义習习書书買买亂乱爭争虧亏亞亚僅仅從从倉仓儀仪們们價价眾众傷伤備备傑杰\
傘伞儲储償偿兇凶兌兑內内岡冈冊册軍军農农冰冰決决況况凍冻淨净準准涼凉幾几鳳凤憑凭擊击\
劑剂劇剧剛刚創创刪删別别勸劝勁劲勞劳勢势勻匀匯汇協协單单賣卖衝冲衛卫歷历厲厉壓压廠厂廳厅\
縮缩雖虽聽听啟启問问單单喪丧噴喷國国圖图圓圆團团園园執执堅坚壇坛壞坏壽寿聲声殼壳備备夠够\
獎奖婦妇孫孙學学寧宁寶宝審审寫写寬宽賓宾專专尋寻層层屬属島岛歲岁師师帳帐帶带幫帮幹干廣广慶庆\
庫库廟庙廢废張张彈弹強强歸归當当錄录徹彻徵征憂忧懷怀態态慣惯慮虑戰战戲戏撲扑掃扫擴扩擇择損损\
換换據据攝摄擁拥擠挤揮挥搶抢撐撑攜携敗败敵敌斷断無无舊旧曉晓暫暂術术機机殺杀權权條条極极構构\
樣样樓楼樹树橋桥檔档歐欧歡欢殘残氣气漢汉溝沟滅灭溫温滿满漸渐潔洁灣湾災灾點点煉炼熱热愛爱爾尔\
狀状獨独獲获獻献瑪玛環环瓊琼異异畫画疊叠療疗瘧疟瘡疮癢痒盜盗盡尽監监確确禮礼禍祸離离積积稱称\
穩稳窮穷競竞筆笔築筑簡简糧粮糾纠紀纪約约純纯紙纸級级細细終终組组紹绍給给絡络統统絲丝維维綜综\
綠绿網网緊紧線线緣缘編编縱纵績绩繪绘罰罚聯联職职肅肃腫肿膚肤膽胆臟脏臨临艱艰蘇苏蘭兰處处虛虚\
蟲虫術术裝装製制複复襲袭觀观規规視视覺觉觸触訊讯託托";

/// Lower case tone-marked letters that appear when a conversion left the pronunciation behind the character.
const TONED: &str = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹ";

/// First and one past the last of the unified ideographs, where all characters of the table lie.
const IDEOGRAPHS: std::ops::Range<u32> = 0x4e00..0xa000;

fn simplified(c: char) -> char {
    use std::sync::LazyLock;
    // One look-up for each character of a text: a flat table rather than a search.
    static TABLE: LazyLock<Vec<char>> = LazyLock::new(|| {
        let mut table: Vec<char> = IDEOGRAPHS.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        let chars: Vec<char> = TRADITIONAL.chars().collect();
        for pair in chars.chunks_exact(2) {
            if let Some(held) = place(pair[0]).and_then(|at| table.get_mut(at)) {
                *held = pair[1];
            }
        }
        table
    });
    place(c).and_then(|at| TABLE.get(at)).copied().unwrap_or(c)
}

fn place(c: char) -> Option<usize> {
    let code = u32::from(c);
    if IDEOGRAPHS.contains(&code) { usize::try_from(code - IDEOGRAPHS.start).ok() } else { None }
}

/// The form of `c` that the rules read.
pub(crate) fn canonical(c: char) -> char {
    match c {
        '\0'..='~' => c,
        '\u{3000}' | '\u{a0}' | '\u{feff}' | '\u{200b}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => dash(char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)),
        '—' | '–' | '―' | '─' | '〜' | '−' | '‐' | '‑' | '﹣' => '-',
        '﹪' => '%',
        '〔' => '[',
        '〕' => ']',
        '「' | '『' => '“',
        '」' | '』' => '”',
        '・' | '·' => '·',
        _ => simplified(c),
    }
}

fn dash(c: char) -> char {
    if c == '~' { '-' } else { c }
}

pub(crate) fn is_toned(c: char) -> bool {
    TONED.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_variants_read_alike() {
        let read: String = "應參檢１２．５％（萬人）～——".chars().map(canonical).collect();
        assert_eq!(read, "应参检12.5%(万人)---");
    }

    #[test]
    fn table_is_made_of_pairs_of_single_characters() {
        assert_eq!(TRADITIONAL.chars().count() % 2, 0);
        for pair in TRADITIONAL.chars().collect::<Vec<_>>().chunks_exact(2) {
            assert_eq!(simplified(pair[1]), pair[1], "{} must not be read on", pair[1]);
        }
    }
}
