//! `Crm` spoken to HubSpot.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;
use tokio::sync::OnceCell;

use crate::connectors::http::Auth;
use crate::connectors::http::Endpoint;
use crate::connectors::http::Http;
use crate::connectors::http::HttpOptions;
use crate::connectors::http::call::Call;
use crate::connectors::hubspot;
use crate::connectors::hubspot::map;
use crate::connectors::hubspot::map::COMPANIES;
use crate::connectors::hubspot::map::CONTACTS;
use crate::connectors::hubspot::map::Input;
use crate::connectors::hubspot::map::OWN_KEY;
use crate::connectors::hubspot::map::Object;
use crate::connectors::hubspot::plan::Plan;
use crate::connectors::hubspot::plan::adopted;
use crate::connectors::hubspot::plan::inputs_of;
use crate::connectors::hubspot::plan::unique;
use crate::connectors::hubspot::records;
use crate::connectors::hubspot::wire;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::ports::vendors::Crm;
use crate::ports::vendors::CrmActivity;
use crate::ports::vendors::CrmRecord;
use crate::ports::vendors::Upserted;

pub(super) const BATCH_MAX: usize = 100;
const SEARCH_MAX: u32 = 200;
const QUERY_CHARS_MAX: usize = 3_000;
const OWNER_PAGES_MAX: usize = 20;
/// Activities of one contact that a read-back looks through, newest first.
const READ_BACK_MAX: usize = 100;

pub struct HubSpot {
    pub(super) http: Http,
    /// Owner id to address. Owners change rarely; a new one is seen after a restart.
    owners: OnceCell<BTreeMap<String, String>>,
    own_key: OnceCell<()>,
}

impl HubSpot {
    pub fn connect(endpoint: Endpoint) -> PortResult<Self> {
        let mut options = HttpOptions::new(hubspot::VENDOR, hubspot::BASE_URL, endpoint, Auth::Bearer);
        options.hints = hubspot::hints;
        options.rate = hubspot::rate;
        Ok(Self { http: Http::new(options)?, owners: OnceCell::new(), own_key: OnceCell::new() })
    }

    pub fn http(&self) -> &Http {
        &self.http
    }

    fn refused(&self, why: &str) -> PortError {
        PortError::Refused { vendor: hubspot::VENDOR.to_owned(), why: why.to_owned() }
    }

    async fn owners(&self) -> PortResult<&BTreeMap<String, String>> {
        self.owners.get_or_try_init(|| self.read_owners()).await
    }

    async fn read_owners(&self) -> PortResult<BTreeMap<String, String>> {
        let mut owners = BTreeMap::new();
        let mut after: Option<String> = None;
        for _ in 0..OWNER_PAGES_MAX {
            let mut call = Call::get("/crm/owners/2026-09", &[]).query("limit", 100);
            if let Some(after) = &after {
                call = call.query("after", after);
            }
            let page: wire::Owners = self.http.send(call).await?.json()?;
            owners.extend(page.results.into_iter().filter_map(|owner| Some((owner.id?, owner.email?))));
            after = page.paging.and_then(|paging| paging.next).map(|next| next.after);
            if after.is_none() {
                break;
            }
        }
        Ok(owners)
    }

    pub(super) async fn records(&self, object: &Object, found: Vec<wire::Record>) -> PortResult<Vec<CrmRecord>> {
        let owned = found.iter().any(|record| record.properties.contains_key("hubspot_owner_id"));
        let none = BTreeMap::new();
        let owners = if owned { self.owners().await? } else { &none };
        Ok(found.into_iter().filter_map(|record| object.record(record, owners)).collect())
    }

    fn object(&self, name: &str) -> PortResult<&'static Object> {
        Object::by_name(name).ok_or_else(|| self.refused("only contacts and companies are known"))
    }

    /// Records by id, or by the values of a unique property; absent ones are errors of a 207: left out here.
    pub(super) async fn read_by(
        &self,
        object: &Object,
        property: Option<&str>,
        keys: &[String],
    ) -> PortResult<Vec<wire::Record>> {
        let mut found = Vec::new();
        for some in keys.chunks(BATCH_MAX) {
            let inputs: Vec<Value> = some.iter().map(|key| json!({"id": key})).collect();
            let mut body = json!({"inputs": inputs, "properties": object.asked(), "propertiesWithHistory": []});
            if let Some(property) = property {
                body["idProperty"] = json!(property);
            }
            let batch: wire::Batch = self.write(object, "read", body).await?;
            found.extend(batch.results);
        }
        Ok(found)
    }

    async fn find(&self, object: &Object, body: Value) -> PortResult<Vec<wire::Record>> {
        let call = Call::post("/crm/objects/2026-09/{}/search", &[object.name]).safe().body(body);
        let found: wire::Found = self.http.send(call).await?.json()?;
        Ok(found.results)
    }

    pub(super) async fn find_domains(&self, domains: &[String]) -> PortResult<Vec<wire::Record>> {
        let mut found = Vec::new();
        for some in domains.chunks(BATCH_MAX) {
            let filter = json!({"propertyName": "domain", "operator": "IN", "values": some});
            let body =
                json!({"filterGroups": [{"filters": [filter]}], "properties": COMPANIES.asked(), "limit": SEARCH_MAX});
            found.extend(self.find(&COMPANIES, body).await?);
        }
        Ok(found)
    }

    /// Upserts and updates may be repeated, so a lost answer means "again".
    pub(super) async fn write(&self, object: &Object, verb: &'static str, body: Value) -> PortResult<wire::Batch> {
        let call = Call::post("/crm/objects/2026-09/{}/batch/{}", &[object.name, verb]).safe().body(body);
        self.http.send(call).await?.json()
    }

    async fn upsert(&self, object: &Object, inputs: &[Input]) -> PortResult<Vec<Upserted>> {
        let mut outcomes = Vec::with_capacity(inputs.len());
        for some in inputs.chunks(BATCH_MAX) {
            let batch = self.write(object, "upsert", map::upsert_body(object.key, some)).await?;
            outcomes.extend(map::outcomes(object.key, some, batch));
        }
        Ok(outcomes)
    }

    async fn update_by_id(&self, object: &Object, inputs: &[Input]) -> PortResult<Vec<Upserted>> {
        let mut outcomes = Vec::with_capacity(inputs.len());
        for some in inputs.chunks(BATCH_MAX) {
            let batch = self.write(object, "update", map::update_body(some)).await?;
            outcomes.extend(map::outcomes("hs_object_id", some, batch));
        }
        Ok(outcomes)
    }

    async fn owners_for(&self, rows: &[BTreeMap<String, String>]) -> PortResult<BTreeMap<String, String>> {
        let named = rows.iter().any(|row| row.contains_key("owner"));
        if named { Ok(self.owners().await?.clone()) } else { Ok(BTreeMap::new()) }
    }

    /// The portal needs our unique property before companies can be upserted on it.
    pub(super) async fn ensure_own_key(&self) -> PortResult<()> {
        self.own_key.get_or_try_init(|| self.make_own_key()).await.copied()
    }

    async fn make_own_key(&self) -> PortResult<()> {
        let look = Call::get("/crm/properties/2026-09/{}/{}", &[COMPANIES.name, OWN_KEY]).accept(&[404]);
        if self.http.send(look).await?.status != 404 {
            return Ok(());
        }
        let body = json!({
            "name": OWN_KEY, "label": "Quarterdeck id", "type": "string", "fieldType": "text",
            "groupName": "companyinformation", "hasUniqueValue": true,
        });
        // Another process may have been first: that is 409 and just as good.
        let make = Call::post("/crm/properties/2026-09/{}", &[COMPANIES.name]).safe().body(body).accept(&[409]);
        self.http.send(make).await.map(|_| ())
    }

    async fn activity_with(&self, kind: &map::ActivityKind, activity: &CrmActivity) -> PortResult<Option<String>> {
        let args = [activity.contact_id.as_str(), kind.object];
        let list = Call::get("/crm/objects/2026-09/contacts/{}/associations/{}", &args).query("limit", 500);
        let listed: wire::Associated = self.http.send(list).await?.json()?;
        let mut ids: Vec<u64> = listed.results.iter().filter_map(|to| number(&to.to_object_id)).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(READ_BACK_MAX);
        if ids.is_empty() {
            return Ok(None);
        }
        let inputs: Vec<Value> = ids.iter().map(|id| json!({"id": id.to_string()})).collect();
        let body = json!({"inputs": inputs, "properties": [kind.body], "propertiesWithHistory": []});
        let read = Call::post("/crm/objects/2026-09/{}/batch/read", &[kind.object]).safe().body(body);
        let batch: wire::Batch = self.http.send(read).await?.json()?;
        let mark = map::mark(&activity.key);
        let ours = |record: &wire::Record| {
            record
                .properties
                .get(kind.body)
                .and_then(Option::as_deref)
                .is_some_and(|text| text.trim_end().ends_with(&mark))
        };
        Ok(batch.results.into_iter().find(ours).and_then(|record| record.id))
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[async_trait::async_trait]
impl Crm for HubSpot {
    fn vendor(&self) -> &'static str {
        hubspot::VENDOR
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    async fn contacts_by_email(&self, emails: &[String]) -> PortResult<Vec<CrmRecord>> {
        let found = self.read_by(&CONTACTS, Some("email"), &unique(emails)).await?;
        self.records(&CONTACTS, found).await
    }

    async fn companies_by_domain(&self, domains: &[String]) -> PortResult<Vec<CrmRecord>> {
        let found = self.find_domains(&unique(domains)).await?;
        self.records(&COMPANIES, found).await
    }

    async fn search(&self, object: &str, query: &str, limit: u32) -> PortResult<Vec<CrmRecord>> {
        let object = self.object(object)?;
        let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
        let body = json!({"query": query, "limit": limit.clamp(1, SEARCH_MAX), "properties": object.asked()});
        let found = self.find(object, body).await?;
        self.records(object, found).await
    }

    async fn upsert_contacts(&self, rows: &[BTreeMap<String, String>]) -> PortResult<Vec<Upserted>> {
        let owners = self.owners_for(rows).await?;
        let inputs = inputs_of(&CONTACTS, rows, &owners);
        let plan = Plan::of(&inputs);
        let outcomes = self.upsert(&CONTACTS, &plan.inputs).await?;
        Ok(plan.spread(&outcomes))
    }

    async fn standing(&self, object: &str, rows: &[BTreeMap<String, String>]) -> PortResult<Vec<Option<CrmRecord>>> {
        records::standing(self, object, rows).await
    }

    /// A company that the portal has under another key or under none is updated, not doubled; the rest goes by our key.
    async fn upsert_companies(
        &self,
        rows: &[BTreeMap<String, String>],
        standing: &[Option<CrmRecord>],
    ) -> PortResult<Vec<Upserted>> {
        self.ensure_own_key().await?;
        let owners = self.owners_for(rows).await?;
        let inputs = inputs_of(&COMPANIES, rows, &owners);
        let (mut updates, mut upserts) = (Vec::new(), Vec::new());
        for (place, input) in inputs.into_iter().enumerate() {
            match standing.get(place).and_then(Option::as_ref).and_then(|known| adopted(&input, known)) {
                Some(update) => updates.push((place, update)),
                None => upserts.push((place, input)),
            }
        }
        let mut outcomes: Vec<(usize, Upserted)> = Vec::new();
        for (rows, by_id) in [(updates, true), (upserts, false)] {
            let (places, inputs): (Vec<usize>, Vec<Input>) = rows.into_iter().unzip();
            // Two of our keys may have met in one record, and one key may stand in two rows.
            let once = Plan::of(&inputs);
            let done = match by_id {
                true => self.update_by_id(&COMPANIES, &once.inputs).await?,
                false => self.upsert(&COMPANIES, &once.inputs).await?,
            };
            outcomes.extend(places.into_iter().zip(once.spread(&done)));
        }
        outcomes.sort_by_key(|(place, _)| *place);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    }

    async fn read(&self, object: &str, ids: &[String]) -> PortResult<Vec<CrmRecord>> {
        let object = self.object(object)?;
        let found = self.read_by(object, None, ids).await?;
        self.records(object, found).await
    }

    async fn links(&self, object: &str, ids: &[String]) -> PortResult<BTreeMap<String, BTreeSet<String>>> {
        records::links(self, self.object(object)?, ids).await
    }

    async fn update(&self, object: &str, rows: &[(String, BTreeMap<String, String>)]) -> PortResult<Vec<Upserted>> {
        let object = self.object(object)?;
        let fields = |(id, row): &(String, BTreeMap<String, String>)| Input {
            key: id.clone(),
            properties: object.properties(row, &BTreeMap::new()),
        };
        let inputs: Vec<Input> = rows.iter().map(fields).collect();
        self.update_by_id(object, &inputs).await
    }

    async fn archive(&self, object: &str, ids: &[String]) -> PortResult<()> {
        records::archive(self, self.object(object)?, ids).await
    }

    async fn associate(&self, pairs: &[(String, String)]) -> PortResult<()> {
        for some in pairs.chunks(BATCH_MAX) {
            let inputs: Vec<Value> =
                some.iter().map(|(from, to)| json!({"from": {"id": from}, "to": {"id": to}})).collect();
            let call =
                Call::post("/crm/associations/2026-09/{}/{}/batch/associate/default", &["contacts", "companies"]);
            let batch: wire::Batch = self.http.send(call.safe().body(json!({"inputs": inputs}))).await?.json()?;
            if let Some(error) = batch.errors.first() {
                let why = error.message.as_deref().unwrap_or("an association was refused");
                return Err(self.refused(&crate::connectors::http::fault::cleaned(why)));
            }
        }
        Ok(())
    }

    async fn log_activities(&self, activities: &[CrmActivity]) -> PortResult<Vec<Upserted>> {
        let Some(first) = activities.first() else { return Ok(Vec::new()) };
        let kind = map::activity_kind(&first.kind).ok_or_else(|| self.refused("this kind of activity is not known"))?;
        if activities.iter().any(|activity| activity.kind != first.kind) {
            return Err(self.refused("activities of several kinds go by several calls"));
        }
        let mut outcomes = Vec::with_capacity(activities.len());
        for some in activities.chunks(BATCH_MAX) {
            let call = Call::post("/crm/objects/2026-09/{}/batch/create", &[kind.object]);
            let batch: wire::Batch = self.http.send(call.body(map::activities_body(&kind, some))).await?.json()?;
            outcomes.extend(map::logged(some.len(), batch));
        }
        Ok(outcomes)
    }

    async fn find_activities(&self, activities: &[CrmActivity]) -> PortResult<Vec<Option<String>>> {
        let mut found = Vec::with_capacity(activities.len());
        for activity in activities {
            let kind =
                map::activity_kind(&activity.kind).ok_or_else(|| self.refused("this kind of activity is not known"))?;
            found.push(self.activity_with(&kind, activity).await?);
        }
        Ok(found)
    }

    async fn opt_out(&self, email: &str) -> PortResult<()> {
        let endpoint = "/communication-preferences/2026-09/statuses/{}/unsubscribe-all";
        self.http.send(Call::post(endpoint, &[email]).safe().query("channel", "EMAIL")).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests;
