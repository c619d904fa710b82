//! After a restore: the vendors are compared with our rows, one card says what was found, and a person lets the desk go on.
//! Until then the brake stands: nothing that cannot be taken back begins, on any worker.
use crate::cards::post;
use crate::cards::post::Button;
use crate::cards::post::worded;
use crate::domain::ids::CardId;
use crate::domain::person::Role;
use crate::orchestrator::compare;
use crate::orchestrator::compare::Findings;
use crate::orchestrator::compare::Unread;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::plans;
use crate::orchestrator::press::Press;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::Stop;
use crate::orchestrator::refuse::no;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::VerdictWords;
use crate::prompts::reconcile::ReconcileWords;
use crate::prompts::render::CardWords;
use crate::reports::daily;
use crate::run::card::CardKind;
use crate::run::card::Style;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::store::audit;
use crate::store::brake;
use crate::store::brake::BrakeKind;
use crate::store::cards;
use crate::store::cron;
use crate::store::events;
use crate::store::open::Conn;
use crate::store::open::Tx;
use crate::store::restored;
use crate::store::restored::Restored;

/// Its row in the schedule: it runs when somebody asks for it.
pub const JOB: &str = "comparison after a restore";
/// What its buttons are about: a halt is lifted elsewhere.
pub const ABOUT: &str = "reconcile";
const MAY: &[Role] = &[Role::Operator];

impl Orchestrator {
    /// `None` unless a restored backup waits for its comparison or for a person.
    pub async fn restored(&self) -> Outcome<Option<Restored>> {
        let mut c = self.store.conn().await?;
        Ok(restored::open(&mut c).await?)
    }

    /// Compares, takes over, and tells. `fetched` says whether what happened since the backup was read; the returned
    /// transaction holds the card. A vendor that cannot be read is told on the card as well, and is an error here: it is
    /// tried again.
    pub async fn compare_after_restore(&self, mut mark: Restored, fetched: Result<(), String>) -> anyhow::Result<Tx> {
        let compared = match fetched {
            Ok(()) => match compare::compare(self).await {
                Ok(findings) => Ok(findings),
                Err(Unread::Vendor(error)) => Err(error.to_string()),
                Err(Unread::Stop(stop)) => return Err(anyhow::anyhow!("{stop}")),
            },
            Err(why) => Err(why),
        };
        let mut tx = self.store.begin().await?;
        // Somebody let it go on while the vendors were read.
        if restored::open(&mut tx).await?.is_none() {
            return Ok(tx);
        }
        mark.compared = compared.is_ok();
        let shown = self.show(&mut tx, &mut mark, &compared).await;
        shown.map_err(|stop| anyhow::anyhow!("{stop}"))?;
        match compared {
            Ok(_) => Ok(tx),
            Err(why) => {
                tx.commit().await?;
                self.tell_readers();
                Err(anyhow::anyhow!("{why}"))
            }
        }
    }

    async fn show(&self, c: &mut Conn, mark: &mut Restored, compared: &Result<Findings, String>) -> Outcome<()> {
        let now = self.clock.now();
        let thread = daily::open_thread(c, now).await?;
        let words = self.words.card(&filled(c, mark, compared, &self.config.zone).await?)?;
        let mut card = worded(CardKind::Alert, &words);
        card.tone = if compared.is_ok() { Tone::Warn } else { Tone::Danger };
        let place = self.place(&thread, None);
        let content = (card, buttons(&words, compared.is_ok()));
        match &mark.card {
            Some(id) => post::edit(c, self.ids.as_ref(), place, &CardId::from(id.as_str()), content).await?,
            None => mark.card = Some(post::post(c, self.ids.as_ref(), place, content, None).await?.0),
        }
        restored::put(c, mark).await?;
        audit::append(c, now, restored::BY, if mark.compared { "compared" } else { "not compared" }, (JOB, "")).await?;
        Ok(())
    }
}

fn buttons(words: &CardWords, is_compared: bool) -> Vec<Button> {
    let about = serde_json::json!({ "brake": ABOUT });
    let go_on = Button::new(Verb::Lift, &words.label("lift"), MAY).style(Style::Go).data(about.clone());
    let again = Button::new(Verb::Compare, &words.label("compare"), MAY).data(about);
    if is_compared { vec![go_on, again] } else { vec![again] }
}

async fn filled(
    c: &mut Conn,
    mark: &Restored,
    compared: &Result<Findings, String>,
    zone: &str,
) -> Result<ReconcileWords, Stop> {
    let events = events::count_after(c, mark.newest).await?;
    let words = ReconcileWords {
        newest: mark.newest.day_clock(zone),
        made: mark.made_at.day_clock(zone),
        events,
        ..ReconcileWords::default()
    };
    Ok(match compared {
        Err(why) => ReconcileWords { why: why.clone(), ..words },
        Ok(found) => ReconcileWords {
            compared: true,
            campaigns: found.campaigns,
            campaigns_taken: found.campaigns_taken,
            people: found.people,
            people_taken: found.people_taken,
            suppressed: found.suppressed,
            open: found.open.iter().filter_map(|one| serde_json::to_value(one).ok()).collect(),
            open_more: found.open_more,
            ..words
        },
    })
}

/// Once more, soon: the schedule finds the wish.
pub async fn again(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    used(c, press, "compare").await?;
    cron::ask(c, JOB).await?;
    let verdict = press.verdict("compare");
    plans::settle(desk, c, press, &verdict).await?;
    press.audit(c, "restore.compare", (press.action.card.as_str(), "")).await?;
    Ok(verdict)
}

/// A person has read what was found: what waited goes on.
pub async fn go_on(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    if !restored::open(c).await?.is_some_and(|mark| mark.compared) {
        return Err(no(RefusalKind::Decided, "replaced"));
    }
    used(c, press, "go on").await?;
    brake::lift(c, BrakeKind::Reconcile, press.now).await?;
    let verdict = press.verdict("go_on");
    plans::settle(desk, c, press, &verdict).await?;
    press.audit(c, "restore.go_on", (press.action.card.as_str(), "")).await?;
    Ok(verdict)
}

async fn used(c: &mut Conn, press: &Press<'_>, outcome: &str) -> Outcome<()> {
    if cards::use_card(c, &press.action.card, &press.who.id, outcome, press.now).await? {
        return Ok(());
    }
    Err(no(RefusalKind::Decided, "decided"))
}
