//! Fonts: which the standard names, which stand in for them, which are on this machine.

use std::path::PathBuf;
use std::sync::OnceLock;

use qianmo_core::Fault;
use typst_kit::fonts::{self, FontStore};

/// Fonts found when a PDF is first asked for; making this costs nothing.
pub struct Fonts {
    system: bool,
    folder: Option<PathBuf>,
    store: OnceLock<FontStore>,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("system", &self.system).field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// A face of the official layout: the standard's fonts, then the free ones that stand in for them.
struct Role {
    official: &'static [&'static str],
    free: &'static [&'static str],
}

const SERIF: &str = "Noto Serif CJK SC";
const SANS: &str = "Noto Sans CJK SC";
const FANGSONG: Role = Role { official: &["FangSong_GB2312", "FangSong", "STFangsong"], free: &["FandolFang R", SERIF, SANS] };
const HEI: Role = Role { official: &["SimHei", "STHeiti"], free: &["FandolHei", SANS, SERIF] };
const KAI: Role = Role { official: &["KaiTi_GB2312", "KaiTi", "STKaiti"], free: &["FandolKai", SERIF, SANS] };
const TITLE: Role = Role { official: &["FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05"], free: &["FandolSong", SERIF, SANS] };
const SONG: Role = Role { official: &["SimSun", "STSong"], free: &["FandolSong", SERIF, SANS] };
const LATIN: &[&str] = &["Times New Roman", "Liberation Serif", "TeX Gyre Termes"];
const FIXED: &[&str] = &["Courier New", "Liberation Mono", "DejaVu Sans Mono"];

/// The families to use for each face, as typst font lists, and what to say in the footer.
#[derive(Debug, Clone)]
pub(super) struct Faces {
    pub(super) fangsong: String,
    pub(super) hei: String,
    pub(super) kai: String,
    pub(super) title: String,
    pub(super) song: String,
    pub(super) fixed: String,
    /// Empty when all fonts are the standard's.
    pub(super) remark: String,
}

impl Fonts {
    /// The fonts of the operating system.
    #[must_use]
    pub fn system() -> Self {
        Self { system: true, folder: None, store: OnceLock::new() }
    }

    /// The fonts of the operating system and those in a folder.
    #[must_use]
    pub fn with_folder(folder: PathBuf) -> Self {
        Self { system: true, folder: Some(folder), store: OnceLock::new() }
    }

    /// No fonts at all: what a machine without Chinese fonts is like.
    #[must_use]
    pub fn none() -> Self {
        Self { system: false, folder: None, store: OnceLock::new() }
    }

    pub(super) fn store(&self) -> &FontStore {
        self.store.get_or_init(|| {
            let mut store = FontStore::new();
            if let Some(folder) = &self.folder {
                store.extend(fonts::scan(folder));
            }
            if self.system {
                store.extend(fonts::system());
            }
            store
        })
    }

    /// The families for each face.
    ///
    /// Errors: `REPORT-0301` when no font for Chinese is found.
    pub(super) fn faces(&self) -> Result<Faces, Fault> {
        let book = self.store().book();
        let here = |names: &[&'static str]| -> Vec<&'static str> {
            names.iter().copied().filter(|name| book.contains_family(&name.to_lowercase())).collect()
        };
        let latin: Vec<String> = here(LATIN).iter().map(|name| format!("(name: \"{name}\", covers: \"latin-in-cjk\")")).collect();
        let list = |role: &Role| {
            let names = here(role.official).into_iter().chain(here(role.free)).map(|name| format!("\"{name}\""));
            let all: Vec<String> = latin.iter().cloned().chain(names).collect();
            format!("({},)", all.join(", "))
        };
        let free: Vec<&str> = [&FANGSONG, &HEI, &KAI, &TITLE]
            .iter()
            .filter(|role| here(role.official).is_empty())
            .filter_map(|role| here(role.free).first().copied())
            .collect();
        let none = [&FANGSONG, &HEI, &KAI, &TITLE, &SONG].iter().all(|role| here(role.official).is_empty() && here(role.free).is_empty());
        if none {
            return Err(Fault::new("REPORT-0301").with("package", "fonts-noto-cjk"));
        }
        let fixed: Vec<String> = here(FIXED).into_iter().chain(here(SONG.free)).map(|name| format!("\"{name}\"")).collect();
        Ok(Faces {
            fangsong: list(&FANGSONG),
            hei: list(&HEI),
            kai: list(&KAI),
            title: list(&TITLE),
            song: list(&SONG),
            fixed: format!("({},)", fixed.join(", ")),
            remark: remark(free),
        })
    }
}

fn remark(mut free: Vec<&str>) -> String {
    free.sort_unstable();
    free.dedup();
    if free.is_empty() { String::new() } else { format!("本机未装公文字体，以自由字体 {} 代替。", free.join("、")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_chinese_fonts_is_told_what_to_install() {
        let fault = Fonts::none().faces().unwrap_err();
        assert_eq!(fault.code, "REPORT-0301");
        assert_eq!(fault.param("package"), Some("fonts-noto-cjk"));
    }

    #[test]
    fn the_footer_says_when_a_free_font_stands_in() {
        assert_eq!(remark(vec![]), "");
        assert!(remark(vec![SERIF, SANS, SERIF]).contains("Noto Sans CJK SC、Noto Serif CJK SC"));
    }
}
