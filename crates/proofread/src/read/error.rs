//! Why bytes could not be read as a text, with codes and words for users.
//!
//! Lives here: the error type, stable codes, Chinese title, detail and hint. May not: read.

use std::fmt;

/// Why a file cannot be proofread. Codes are never reused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// `PROOF-0001`: no bytes.
    Empty,
    /// `PROOF-0002`: larger than [`super::LARGEST_BYTES`].
    TooLarge {
        /// Size of the input.
        bytes: usize,
    },
    /// `PROOF-0003`: a PDF, whatever its name says.
    Pdf,
    /// `PROOF-0004`: a Word document with a password.
    Encrypted,
    /// `PROOF-0005`: a document of Word 97 to 2003 (doc), or of WPS.
    OldWord,
    /// `PROOF-0006`: neither UTF-8 nor UTF-16 nor GBK text.
    UnknownEncoding,
    /// `PROOF-0007`: a zip archive that is damaged.
    DamagedArchive,
    /// `PROOF-0008`: a zip archive without a Word document in it.
    NotWord,
    /// `PROOF-0009`: rich text (rtf).
    RichText,
    /// `PROOF-0010`: a picture.
    Picture,
    /// `PROOF-0011`: a Word document whose content is damaged.
    DamagedDocument,
}

impl ReadError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReadError::Empty => "PROOF-0001",
            ReadError::TooLarge { .. } => "PROOF-0002",
            ReadError::Pdf => "PROOF-0003",
            ReadError::Encrypted => "PROOF-0004",
            ReadError::OldWord => "PROOF-0005",
            ReadError::UnknownEncoding => "PROOF-0006",
            ReadError::DamagedArchive => "PROOF-0007",
            ReadError::NotWord => "PROOF-0008",
            ReadError::RichText => "PROOF-0009",
            ReadError::Picture => "PROOF-0010",
            ReadError::DamagedDocument => "PROOF-0011",
        }
    }

    /// What happened, in Chinese.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            ReadError::Empty => "文件是空的",
            ReadError::TooLarge { .. } => "文件太大",
            ReadError::Pdf => "这是PDF文件",
            ReadError::Encrypted => "文档设有密码",
            ReadError::OldWord => "这是旧版Word文档",
            ReadError::UnknownEncoding => "认不出文字编码",
            ReadError::DamagedArchive => "文档已损坏",
            ReadError::NotWord => "压缩包里没有Word文档",
            ReadError::RichText => "这是RTF文件",
            ReadError::Picture => "这是图片",
            ReadError::DamagedDocument => "文档内容已损坏",
        }
    }

    /// More of what happened, in Chinese, with the values that matter.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            ReadError::Empty => "文件里没有内容。".to_owned(),
            ReadError::TooLarge { bytes } => format!("文件有{}MB，最多能核对64MB。", bytes / (1024 * 1024)),
            ReadError::Pdf => "文件内容是PDF，不论扩展名是什么，都不能直接核对。".to_owned(),
            ReadError::Encrypted => "打开文档需要密码，读不到里面的文字。".to_owned(),
            ReadError::OldWord => "文件内容是doc（Word 97-2003）或wps格式。".to_owned(),
            ReadError::UnknownEncoding => "内容既不是UTF-8、UTF-16，也不是GBK编码的文字。".to_owned(),
            ReadError::DamagedArchive => "文件看上去是docx，但压缩结构不完整。".to_owned(),
            ReadError::NotWord => "文件是压缩包，里面没有word/document.xml。".to_owned(),
            ReadError::RichText => "文件内容是RTF格式。".to_owned(),
            ReadError::Picture => "文件内容是图片，里面没有可读的文字。".to_owned(),
            ReadError::DamagedDocument => "文档的正文不是完整的XML。".to_owned(),
        }
    }

    /// What to do next, in Chinese.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            ReadError::Empty => "请检查是否选错了文件。",
            ReadError::TooLarge { .. } => "请只保留正文，或拆成几个文件分别核对。",
            ReadError::Pdf => "请打开PDF，复制文字存为txt，或用原来的Word文档。",
            ReadError::Encrypted => "请在Word或WPS里去掉密码后另存。",
            ReadError::OldWord | ReadError::RichText => "请用Word或WPS打开，另存为docx或txt。",
            ReadError::UnknownEncoding => "请用记事本打开，另存为UTF-8编码的txt。",
            ReadError::DamagedArchive | ReadError::DamagedDocument => "请用Word或WPS打开并修复，另存为docx。",
            ReadError::NotWord => "请解压后选择其中的文档；表格文件请另存为txt。",
            ReadError::Picture => "请先用文字识别软件转成文字。",
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}：{}", self.title(), self.detail())
    }
}

impl std::error::Error for ReadError {}
