//! The CRM as its own users see it: records read and edited past the desk, and what the desk kept of them.
use std::collections::BTreeMap;

use quarterdeck::sandbox::HUBSPOT_TOKEN;
use quarterdeck::store::open::Store;
use serde_json::Value;
use serde_json::json;
use sqlx::Row;

use crate::support::client;
use crate::support::client::Answer;
use crate::support::client::Request;
use crate::support::desk::Desk;

/// What the desk kept before it wrote.
pub struct Image {
    pub object: String,
    pub key: String,
    pub record: String,
    pub created: bool,
    pub before: BTreeMap<String, String>,
    pub after: BTreeMap<String, String>,
}

impl Image {
    pub fn is(&self, object: &str, created: bool) -> bool {
        self.object == object && self.created == created
    }
}

/// In the order of their keys, contacts and companies and links.
pub async fn images(store: &Store) -> Vec<Image> {
    let mut conn = store.conn().await.unwrap();
    let sql = "SELECT object, key, record, created, before, after FROM before_image ORDER BY object, key";
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await.unwrap();
    let fields = |text: String| serde_json::from_str(&text).unwrap();
    let image = |row: &sqlx::any::AnyRow| Image {
        object: row.get(0),
        key: row.get(1),
        record: row.get(2),
        created: row.get::<i64, _>(3) != 0,
        before: fields(row.get(4)),
        after: fields(row.get(5)),
    };
    rows.iter().map(image).collect()
}

/// The CRM's name of a field of ours.
pub fn theirs(field: &str) -> &str {
    match field {
        "given_name" => "firstname",
        "surname" => "lastname",
        "title" => "jobtitle",
        "employees" => "numberofemployees",
        other => other,
    }
}

/// The properties of a record; `None` when it is archived.
pub async fn read(desk: &Desk, image: &Image) -> Option<BTreeMap<String, String>> {
    if image.object == "links" {
        return None;
    }
    let names: Vec<&str> = image.after.keys().map(|field| theirs(field)).collect();
    let path = format!("{}?properties={}", path(image), names.join(","));
    let answer = call(desk, ("GET", &path), None).await;
    if answer.status == 404 {
        return None;
    }
    assert_eq!(answer.status, 200, "{}", answer.body);
    let properties = answer.body["properties"].as_object().unwrap();
    Some(properties.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect())
}

pub async fn edit(desk: &Desk, image: &Image, property: &str, value: &str) {
    let body = json!({"properties": {property: value}});
    let answer = call(desk, ("PATCH", &path(image)), Some(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn path(image: &Image) -> String {
    format!("/hubspot/crm/objects/2026-09/{}/{}", image.object, image.record)
}

async fn call(desk: &Desk, line: (&str, &str), body: Option<&Value>) -> Answer {
    let headers =
        vec![("Authorization", format!("Bearer {HUBSPOT_TOKEN}")), ("Content-Type", "application/json".to_owned())];
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    client::send(desk.world, &Request { line, headers, body }).await.unwrap()
}
