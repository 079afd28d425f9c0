//! What people are told of their shops without having asked.

use super::{Story, ends, moment};
use crate::domain::lang::Lang;
use crate::domain::notice::Notice;
use crate::domain::press::{Press, Verb};
use crate::domain::record::Record;
use crate::text::buttons::Button;
use crate::text::commands::typed;
use crate::text::table::say;

/// One message with its end: nothing follows it.
pub(super) fn told(lang: Lang, notice: Notice, record: &Record) -> Story {
    let store = record.spec.name.as_str();
    match notice {
        Notice::Expiring { ends_at } => {
            let ends = say!(lang, "notice-expiring", store = store, when = moment(ends_at));
            let extend = say!(lang, "notice-extend", extend = typed(lang, "extend", &[("name", store)]));
            let buttons = vec![Button::Press(Press::On(Verb::Extend, record.id.clone()))];
            Story { buttons, ..Story::of(format!("{ends}\n{extend}")) }
        }
        Notice::Expired { .. } => ends::at_rest(lang, Vec::new(), record),
        Notice::Removed => Story::of(say!(lang, "notice-removed", store = store)),
    }
}
