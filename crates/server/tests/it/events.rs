//! The stream of what has changed: to whom it is told, and how it goes on.

use std::collections::BTreeSet;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use qianmo_desk::Change;
use qianmo_store::{Cut, Store};
use serde_json::{Value as Json, json};
use tokio_stream::StreamExt;
use tower::ServiceExt;

use crate::support::{OTHER_VILLAGE, Town, VILLAGE, VILLAGE_2, area};

/// A stream being listened to.
struct Listening {
    body: BodyDataStream,
    held: String,
}

impl Listening {
    async fn new(town: &Town, who: &str, last: Option<i64>) -> Self {
        let mut request = Request::get("/api/v1/events").header("authorization", format!("Bearer {}", town.token(who)));
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let answer = town.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { body: answer.into_body().into_data_stream(), held: String::new() }
    }

    /// The next event: its id and data.
    async fn next(&mut self) -> Option<(i64, Json)> {
        loop {
            if let Some((event, rest)) = self.held.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).map(str::to_owned);
                let told = field("data:").map(|data| (field("id:").unwrap().parse().unwrap(), serde_json::from_str(&data).unwrap()));
                self.held = rest.to_owned();
                match told {
                    Some(told) => return Some(told),
                    None => continue,
                }
            }
            let more = self.body.next().await?.unwrap();
            self.held.push_str(std::str::from_utf8(&more).unwrap());
        }
    }
}

fn change(cut: i64, places: &[u64], forms: &[&str]) -> Change {
    Change {
        cut: Cut(cut),
        areas: places.iter().map(|place| area(*place)).collect(),
        forms: forms.iter().map(|form| (*form).into()).collect::<BTreeSet<_>>(),
        records: Vec::new(),
    }
}

const ROUTINE: &str = "hypertension.followup";

fn sensitive() -> String {
    crate::support::packs().pack("tuberculosis").unwrap().forms[0].id.to_string()
}

#[tokio::test]
async fn a_stream_begins_with_where_the_numbers_stand() {
    let town = Town::new();
    town.get("/events").refused(401, "SERVER-0101").await;
    town.figures.change(&change(3, &[VILLAGE], &[ROUTINE]));
    let mut stream = Listening::new(&town, "village_doctor", None).await;
    assert_eq!(stream.next().await.unwrap(), (3, json!({"cut": 3, "areas": [], "forms": [], "everything": false})));
}

#[tokio::test]
async fn only_what_somebody_may_see_numbers_of_is_told() {
    let town = Town::new();
    let mut doctor = Listening::new(&town, "village_doctor", None).await;
    let mut office = Listening::new(&town, "health_office", None).await;
    let mut committee = Listening::new(&town, "committee", None).await;
    for stream in [&mut doctor, &mut office, &mut committee] {
        stream.next().await.unwrap();
    }
    town.figures.change(&change(1, &[OTHER_VILLAGE, VILLAGE_2], &[&sensitive()]));
    town.figures.change(&change(2, &[VILLAGE, OTHER_VILLAGE], &[ROUTINE]));
    town.figures.change(&change(3, &[VILLAGE], &[&sensitive()]));
    // What was gathered comes as one.
    let (id, told) = doctor.next().await.unwrap();
    assert_eq!((id, &told["areas"]), (3, &json!([VILLAGE.to_string()])));
    let forms: BTreeSet<&str> = told["forms"].as_array().unwrap().iter().map(|form| form.as_str().unwrap()).collect();
    assert_eq!(forms, BTreeSet::from([ROUTINE, &*sensitive()]));
    let (_, told) = office.next().await.unwrap();
    assert_eq!((&told["areas"], &told["forms"]), (&json!([VILLAGE.to_string()]), &json!([ROUTINE])));
    // The committee sees no numbers: what it is told next is the end, when accounts change.
    town.delete("/session").by("auditor").gives(204).await;
    town.figures.change(&change(4, &[VILLAGE], &[ROUTINE]));
    assert_eq!(committee.next().await, None);
    assert_eq!(doctor.next().await, None, "to be recognised anew");
}

#[tokio::test]
async fn who_comes_back_is_told_what_was_missed() {
    let town = Town::new();
    for (number, form, place) in [(1, ROUTINE, VILLAGE), (2, ROUTINE, VILLAGE_2), (3, &*sensitive(), VILLAGE)] {
        let record = town.record(number, form, "resident", crate::support::resident_id(1), place, &[]);
        town.store().append(&[record]).unwrap();
    }
    let mut stream = Listening::new(&town, "health_office", Some(1)).await;
    assert_eq!(
        stream.next().await.unwrap().1,
        json!({"cut": 3, "areas": [VILLAGE_2.to_string()], "forms": [ROUTINE], "everything": false})
    );
    let mut stream = Listening::new(&town, "village_doctor", Some(0)).await;
    assert_eq!(stream.next().await.unwrap().1["areas"], json!([VILLAGE.to_string()]));
    let ask = |last: &str| town.get("/events").by("village_doctor").header("last-event-id", last);
    ask("9").refused(422, "SERVER-0103").await;
    ask("-1").refused(422, "SERVER-0103").await;
    ask("x").refused(422, "SERVER-0103").await;
}
