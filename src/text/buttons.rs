//! Buttons below a message, in the form in which Discord takes them.

use fluent_bundle::FluentArgs;
use serde_json::{Value, json};

use super::table;
use crate::domain::lang::Lang;
use crate::domain::press::{Press, Verb};

/// Discord's numbers: an action row, a button, and how it looks.
const ROW: u8 = 1;
const BUTTON: u8 = 2;
const PRIMARY: u8 = 1;
const SECONDARY: u8 = 2;
const SUCCESS: u8 = 3;
const DANGER: u8 = 4;
const LINK: u8 = 5;
/// Buttons in a row.
const ROW_MAX: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the shop.
    Open {
        url: String,
    },
    /// Opens its administration.
    Admin {
        url: String,
    },
    Press(Press),
}

/// Rows of buttons, for `components`; an empty list takes away those that were there.
#[must_use]
pub fn rows(lang: Lang, buttons: &[Button]) -> Value {
    let rows = buttons.chunks(ROW_MAX);
    rows.map(|row| json!({ "type": ROW, "components": row.iter().map(|b| button(lang, b)).collect::<Vec<_>>() }))
        .collect()
}

fn button(lang: Lang, button: &Button) -> Value {
    let (key, style) = match button {
        Button::Open { .. } => ("open", LINK),
        Button::Admin { .. } => ("admin", LINK),
        Button::Press(Press::Approve(_)) => ("approve", SUCCESS),
        Button::Press(Press::Deny(_)) => ("deny", DANGER),
        Button::Press(Press::On(verb, _)) => (verb.as_str(), style(*verb)),
    };
    let label = table::sentence(lang, &format!("button-{key}"), &FluentArgs::new());
    match button {
        Button::Open { url } | Button::Admin { url } => {
            json!({ "type": BUTTON, "style": style, "label": label, "url": url })
        }
        Button::Press(press) => {
            json!({ "type": BUTTON, "style": style, "label": label, "custom_id": press.to_string() })
        }
    }
}

fn style(verb: Verb) -> u8 {
    match verb {
        Verb::Retry | Verb::Undo | Verb::Extend | Verb::Wake => PRIMARY,
        Verb::Login | Verb::Keep | Verb::Sleep => SECONDARY,
        Verb::Delete => DANGER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::store::StoreId;

    #[test]
    fn buttons_have_discords_shape() {
        let store = StoreId::from_bits(7);
        let open = Button::Open { url: "http://teashop.stores.localhost".to_owned() };
        let presses = Verb::ALL.map(|verb| Button::Press(Press::On(verb, store.clone())));
        let rows = rows(Lang::De, &[&[open], presses.as_slice()].concat());
        let shown = |at: usize| rows[0]["components"][at].to_string();
        insta::assert_snapshot!(shown(0), @r#"{"label":"Öffnen","style":5,"type":2,"url":"http://teashop.stores.localhost"}"#);
        insta::assert_snapshot!(shown(1), @r#"{"custom_id":"v1:login:700000000000","label":"Zugang zeigen","style":2,"type":2}"#);
        assert_eq!(
            (rows[0]["components"].as_array().unwrap().len(), rows[1]["components"].as_array().unwrap().len()),
            (5, 4)
        );
    }
}
