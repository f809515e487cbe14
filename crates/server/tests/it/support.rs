//! Two townships under a county, two villages each, one worker a role, and a way to ask the server something.
//!
//! [`Town::new`] makes it all in a folder of its own; `town.get("/session").by("auditor").send().await` asks. Paths are those below `/api/v1`;
//! one that begins with `//` is taken from the root. Nothing follows from the machine's clock: [`TestClock`] stands still until told.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, header};
use jiff::civil::{Date, date};
use qianmo_core::pack::{Pack, Packs, Sensitivity};
use qianmo_core::{Action, Area, AreaCode, AreaKind, Cell, Decimal, Fault, Part, Period, Record, RecordId, Subject, SubjectId, Value};
use qianmo_desk::{CellAt, Cells, CellsAsked, Change, Document, Figures, FileAsked, ReturnSheet, Rows, Seen};
use qianmo_server::{App, Clock, Config, OpenStore, Parts, router};
use qianmo_store::{
    Actor, Cut, Grant, GrantId, Limits, LoginRules, NewWorker, Options, PasswordHash, Programmes, Role, SqliteStore, Store, Writer,
    WriterThread,
};
use serde_json::Value as Json;
use tower::ServiceExt;
use uuid::Uuid;

/// 22 November 2026, ten in the morning in China.
pub(crate) const NOW: i64 = 1_795_312_800_000;
/// The civil date then.
pub(crate) const TODAY: Date = date(2026, 11, 22);

/// The county above everything.
pub(crate) const COUNTY: u64 = 530_523_000_000;
/// The township that the workers work in.
pub(crate) const TOWNSHIP: u64 = 530_523_100_000;
/// The village of `village_doctor`, `committee` and `resident`.
pub(crate) const VILLAGE: u64 = 530_523_100_201;
/// Its neighbour in the same township.
pub(crate) const VILLAGE_2: u64 = 530_523_100_202;
/// Another township, in which only `other_…` work.
pub(crate) const OTHER_TOWNSHIP: u64 = 530_523_101_000;
/// Its villages.
pub(crate) const OTHER_VILLAGE: u64 = 530_523_101_201;
/// Its villages.
pub(crate) const OTHER_VILLAGE_2: u64 = 530_523_101_202;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "stone-bridge-41";

/// A clock that stands still until told.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    /// Goes on.
    pub(crate) fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Goes on by minutes.
    pub(crate) fn pass_minutes(&self, minutes: i64) {
        self.pass_ms(minutes * 60_000);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Called back with what has changed.
type Each = Box<dyn FnMut(&Change) -> bool + Send>;

/// Answers of the numbers, as a test wants them: every cell is 3 of 4 unless told otherwise; the rest is empty.
#[derive(Default)]
pub(crate) struct FakeFigures {
    /// Cells by indicator, area, period as printed.
    pub(crate) cells: Mutex<HashMap<(String, u64, String), Cell>>,
    /// Rows of every drill-down and roster, before [`Seen`] is applied to those with a resident.
    pub(crate) rows: Mutex<Rows>,
    /// The document of every year.
    pub(crate) document: Mutex<Document>,
    /// The form of every return; `FIGURES-0102` when absent.
    pub(crate) sheet: Mutex<Option<ReturnSheet>>,
    /// What was told to have been written.
    pub(crate) written: Mutex<Vec<Change>>,
    reached: AtomicI64,
    followers: Mutex<Vec<Each>>,
}

impl FakeFigures {
    /// Tells those who follow that numbers have changed.
    pub(crate) fn change(&self, change: &Change) {
        self.reached.store(change.cut.0, Ordering::SeqCst);
        self.followers.lock().unwrap().retain_mut(|each| each(change));
    }

    fn seen(&self, seen: &Seen) -> Rows {
        let mut rows = self.rows.lock().unwrap().clone();
        if let Seen::Residents(residents) = seen {
            rows.rows.retain(|row| row.resident.is_some_and(|resident| residents.contains(&resident)));
        }
        rows
    }
}

impl Figures for FakeFigures {
    fn cells(&self, asked: &CellsAsked) -> Result<Cells, Fault> {
        let held = self.cells.lock().unwrap();
        let plain = Cell { numerator: Decimal::from(3), denominator: Some(Decimal::from(4)) };
        let mut cells = Vec::new();
        for indicator in &asked.indicators {
            for area in &asked.areas {
                for period in &asked.periods {
                    let key = (indicator.to_string(), area.number(), period.to_string());
                    let cell = held.get(&key).copied().unwrap_or(plain);
                    cells.push(CellAt { indicator: indicator.clone(), area: *area, period: *period, cell });
                }
            }
        }
        Ok(Cells { cut: self.reached(), cells })
    }

    fn drill(&self, _: &str, _: AreaCode, _: Period, _: Part, seen: &Seen) -> Result<Rows, Fault> {
        Ok(self.seen(seen))
    }

    fn roster(&self, _: &str, _: AreaCode, _: Period, seen: &Seen) -> Result<Rows, Fault> {
        Ok(self.seen(seen))
    }

    fn return_form(&self, id: &str, _: AreaCode, _: Period, _: Option<Cut>) -> Result<ReturnSheet, Fault> {
        self.sheet.lock().unwrap().clone().ok_or_else(|| Fault::new("FIGURES-0102").with("return", id))
    }

    fn document(&self, _: AreaCode, _: i16) -> Result<Document, Fault> {
        Ok(self.document.lock().unwrap().clone())
    }

    fn file(&self, what: &FileAsked<'_>) -> Result<Vec<u8>, Fault> {
        Ok(format!("{what:?}").into_bytes())
    }

    fn booklet(&self, pack: &Pack, format: &str) -> Result<Vec<u8>, Fault> {
        Ok(format!("booklet {} {format}", pack.id).into_bytes())
    }

    fn reached(&self) -> Cut {
        Cut(self.reached.load(Ordering::SeqCst))
    }

    fn written(&self, change: &Change) {
        self.reached.store(change.cut.0, Ordering::SeqCst);
        self.written.lock().unwrap().push(change.clone());
    }

    fn subscribe(&self, each: Each) {
        self.followers.lock().unwrap().push(each);
    }
}

/// The packs of the program, read once.
pub(crate) fn packs() -> Arc<Packs> {
    static PACKS: OnceLock<Arc<Packs>> = OnceLock::new();
    PACKS
        .get_or_init(|| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
            let mut files = Vec::new();
            let mut waiting: Vec<PathBuf> = vec![folder.clone()];
            while let Some(at) = waiting.pop() {
                for path in std::fs::read_dir(&at).unwrap().map(|entry| entry.unwrap().path()) {
                    if path.is_dir() {
                        waiting.push(path);
                    } else if path.extension().is_some_and(|ending| ending != "md" || path.ends_with("summary.md")) {
                        let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
                        files.push((name, std::fs::read_to_string(&path).unwrap()));
                    }
                }
            }
            files.sort();
            let loaded = qianmo_packs::load(&files);
            assert!(loaded.faults.is_empty(), "{:?}", loaded.faults.first());
            Arc::new(loaded.packs)
        })
        .clone()
}

/// Opens the data folder as the program does, without keys: the packs say what is masked and who a resident is.
pub(crate) fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open_with(dir, &options()).unwrap()
}

pub(crate) fn options() -> Options {
    qianmo_access::sealing::options(&packs(), None)
}

/// An area's code.
pub(crate) fn area(number: u64) -> AreaCode {
    AreaCode::from_number(number).unwrap()
}

/// The id of a resident of [`Town::resident`], and of the one that the grant of `resident` names: 1.
pub(crate) fn resident_id(number: u128) -> SubjectId {
    SubjectId(Uuid::from_u128(0x7e51_0000 + number))
}

fn divisions() -> Vec<Area> {
    let one = |code: u64, name: &str, kind, parent: Option<u64>| Area {
        code: area(code),
        name: name.into(),
        kind,
        parent: parent.map(area),
        valid_from: date(2000, 1, 1),
        valid_to: None,
    };
    vec![
        one(COUNTY, "云岭县", AreaKind::County, None),
        one(TOWNSHIP, "青石镇", AreaKind::Township, Some(COUNTY)),
        one(VILLAGE, "上寨村", AreaKind::Village, Some(TOWNSHIP)),
        one(VILLAGE_2, "下寨村", AreaKind::Village, Some(TOWNSHIP)),
        one(OTHER_TOWNSHIP, "白水乡", AreaKind::Township, Some(COUNTY)),
        one(OTHER_VILLAGE, "东坡村", AreaKind::Village, Some(OTHER_TOWNSHIP)),
        one(OTHER_VILLAGE_2, "西坡村", AreaKind::Village, Some(OTHER_TOWNSHIP)),
    ]
}

/// Account, role, area of account and grant, up to which sensitivity.
const PEOPLE: [(&str, Role, u64, Sensitivity); 14] = [
    ("village_doctor", Role::VillageDoctor, VILLAGE, Sensitivity::Sensitive),
    ("public_health", Role::PublicHealth, TOWNSHIP, Sensitivity::Restricted),
    ("clinician", Role::Clinician, TOWNSHIP, Sensitivity::Sensitive),
    ("health_office", Role::HealthOffice, TOWNSHIP, Sensitivity::Routine),
    ("county_analyst", Role::CountyAnalyst, COUNTY, Sensitivity::Routine),
    ("disease_control", Role::DiseaseControl, COUNTY, Sensitivity::Sensitive),
    ("supervision", Role::Supervision, COUNTY, Sensitivity::Routine),
    ("committee", Role::Committee, VILLAGE, Sensitivity::Routine),
    ("resident", Role::Resident, VILLAGE, Sensitivity::Restricted),
    ("auditor", Role::Auditor, COUNTY, Sensitivity::Routine),
    ("administrator", Role::Administrator, TOWNSHIP, Sensitivity::Routine),
    ("county_administrator", Role::Administrator, COUNTY, Sensitivity::Routine),
    ("other_doctor", Role::VillageDoctor, OTHER_VILLAGE, Sensitivity::Sensitive),
    ("other_administrator", Role::Administrator, OTHER_TOWNSHIP, Sensitivity::Routine),
];

/// The programmes that `county_analyst` and `disease_control` are granted by name.
pub(crate) const NAMED: [&str; 2] = ["immunization", "infectious_disease"];

fn programmes(role: Role) -> Programmes {
    match role {
        Role::CountyAnalyst | Role::DiseaseControl => Programmes::Only(NAMED.into_iter().map(Into::into).collect()),
        _ => Programmes::All,
    }
}

/// A folder with areas, accounts and grants, made once and copied for each test.
fn template() -> &'static Path {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::create_with(dir.path(), &options()).unwrap();
        store.put_areas(&divisions()).unwrap();
        let hash = PasswordHash::of(PASSWORD).unwrap();
        let by = Actor::default();
        for (name, role, place, sensitivity) in PEOPLE {
            let new = NewWorker {
                name: name.parse().unwrap(),
                shown: format!("{name} 同志"),
                organisation: None,
                area: area(place),
                password: hash.clone(),
                must_change: false,
            };
            store.accounts_mut().add_worker(&by, NOW, &new).unwrap();
            let grant = Grant {
                worker: new.name,
                role,
                area: area(place),
                programmes: programmes(role),
                sensitivity,
                residents: (role == Role::Resident).then(|| BTreeSet::from([resident_id(1)])),
                from: date(2026, 1, 1),
                to: None,
            };
            store.accounts_mut().give(&by, NOW, &grant).unwrap();
        }
        drop(store);
        dir
    })
    .path()
}

/// A data folder with areas, accounts and grants.
pub(crate) fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(template()).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
    }
    dir
}

/// A data folder with a server over it.
pub(crate) struct Town {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) figures: Arc<FakeFigures>,
    pub(crate) dir: tempfile::TempDir,
    tokens: Mutex<HashMap<String, String>>,
    _thread: WriterThread,
}

impl Town {
    /// With the usual configuration.
    pub(crate) fn new() -> Self {
        Self::configured(|_| ())
    }

    /// With another configuration.
    pub(crate) fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::attempt(change).unwrap()
    }

    /// With a configuration that may be refused.
    pub(crate) fn attempt(change: impl FnOnce(&mut Config)) -> Result<Self, Fault> {
        let dir = folder();
        let place = dir.path().to_owned();
        let again: OpenStore = Arc::new(move || Ok(Box::new(SqliteStore::open_with(&place, &options())?)));
        let writing = Box::new(open(dir.path()));
        Self::over(dir, writing, again, change)
    }

    /// Over another store that holds what the folder does: `writing` writes to it, `open` reads it.
    pub(crate) fn over(
        dir: tempfile::TempDir,
        writing: Box<dyn Store + Send>,
        open: OpenStore,
        change: impl FnOnce(&mut Config),
    ) -> Result<Self, Fault> {
        let (writer, thread) = Writer::start(writing, Limits::default()).unwrap();
        let mut config = Config { readers: 2, ..Config::default() };
        change(&mut config);
        let clock = Arc::new(TestClock(AtomicI64::new(NOW)));
        let figures = Arc::new(FakeFigures::default());
        let app = App::new(Parts { config, writer, open, packs: packs(), figures: figures.clone(), clock: clock.clone() })?;
        Ok(Self { router: router(app.clone(), None), app, clock, figures, dir, tokens: Mutex::default(), _thread: thread })
    }

    /// Another handle on the data, for looking and preparing.
    pub(crate) fn store(&self) -> SqliteStore {
        open(self.dir.path())
    }

    /// A session's token of a worker; the same at each asking.
    pub(crate) fn token(&self, name: &str) -> String {
        let mut tokens = self.tokens.lock().unwrap();
        let token = tokens.entry(name.to_owned()).or_insert_with(|| {
            let mut store = self.store();
            let attempt = store.accounts().attempt(name, PASSWORD).unwrap();
            let now = self.clock.now_ms();
            store.accounts_mut().admit(&attempt, None, now, LoginRules::default()).unwrap().expose().to_owned()
        });
        token.clone()
    }

    /// Gives a worker one more grant. Who has asked already is known by the old ones for a second: let it pass.
    pub(crate) fn give(&self, worker: &str, role: Role, place: u64) -> GrantId {
        let grant = Grant {
            worker: worker.parse().unwrap(),
            role,
            area: area(place),
            programmes: Programmes::All,
            sensitivity: Sensitivity::Routine,
            residents: None,
            from: date(2026, 1, 1),
            to: None,
        };
        let given = self.store().accounts_mut().give(&Actor::default(), self.clock.now_ms(), &grant).unwrap();
        self.clock.pass_ms(1001);
        given
    }

    /// Writes a resident's profile, as `public_health` would.
    pub(crate) fn resident(&self, number: u128, name: &str, place: u64) -> SubjectId {
        let id = resident_id(number);
        let values = [
            ("name", Value::text(name)),
            ("sex", Value::text("2")),
            ("birth_date", Value::Date(date(1950, 3, 7))),
            ("phone", Value::text("13900001111")),
        ];
        let record = self.record(number, "population.resident", "resident", id, place, &values);
        self.store().append(&[record]).unwrap();
        id
    }

    /// A record about a subject, written by `public_health` on the first of November.
    #[expect(clippy::unused_self, reason = "a record of this town")]
    pub(crate) fn record(&self, number: u128, form: &str, kind: &str, id: SubjectId, place: u64, values: &[(&str, Value)]) -> Record {
        Record {
            id: RecordId(Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + number)),
            form: form.into(),
            form_version: 1,
            subject: Subject { kind: kind.into(), id },
            resident: (kind != "organisation" && kind != "area").then_some(id),
            area: area(place),
            organisation: None,
            worker: Some("public_health".into()),
            device: None,
            at: date(2026, 11, 1),
            recorded_at: NOW,
            action: Action::State,
            values: values.iter().map(|(field, value)| ((*field).into(), value.clone())).collect(),
        }
    }

    /// Asks for something.
    pub(crate) fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    /// Posts something.
    pub(crate) fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    /// Puts something.
    pub(crate) fn put(&self, path: &str) -> Ask<'_> {
        self.ask(Method::PUT, path)
    }

    /// Changes something.
    pub(crate) fn patch(&self, path: &str) -> Ask<'_> {
        self.ask(Method::PATCH, path)
    }

    /// Takes something away.
    pub(crate) fn delete(&self, path: &str) -> Ask<'_> {
        self.ask(Method::DELETE, path)
    }

    /// Asks something of the server.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let uri = path.strip_prefix('/').filter(|rest| rest.starts_with('/')).map_or_else(|| format!("/api/v1{path}"), str::to_owned);
        Ask { town: self, method, uri, headers: HeaderMap::new(), body: Vec::new() }
    }
}

/// A request being made.
pub(crate) struct Ask<'a> {
    town: &'a Town,
    method: Method,
    uri: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Ask<'_> {
    /// As this worker, logged in; without, as a stranger.
    pub(crate) fn by(self, worker: &str) -> Self {
        let token = self.town.token(worker);
        self.bearer(&token)
    }

    /// With this token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, value.parse().unwrap());
        self
    }

    /// With a stated reason for reading sensitive records.
    pub(crate) fn reason(self, words: &str) -> Self {
        let encoded: String = words.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
        self.header("qianmo-reason", &encoded)
    }

    /// With a JSON body.
    #[allow(clippy::needless_pass_by_value, reason = "tests hand in `json!(…)`")]
    pub(crate) fn json(self, body: Json) -> Self {
        self.body("application/json", body.to_string().as_bytes())
    }

    /// With another body.
    pub(crate) fn body(mut self, kind: &str, body: &[u8]) -> Self {
        self.headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        self.body = body.to_vec();
        self
    }

    /// Sends it.
    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri.parse().unwrap();
        *request.headers_mut() = self.headers;
        let response = self.town.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// Sends it and expects a refusal with this status and code.
    pub(crate) async fn refused(self, status: u16, code: &str) -> Answer {
        let asked = format!("{} {}", self.method, self.uri);
        let answer = self.send().await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{asked}: {}", answer.text());
        answer
    }

    /// Sends it and expects this status and a JSON body.
    pub(crate) async fn gives(self, status: u16) -> Json {
        let asked = format!("{} {}", self.method, self.uri);
        let answer = self.send().await;
        assert_eq!(answer.status, status, "{asked}: {}", answer.text());
        if answer.body.is_empty() { Json::Null } else { answer.json() }
    }
}

/// What the server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).expect("an answer in JSON")
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, empty when absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem, empty when it isn't one.
    pub(crate) fn code(&self) -> String {
        let json: Option<Json> = serde_json::from_slice(&self.body).ok();
        json.and_then(|json| json["code"].as_str().map(str::to_owned)).unwrap_or_default()
    }
}
