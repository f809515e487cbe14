//! One connection to the server, made again when it was lost, with its prepared statements.

use std::cell::{Cell as Flag, RefCell};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::time::{Duration, Instant};

use postgres::binary_copy::BinaryCopyInWriter;
use postgres::config::Host;
use postgres::types::{IsNull, ToSql, Type, accepts, private::BytesMut, to_sql_checked};
use postgres::{Client, Config, Error, NoTls, Row, Statement};
use qianmo_core::Fault;
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use super::fault::fault;
use super::tls;
use crate::db::{Cell, Db, Line};

type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection, whether it stands at the moment or not.
pub(super) struct Link {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    /// Address without password, for messages.
    pub(super) shown: String,
    pub(super) county: u32,
    wait: Duration,
    live: RefCell<Option<Live>>,
    open: Flag<bool>,
}

/// A standing connection.
pub(super) struct Live {
    pub(super) client: Client,
    prepared: HashMap<String, Statement>,
}

impl Live {
    /// The statement, prepared once for each connection.
    pub(super) fn prepared(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) fn query(&mut self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Error> {
        let statement = self.prepared(sql)?;
        self.client.query(&statement, params)
    }
}

impl Link {
    pub(super) fn new(url: &str, county: u32, wait: Duration) -> Result<Self, Fault> {
        let (mut config, tls) = tls::read(url)?;
        let shown = shown(&config);
        if config.get_application_name().is_none() {
            config.application_name("qianmo");
        }
        config.connect_timeout(wait.max(Duration::from_secs(1)));
        Ok(Self { config, tls, shown, county, wait, live: RefCell::new(None), open: Flag::new(false) })
    }

    /// Runs something on the connection; a lost one is made again first, unless a transaction was lost with it.
    pub(super) fn run<T>(&self, work: impl FnOnce(&mut Live) -> Result<T, Error>) -> Result<T, Fault> {
        let mut slot = self.live.borrow_mut();
        let mut live = match slot.take() {
            Some(live) if !live.client.is_closed() || self.open.get() => live,
            _ => self.connect()?,
        };
        let done = work(&mut live);
        if !live.client.is_closed() || self.open.get() {
            *slot = Some(live);
        }
        done.map_err(|error| fault(&error, &self.shown))
    }

    /// As [`Link::run`] for work that may be done twice: once more when the connection breaks under it.
    pub(super) fn repeat<T>(&self, mut work: impl FnMut(&mut Live) -> Result<T, Error>) -> Result<T, Fault> {
        match self.run(&mut work) {
            Err(fault) if fault.code == "STORE-0008" && !self.open.get() => self.run(work),
            done => done,
        }
    }

    fn connect(&self) -> Result<Live, Fault> {
        let until = Instant::now() + self.wait;
        loop {
            let connected = match &self.tls {
                None => self.config.connect(NoTls),
                Some(tls) => self.config.connect(tls.clone()),
            };
            match connected.and_then(|client| self.prepare(client)) {
                Ok(live) => return Ok(live),
                Err(error) => {
                    let fault = fault(&error, &self.shown);
                    if fault.code != "STORE-0008" || Instant::now() >= until {
                        return Err(fault);
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        }
    }

    fn prepare(&self, mut client: Client) -> Result<Live, Error> {
        // What is acknowledged must be on the disk, whatever the server's default.
        let session = format!(
            "SET client_min_messages = warning; SET lock_timeout = {}; \
             SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
            self.wait.as_millis().max(1)
        );
        client.batch_execute(&session)?;
        Ok(Live { client, prepared: HashMap::new() })
    }

    fn sql(&self, text: &str) -> String {
        text.replace("@county", &self.county.to_string())
    }

    /// Begins a transaction that reads everything as of one moment and hinders nobody; [`Db::rollback`] ends it.
    pub(super) fn begin_moment(&self) -> Result<(), Fault> {
        let begun = self.run(|live| live.client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
        self.open.set(begun.is_ok());
        begun
    }

    /// Hands out the rows of a query inside a transaction, so many fetched at a time.
    pub(super) fn each_line(
        &self,
        cursor: &str,
        sql: &str,
        rows: usize,
        each: &mut dyn FnMut(Line) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let declare = format!("DECLARE each_{cursor} NO SCROLL CURSOR FOR {}", self.sql(sql));
        self.run(|live| live.client.batch_execute(&declare))?;
        loop {
            let fetched = self.run(|live| live.client.query(&format!("FETCH {rows} FROM each_{cursor}"), &[]))?;
            for row in &fetched {
                each(cells(row).map_err(|error| fault(&error, &self.shown))?)?;
            }
            if fetched.len() < rows {
                return self.run(|live| live.client.batch_execute(&format!("CLOSE each_{cursor}")));
            }
        }
    }
}

/// Where the database is, without who asks and with which password.
fn shown(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    format!("postgresql://{host}/{}", config.get_dbname().unwrap_or_default())
}

impl Db for Link {
    fn execute(&self, sql: &str, values: &[Cell]) -> Result<u64, Fault> {
        let (sql, params) = (self.sql(sql), params(values));
        // Outside a transaction only what may be done twice is executed.
        self.repeat(|live| {
            let statement = live.prepared(&sql)?;
            live.client.execute(&statement, &params)
        })
    }

    fn query(&self, sql: &str, values: &[Cell]) -> Result<Vec<Line>, Fault> {
        let (sql, params) = (self.sql(sql), params(values));
        let rows = self.repeat(|live| live.query(&sql, &params))?;
        rows.iter().map(|row| cells(row).map_err(|error| fault(&error, &self.shown))).collect()
    }

    fn insert_many(&self, table: &str, columns: &[&str], rows: &[Vec<Cell>]) -> Result<(), Fault> {
        if rows.is_empty() {
            return Ok(());
        }
        let county = Cell::Int(self.county.into());
        let columns = format!("county, {}", columns.join(", "));
        self.run(|live| {
            let types: Vec<Type> = {
                let shape = live.prepared(&format!("SELECT {columns} FROM {table} LIMIT 0"))?;
                shape.columns().iter().map(|column| column.type_().clone()).collect()
            };
            let copy = live.prepared(&format!("COPY {table} ({columns}) FROM STDIN BINARY"))?;
            let mut writer = BinaryCopyInWriter::new(live.client.copy_in(&copy)?, &types);
            for row in rows {
                let cells: Vec<&(dyn ToSql + Sync)> = std::iter::once(&county).chain(row).map(|cell| cell as &(dyn ToSql + Sync)).collect();
                writer.write(&cells)?;
            }
            writer.finish().map(drop)
        })
    }

    fn begin(&self) -> Result<(), Fault> {
        // Whoever writes holds the log's row: writers of other processes wait, so positions follow commits.
        let lock = format!("BEGIN; SELECT end_seq FROM log WHERE county = {} FOR UPDATE", self.county);
        let begun = self.repeat(|live| live.client.batch_execute(&lock));
        self.open.set(begun.is_ok());
        if begun.is_err() {
            self.rollback();
        }
        begun
    }

    fn commit(&self) -> Result<(), Fault> {
        let done = self.run(|live| live.client.batch_execute("COMMIT"));
        if done.is_ok() {
            self.open.set(false);
        }
        done
    }

    fn rollback(&self) {
        self.open.set(false);
        let undone = self.run(|live| live.client.batch_execute("ROLLBACK"));
        if undone.is_err() {
            self.live.replace(None);
        }
    }

    fn damaged(&self) -> Fault {
        Fault::new("STORE-0005").with("file", &self.shown)
    }
}

fn params(values: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn cells(row: &Row) -> Result<Line, Error> {
    let mut cells = Vec::with_capacity(row.len());
    for (i, column) in row.columns().iter().enumerate() {
        cells.push(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(i)?.map_or(Cell::Null, Cell::Int),
            Type::INT4 => row.try_get::<_, Option<i32>>(i)?.map_or(Cell::Null, |n| Cell::Int(n.into())),
            Type::INT2 => row.try_get::<_, Option<i16>>(i)?.map_or(Cell::Null, |n| Cell::Int(n.into())),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(i)?.map_or(Cell::Null, Cell::Blob),
            Type::UUID => row.try_get::<_, Option<Uuid>>(i)?.map_or(Cell::Null, |id| Cell::Blob(id.as_bytes().to_vec())),
            _ => row.try_get::<_, Option<String>>(i)?.map_or(Cell::Null, Cell::Text),
        });
    }
    Ok(Line { cells })
}

impl ToSql for Cell {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (self, kind) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(n), &Type::INT4) => i32::try_from(*n)?.to_sql(kind, out),
            (Self::Int(n), &Type::INT2) => i16::try_from(*n)?.to_sql(kind, out),
            (Self::Int(n), _) => n.to_sql(kind, out),
            (Self::Text(text), _) => text.to_sql(kind, out),
            (Self::Blob(bytes), &Type::UUID) => Uuid::from_slice(bytes)?.to_sql(kind, out),
            (Self::Blob(bytes), _) => bytes.to_sql(kind, out),
        }
    }

    accepts!(INT2, INT4, INT8, TEXT, VARCHAR, BYTEA, UUID);
    to_sql_checked!();
}
