//! Speeds of the server as its clients see them: `qianmo-bench-server QIANMO DATA [DATABASE-URL] [--lists]`; with `--lists` only what is read.
//!
//! Starts `QIANMO serve` on a data folder (or a database) that `qianmo demo` made, sends what phones and offices send, and prints rates,
//! times and the server's CPU time. The disk's synchronous writes a second stand beside the single submissions, taken in the same run.
#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints rates")]

mod client;
mod material;
mod process;
mod report;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use client::Client;
use material::Material;
use process::{Login, Served};
use report::{Times, fsyncs};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long each of the timed sections runs.
const STRETCH: Duration = Duration::from_secs(5);

fn main() -> Outcome<()> {
    let (flags, args): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg == "--lists");
    let mut args = args.into_iter();
    let (Some(program), Some(data)) = (args.next(), args.next()) else {
        return Err("qianmo-bench-server QIANMO DATA [DATABASE-URL] [--lists]".into());
    };
    let database = args.next();
    let (program, data) = (PathBuf::from(program), PathBuf::from(data));
    let material = Material::read(&data)?;
    println!("材料：{}条可仿写的记录，村{}个，居民{}人", material.records.len(), material.villages.len(), material.residents.len());
    let account = |village: Option<&str>| process::account(&program, &data, database.as_deref(), village);
    let login = account(None)?;
    let doctors: Vec<Login> = material.villages.iter().take(13).map(|code| account(Some(code))).collect::<Outcome<_>>()?;
    let served = Served::start(&program, &data, database.as_deref())?;
    let token = Client::new(&served.address, None).log_in(&login)?;
    let client = || Client::new(&served.address, Some(&token));
    println!("内存：启动后 {} MB", served.memory_mb());
    println!("磁盘：每秒 {:.0} 次同步写", fsyncs(&data)?);
    // What is read comes first, of the township as it is; what is written makes it larger.
    lists(&served, &client, &material)?;
    if !flags.is_empty() {
        println!("内存：最高 {} MB", served.peak_mb());
        return Ok(());
    }
    first_sync(&served, &doctors, &material)?;
    for clients in [1, 8, 32] {
        singles(&served, &client, &material, clients)?;
    }
    batches(&served, &client, &material)?;
    visible(&served, &client, &material)?;
    println!("内存：负载后 {} MB，最高 {} MB", served.memory_mb(), served.peak_mb());
    Ok(())
}

/// One record a request, by so many clients at once.
fn singles(served: &Served, client: &(dyn Fn() -> Client + Sync), material: &Material, clients: usize) -> Outcome<()> {
    let (began, cpu) = (Instant::now(), served.cpu_ms());
    let times = parallel(clients, &|worker| {
        let (client, mut times) = (client(), Times::default());
        let mut number = worker;
        while began.elapsed() < STRETCH {
            let body = material.record(number);
            number += clients;
            times.time(|| client.post("/api/v1/records", &body).map(drop))?;
        }
        Ok(times)
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let (count, spent) = (times.len(), served.cpu_ms() - cpu);
    println!(
        "单条提交 {clients:2} 个客户端：{:6.0} 条/秒，{times}，服务端 CPU {:.2} 毫秒/条",
        count as f64 / seconds,
        spent / count.max(1) as f64
    );
    Ok(())
}

/// Batches of 500 by two clients.
fn batches(served: &Served, client: &(dyn Fn() -> Client + Sync), material: &Material) -> Outcome<()> {
    let (began, cpu) = (Instant::now(), served.cpu_ms());
    let times = parallel(2, &|worker| {
        let (client, mut times) = (client(), Times::default());
        let mut number = worker * 1_000_003;
        while began.elapsed() < STRETCH {
            let records: Vec<Value> = (0..500).map(|i| material.record(number + i)).collect();
            number += 500;
            let body = json!({ "records": records });
            times.time(|| client.post("/api/v1/records/batch", &body).map(drop))?;
        }
        Ok(times)
    })?;
    let records = times.len() * 500;
    let spent = served.cpu_ms() - cpu;
    println!(
        "每批500条：{:.0} 条/秒，每批 {times}，服务端 CPU {:.3} 毫秒/条",
        records as f64 / began.elapsed().as_secs_f64(),
        spent / records.max(1) as f64
    );
    Ok(())
}

/// 500 records a second come in; how long until the indicator shows one more. The first question, which computes, is asked before.
fn visible(served: &Served, client: &(dyn Fn() -> Client + Sync), material: &Material) -> Outcome<()> {
    caught_up(&client(), material)?;
    let began = Instant::now();
    let length = STRETCH * 4;
    let sent = AtomicUsize::new(0);
    let times = std::thread::scope(|scope| -> Outcome<Times> {
        let load: Vec<_> = (0..5)
            .map(|worker| {
                let sent = &sent;
                scope.spawn(move || -> Outcome<()> {
                    let client = client();
                    let mut number = worker * 7_000_003;
                    while began.elapsed() < length {
                        // Each of the five sends ten records every tenth of a second.
                        let next = began.elapsed() + Duration::from_millis(100);
                        let records: Vec<Value> = (0..10).map(|i| material.record(number + i)).collect();
                        number += 10;
                        client.post("/api/v1/records/batch", &json!({ "records": records }))?;
                        sent.fetch_add(10, Ordering::Relaxed);
                        std::thread::sleep(next.saturating_sub(began.elapsed()));
                    }
                    Ok(())
                })
            })
            .collect();
        let (client, mut times) = (client(), Times::default());
        let mut number = 90_000_001;
        while began.elapsed() < length {
            times.push(until_seen(&client, material, number)?);
            number += 1;
            std::thread::sleep(Duration::from_millis(50));
        }
        for thread in load {
            thread.join().map_err(|_| "a client panicked")??;
        }
        Ok(times)
    })?;
    let rate = sent.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    println!("写入到指标可见（同时每秒进 {rate:.0} 条）：{times}，服务端内存 {} MB", served.memory_mb());
    Ok(())
}

/// Writes a record that counts and asks until the indicator is of a position that has it.
fn until_seen(client: &Client, material: &Material, number: usize) -> Outcome<Duration> {
    let answer = client.post("/api/v1/records", &material.marker(number))?;
    let position = answer["position"].as_i64().ok_or("no position")?;
    let since = Instant::now();
    let address = material.cells_address();
    while client.get(&address)?["cut"].as_i64().unwrap_or(0) < position {
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(since.elapsed())
}

/// Asks for the indicator until nothing of what came before this section is left to be worked in.
fn caught_up(client: &Client, material: &Material) -> Outcome<()> {
    for number in 80_000_000..80_000_005 {
        until_seen(client, material, number)?;
    }
    Ok(())
}

/// Fifty people look at lists and dashboards.
fn lists(served: &Served, client: &(dyn Fn() -> Client + Sync), material: &Material) -> Outcome<()> {
    for (name, addresses) in material.screens() {
        // Once alone, so that what is computed once isn't counted fifty times.
        let warm = client();
        for address in &addresses {
            warm.get(address)?;
        }
        let began = Instant::now();
        let times = parallel(50, &|worker| {
            let (client, mut times) = (client(), Times::default());
            let mut number = worker;
            while began.elapsed() < STRETCH {
                let address = &addresses[number % addresses.len()];
                number += 1;
                times.time(|| client.get(address).map(drop))?;
                // People read what they asked for.
                std::thread::sleep(Duration::from_millis(200));
            }
            Ok(times)
        })?;
        println!(
            "{name}（50人）：{:.0} 次/秒，{times}，内存 {} MB",
            times.len() as f64 / began.elapsed().as_secs_f64(),
            served.memory_mb()
        );
    }
    Ok(())
}

/// A doctor's phone pulls its village for the first time; then two hundred do at once, all villages in turn.
fn first_sync(served: &Served, doctors: &[Login], material: &Material) -> Outcome<()> {
    let village = &material.villages[0];
    let tokens: Vec<String> = doctors.iter().map(|login| Client::new(&served.address, None).log_in(login)).collect::<Outcome<_>>()?;
    let phone = |worker: usize| Client::new(&served.address, Some(&tokens[worker % tokens.len()]));
    let one = phone(0);
    let began = Instant::now();
    let (bytes, records, trips) = one.pull()?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "首次同步 {village}：{records}条记录，{trips}次往返，{:.2} MB（压缩后），本机 {seconds:.2} 秒，4 Mbit/s 下 {:.1} 秒",
        bytes as f64 / 1e6,
        bytes as f64 * 8.0 / 4e6
    );
    let began = Instant::now();
    let cpu = served.cpu_ms();
    let times = parallel(200, &|worker| {
        let (phone, mut times) = (phone(worker), Times::default());
        times.time(|| phone.pull().map(drop))?;
        Ok(times)
    })?;
    println!(
        "200部手机同时首次同步：{:.1} 秒，{times}，服务端 CPU {:.1} 秒，内存 {} MB",
        began.elapsed().as_secs_f64(),
        (served.cpu_ms() - cpu) / 1000.0,
        served.memory_mb()
    );
    Ok(())
}

/// Runs the same thing on many threads and joins their times.
fn parallel(threads: usize, each: &(dyn Fn(usize) -> Outcome<Times> + Sync)) -> Outcome<Times> {
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|worker| scope.spawn(move || each(worker))).collect();
        let mut all = Times::default();
        for thread in running {
            all.join(thread.join().map_err(|_| "a client panicked")??);
        }
        Ok(all)
    })
}
