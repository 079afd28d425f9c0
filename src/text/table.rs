//! The one table of sentences: a file per language under `table/`, in Fluent's syntax
//! (<https://projectfluent.org>), all with the same keys and the same variables.
//!
//! Fluent knows each language's plurals and leaves the order of words to the translator. Values go in as they
//! are: what somebody else wrote is escaped by whoever puts it in.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::domain::lang::Lang;

type Bundle = FluentBundle<FluentResource>;

const FILES: [(Lang, &str); 5] = [
    (Lang::En, include_str!("table/en.ftl")),
    (Lang::De, include_str!("table/de.ftl")),
    (Lang::Fr, include_str!("table/fr.ftl")),
    (Lang::Es, include_str!("table/es.ftl")),
    (Lang::Pt, include_str!("table/pt.ftl")),
];

static BUNDLES: LazyLock<Vec<(Lang, Bundle)>> =
    LazyLock::new(|| FILES.map(|(lang, file)| (lang, bundle(lang, file))).into());

/// A sentence of the table: `say!(lang, "ready", name = "teashop", count = 3)`.
macro_rules! say {
    ($lang:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "a sentence may have no variables")]
        let mut values = ::fluent_bundle::FluentArgs::new();
        $(values.set(stringify!($name), $value);)*
        $crate::text::table::sentence($lang, $key, &values)
    }};
}
pub(crate) use say;

/// The sentence of a key, in English where the language has none, and the key itself where there is none at
/// all: tests see to it that neither happens.
pub(crate) fn sentence(lang: Lang, key: &str, values: &FluentArgs<'_>) -> String {
    [lang, Lang::En].into_iter().find_map(|lang| look_up(lang, key, None, values)).unwrap_or_else(|| {
        debug_assert!(false, "the table has no {key}");
        key.to_owned()
    })
}

/// A text of a language alone, where it has one; without variables.
pub(crate) fn find(lang: Lang, key: &str) -> Option<String> {
    look_up(lang, key, None, &FluentArgs::new())
}

/// What a language says in an attribute of a key.
pub(crate) fn attribute(lang: Lang, key: &str, attribute: &str) -> Option<String> {
    look_up(lang, key, Some(attribute), &FluentArgs::new())
}

fn look_up(lang: Lang, key: &str, attribute: Option<&str>, values: &FluentArgs<'_>) -> Option<String> {
    let (_, bundle) = BUNDLES.iter().find(|(known, _)| *known == lang)?;
    let message = bundle.get_message(key)?;
    let pattern = match attribute {
        Some(attribute) => message.get_attribute(attribute)?.value(),
        None => message.value()?,
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(values), &mut errors);
    debug_assert!(errors.is_empty(), "{key} in {lang:?}: {errors:?}");
    Some(text.into_owned())
}

fn bundle(lang: Lang, file: &str) -> Bundle {
    let id: LanguageIdentifier = lang.as_str().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Marks of direction around each value are for right-to-left scripts, and would end up in copied names.
    bundle.set_use_isolating(false);
    // What can be read of a file counts; tests hold each whole.
    let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(resource, _)| resource);
    if let Err(errors) = bundle.add_resource(resource) {
        tracing::error!(?errors, lang = lang.as_str(), "the table of sentences has faults");
    }
    bundle
}

/// Keys of a language, for tests of who says them.
#[cfg(test)]
pub(crate) fn keys(lang: Lang) -> Vec<String> {
    let file = FILES.iter().find(|(known, _)| *known == lang).map_or("", |(_, file)| file);
    tests::read(file).into_keys().collect()
}

#[cfg(test)]
mod tests;
