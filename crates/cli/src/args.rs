//! What can be typed. The words and columns are a contract that scripts depend on (docs/cli.md).

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use qianmo_core::{AreaCode, Date, Fault, Part, Period, RecordId, SubjectId};

/// 阡陌：基层公共卫生工作系统
#[derive(Debug, Parser)]
#[command(name = "qianmo", version, about, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// 提示语言：zh（默认）或 en
    #[arg(long, global = true, default_value = "zh")]
    pub(crate) lang: String,
    /// 使用这个文件夹里的专项包，而不是程序自带的
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) packs: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// 命令
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 造一个演示乡镇，对照印出的数字，写出总结、花名册和报表
    Demo(Demo),
    /// 由一年的数字造出逐人逐事的虚构记录，合起来正好是这些数字
    Synth(Synth),
    /// 导入表格（xlsx、xls、csv）
    Import(Import),
    /// 计算指标
    Indicators(Indicators),
    /// 印出的数字与计算的数字对照
    Compare(Compare),
    /// 列出今天该为谁做什么，最急的在前
    Due(Due),
    /// 列出一个数字背后的对象和记录
    Drill(Drill),
    /// 生成花名册、台账
    Roster(Sheet),
    /// 生成报表
    Return(Sheet),
    /// 生成年度工作总结和计划
    Summary(Summary),
    /// 核对一份总结里的数字
    Proofread(Proofread),
    /// 查看、更正、作废一条记录
    #[command(subcommand)]
    Record(Record),
    /// 群体行动：列各轮，首日定名单
    #[command(subcommand)]
    Campaign(Campaign),
    /// 对表单和视图做只读 SQL 查询
    Sql(Sql),
    /// 检查、列出、印出专项包
    #[command(subcommand)]
    Packs(Packs),
    /// 检查数据是否完好
    Verify(Verify),
    /// 提供服务：电脑用浏览器、手机用应用连到这里
    Serve(Serve),
    /// 不停机备份
    Backup(Backup),
    /// 从备份恢复到一个新的地方
    Restore(Restore),
    /// 建一个空的数据文件夹或数据库：由辖区表开始
    Init(Init),
    /// 建账号、重置密码
    #[command(subcommand)]
    Account(Account),
    /// 写出接口文档（OpenAPI）
    Openapi,
}

/// Where the data is.
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// 数据文件夹
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// A data folder, or a database server.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Where {
    /// 数据文件夹
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL 数据库地址：postgres://用户@主机/库名
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

/// `serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) at: Where,
    /// 监听地址
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8420")]
    pub(crate) listen: SocketAddr,
    /// TLS 证书（PEM，含中间证书）
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// TLS 私钥（PEM）
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// 前面有代理负责 TLS
    #[arg(long)]
    pub(crate) behind_tls: bool,
    /// 不用 TLS 也对外监听（只在可信的专网里）
    #[arg(long)]
    pub(crate) plain: bool,
    /// 网页上备份时存放的文件夹；不写则为数据文件夹下的 backups
    #[arg(long, value_name = "DIR")]
    pub(crate) backups: Option<PathBuf>,
    /// 统一身份认证（OpenID Connect）的设置文件
    #[arg(long, value_name = "FILE")]
    pub(crate) oidc: Option<PathBuf>,
    /// 日志形式，写到标准错误
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log: LogFormat,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// 给人看
    Text,
    /// 给程序看
    Json,
}

/// `backup`
#[derive(Debug, Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    pub(crate) at: Where,
    /// 备份写到这个新文件夹
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// `restore`
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// 备份所在的文件夹
    #[arg(value_name = "BACKUP")]
    pub(crate) from: PathBuf,
    /// 恢复成这个新的数据文件夹
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// `verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) at: Where,
    /// 与打印或另存的数据锚核对（可以写几个）
    #[arg(long, value_name = "ANCHOR")]
    pub(crate) anchor: Vec<String>,
    /// 打印今天的数据锚
    #[arg(long)]
    pub(crate) print_anchor: bool,
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) at: Where,
    /// 辖区表（csv，列 code、name）
    #[arg(long, value_name = "FILE")]
    pub(crate) areas: PathBuf,
}

/// `account`
#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// 建一个账号并授权；初始密码只显示这一次
    Add {
        #[command(flatten)]
        at: Where,
        /// 账号名
        #[arg(long)]
        name: String,
        /// 姓名
        #[arg(long)]
        shown: String,
        /// 角色，如 administrator、public_health、village_doctor
        #[arg(long)]
        role: String,
        /// 辖区代码（12位）；不写就是整个数据
        #[arg(long, value_name = "CODE", value_parser = area)]
        area: Option<AreaCode>,
    },
    /// 重置一个账号的密码；新密码只显示这一次
    Reset {
        #[command(flatten)]
        at: Where,
        /// 账号名
        #[arg(long)]
        name: String,
    },
}

/// Which numbers.
#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// 数据文件夹
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// 辖区代码（12位）；不写就是整个数据文件夹
    #[arg(long, value_name = "CODE", value_parser = area)]
    pub(crate) area: Option<AreaCode>,
    /// 时段：2012、2012H1、2012Q1、2012-03、2012-03a、2012W07、2012-03-05
    #[arg(long, value_parser = period)]
    pub(crate) period: Period,
    /// 按这个数据截点计算（默认最新）
    #[arg(long)]
    pub(crate) cut: Option<i64>,
}

/// `due`
#[derive(Debug, Args)]
pub(crate) struct Due {
    /// 数据文件夹
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// 辖区代码（12位）；不写就是整个数据文件夹
    #[arg(long, value_name = "CODE", value_parser = area)]
    pub(crate) area: Option<AreaCode>,
    /// 只看一个对象（居民、机构、辖区的编号）
    #[arg(long, value_name = "ID", conflicts_with = "area")]
    pub(crate) subject: Option<SubjectId>,
    /// 哪一天（默认今天）
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) on: Option<Date>,
    /// 只看这些服务或专项（编号，逗号分隔）
    #[arg(long, value_delimiter = ',', value_name = "ID,…")]
    pub(crate) only: Option<Vec<String>>,
    /// 所有状态，不只是到期和逾期的
    #[arg(long)]
    pub(crate) all: bool,
    /// 也列出限制查阅的专项
    #[arg(long)]
    pub(crate) restricted: bool,
    /// 输出形式
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// Output of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// 给人看的表
    Table,
    /// 逗号分隔
    Csv,
    /// JSON
    Json,
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// 数据文件夹
    #[arg(long, value_name = "DIR", default_value = "demo/data")]
    pub(crate) data: PathBuf,
    /// 总结、花名册和报表写到这里
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub(crate) out: PathBuf,
    /// 造好以后在这个地址提供服务
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8420")]
    pub(crate) listen: SocketAddr,
    /// 只造数据和文书，不提供服务
    #[arg(long)]
    pub(crate) no_serve: bool,
}

/// `synth`
#[derive(Debug, Args)]
pub(crate) struct Synth {
    /// 数字文件（csv：id,label,value,unit,role,…）
    #[arg(long, value_name = "FILE")]
    pub(crate) figures: PathBuf,
    /// 新的数据文件夹
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// 数字是哪一年的
    #[arg(long, default_value_t = 2010)]
    pub(crate) year: i16,
    /// 随机种子：种子相同，结果相同
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// 生活继续到这一天（默认到年底）
    #[arg(long, value_parser = day)]
    pub(crate) until: Option<Date>,
    /// 照同样的数字造几个镇，合成一个县；各镇的种子依次加一
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=800))]
    pub(crate) townships: u16,
}

/// `import`
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// 表单编号，如 population.resident
    pub(crate) form: String,
    /// 表格文件
    pub(crate) file: PathBuf,
    /// 数据文件夹
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// 列名对照文件
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// 只检查，不写入
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// 有错的行跳过，其余的写入（默认：有一行错就都不写）
    #[arg(long)]
    pub(crate) good_rows: bool,
    /// 表里没有辖区列时，用这个辖区
    #[arg(long, value_name = "CODE", value_parser = area)]
    pub(crate) area: Option<AreaCode>,
    /// 表里没有日期列时，用这个日期
    #[arg(long, value_parser = day)]
    pub(crate) at: Option<Date>,
    /// 把每一行的结果另存一份表格
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// `indicators`
#[derive(Debug, Args)]
pub(crate) struct Indicators {
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// 分开列：village 按村，month 按月
    #[arg(long, value_enum)]
    pub(crate) by: Option<By>,
    /// 只要这些指标（逗号分隔；可以只写专项包名）
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// 输出格式
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// 逐村各自计算再合并（结果与整体计算相同，用来核对）
    #[arg(long)]
    pub(crate) per_village: bool,
}

/// How rows are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// 按村
    Village,
    /// 按月
    Month,
}

/// `compare`
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// 数字文件
    #[arg(long, value_name = "FILE")]
    pub(crate) figures: PathBuf,
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// 输出格式
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// `drill`
#[derive(Debug, Args)]
pub(crate) struct Drill {
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// 指标编号
    #[arg(long)]
    pub(crate) indicator: String,
    /// numerator 分子（默认），denominator 分母
    #[arg(long, default_value = "numerator", value_parser = part)]
    pub(crate) part: Part,
    /// 输出格式
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// `roster`, `return`
#[derive(Debug, Args)]
pub(crate) struct Sheet {
    /// 编号，如 L04、R01
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// 写到这个文件（xlsx、csv、pdf）
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// 身份证号等不掩码（只在上报要求时用）
    #[arg(long)]
    pub(crate) unmasked: bool,
}

/// `summary`
#[derive(Debug, Args)]
pub(crate) struct Summary {
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// 写到这个文件（docx、pdf、md、html）
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// 落款单位（默认：辖区名+卫生院）
    #[arg(long)]
    pub(crate) organisation: Option<String>,
    /// 落款日期（默认：次年1月5日）
    #[arg(long, value_parser = day)]
    pub(crate) date: Option<Date>,
}

/// `proofread`
#[derive(Debug, Args)]
pub(crate) struct Proofread {
    /// 文件（txt、md、docx）
    pub(crate) file: PathBuf,
    /// 同时与这个数据文件夹的记录核对
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// 辖区代码
    #[arg(long, value_name = "CODE", value_parser = area)]
    pub(crate) area: Option<AreaCode>,
    /// 时段
    #[arg(long, value_parser = period)]
    pub(crate) period: Option<Period>,
    /// 输出格式
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: ProofreadFormat,
    /// 写到文件（默认：屏幕）
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Output of claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProofreadFormat {
    /// 给人看的表
    Table,
    /// JSON
    Json,
    /// 带标记的网页
    Html,
}

/// `record`
#[derive(Debug, Subcommand)]
pub(crate) enum Record {
    /// 查看一条记录和它的更正历史
    Show {
        /// 记录编号
        #[arg(value_parser = record)]
        id: RecordId,
        #[command(flatten)]
        data: Data,
    },
    /// 列出一个对象的全部记录
    List {
        /// 对象编号（drill 给出的 subject）
        subject: String,
        #[command(flatten)]
        data: Data,
    },
    /// 更正：写一条新记录代替它，旧的保留
    Correct {
        /// 记录编号
        #[arg(value_parser = record)]
        id: RecordId,
        #[command(flatten)]
        data: Data,
        /// 改正的字段：字段=值（值为空表示不详）
        #[arg(long = "set", value_name = "FIELD=VALUE", required = true)]
        set: Vec<String>,
    },
    /// 作废：写明原因，旧的保留
    Void {
        /// 记录编号
        #[arg(value_parser = record)]
        id: RecordId,
        #[command(flatten)]
        data: Data,
        /// 原因
        #[arg(long)]
        reason: String,
    },
}

/// `campaign`
#[derive(Debug, Subcommand)]
pub(crate) enum Campaign {
    /// 定名单：按首日的情况把应到的人各写一条记录，只写一次
    Freeze {
        /// 开始这一轮的记录编号
        #[arg(value_parser = record)]
        record: RecordId,
        #[command(flatten)]
        data: Data,
        /// 只试算，不写入
        #[arg(long)]
        dry_run: bool,
    },
    /// 列出各轮和名单人数
    List {
        #[command(flatten)]
        data: Data,
        /// 输出格式
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
}

/// `sql`
#[derive(Debug, Args)]
pub(crate) struct Sql {
    #[command(flatten)]
    pub(crate) data: Data,
    /// 查询语句；视图名可直接用作表名
    pub(crate) query: String,
    /// 视图的时段
    #[arg(long, value_parser = period)]
    pub(crate) period: Option<Period>,
    /// 输出格式
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// `packs`
#[derive(Debug, Subcommand)]
pub(crate) enum Packs {
    /// 检查专项包：文字、表达式、视图、用例
    Check {
        /// 专项包文件夹（默认程序自带的）
        dir: Option<PathBuf>,
        /// 逐条列出没有核对过出处的规则
        #[arg(long)]
        unverified: bool,
    },
    /// 列出专项包
    List {
        /// 输出格式
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        /// 只列没有核对过出处的规则
        #[arg(long)]
        unverified: bool,
    },
    /// 把一个专项包印成册子，供业务人员核对签字
    Book {
        /// 专项包编号，如 hypertension
        id: String,
        /// 写到这个文件（docx、pdf、html、md）
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// 打印日期（默认：今天）
        #[arg(long, value_parser = day)]
        date: Option<Date>,
    },
}

fn area(text: &str) -> Result<AreaCode, Fault> {
    text.parse()
}

fn period(text: &str) -> Result<Period, Fault> {
    text.parse()
}

fn record(text: &str) -> Result<RecordId, Fault> {
    text.parse()
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "日期要写成 2012-03-05".to_owned())
}

fn part(text: &str) -> Result<Part, String> {
    [Part::Numerator, Part::Denominator, Part::Value]
        .into_iter()
        .find(|part| part.word() == text)
        .ok_or_else(|| "要写 numerator 或 denominator".to_owned())
}
