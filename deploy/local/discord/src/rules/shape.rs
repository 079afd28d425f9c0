//! Forms as data, and the walk that holds a JSON value against them. Fields that no form names are left
//! alone, as Discord does.

use serde_json::{Map, Value};

use super::findings::Findings;
use super::{localised, naming};

/// Integers that survive as a double: what Discord calls int53.
pub(super) const INT53: i64 = (1 << 53) - 1;

/// What a JSON value must be.
pub(crate) enum Shape {
    Flag,
    /// An integer from … to.
    Whole(i64, i64),
    /// Any number a double holds exactly enough: −2⁵³ to 2⁵³.
    Decimal,
    /// A text of so many characters, from … to.
    Text(usize, usize),
    /// A text that is one of these.
    Word(&'static [&'static str]),
    /// An integer that is one of these.
    Choice(&'static [i64]),
    /// A snowflake.
    Id,
    /// The digits of a set of permission bits.
    Bits,
    /// An RFC 3339 time.
    Time,
    /// An address of up to so many characters with one of these schemes.
    Url(usize, &'static [&'static str]),
    /// Texts by locale, each of so many characters.
    Localised(usize, usize),
    /// So many items, from … to.
    List(&'static Self, usize, usize),
    /// The same, none of them twice.
    Set(&'static Self, usize, usize),
    Form(&'static Form),
    /// Another shape, which has a name.
    Same(&'static Self),
    /// A form chosen by the number in its field `type`.
    Kinds(&'static [(i64, Shape)]),
    /// The first of these whose JSON type fits is asked; the last is asked when none does.
    Either(&'static [Shape]),
    /// A shape, and once the value has it, a rule over the whole.
    And(&'static Self, fn(&Value, &mut Findings)),
    /// Taken by Discord, not by this stand-in, once there is anything in it.
    NotModelled(&'static str),
}

/// Whether a field has to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Must,
    /// May be left out or null.
    May,
    /// May be left out, but not null.
    Given,
}

pub(crate) struct Field {
    name: &'static str,
    need: Need,
    shape: Shape,
}

pub(super) const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, need: Need::Must, shape }
}

pub(super) const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, need: Need::May, shape }
}

pub(super) const fn given(name: &'static str, shape: Shape) -> Field {
    Field { name, need: Need::Given, shape }
}

pub(crate) struct Form {
    /// Groups, so that forms can share some.
    pub(super) fields: &'static [&'static [Field]],
    /// Rules over several fields; asked once each field alone is right.
    pub(super) also: fn(&Map<String, Value>, &mut Findings),
}

impl Form {
    pub(super) const fn of(fields: &'static [&'static [Field]]) -> Self {
        Self { fields, also: |_, _| {} }
    }

    fn check(&self, map: &Map<String, Value>, found: &mut Findings) {
        let right = found.clean(|found| {
            for field in self.fields.iter().copied().flatten() {
                found.at(field.name, |found| match (map.get(field.name), field.need) {
                    (None | Some(Value::Null), Need::Must) | (Some(Value::Null), Need::Given) => found.missing(),
                    (None | Some(Value::Null), _) => {}
                    (Some(value), _) => field.shape.check(value, found),
                });
            }
        });
        if right {
            (self.also)(map, found);
        }
    }
}

impl Shape {
    pub(crate) fn check(&self, value: &Value, found: &mut Findings) {
        match self {
            Self::Flag if !value.is_boolean() => found.add("BOOLEAN_TYPE_CONVERT", "Must be either true or false."),
            Self::Flag => {}
            Self::Whole(least, most) => whole(value, (*least, *most), found),
            Self::Decimal => decimal(value, found),
            Self::Localised(least, most) => localised::check(value, (*least, *most), found),
            Self::Choice(numbers) => choice(value, numbers, found),
            Self::List(of, least, most) => list(value, of, (*least, *most), found),
            Self::Set(of, least, most) => {
                list(value, of, (*least, *most), found);
                unique(value, found);
            }
            Self::Form(form) => match value.as_object() {
                Some(map) => form.check(map, found),
                None => found.add("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType"),
            },
            Self::Kinds(kinds) => by_kind(value, kinds, found),
            Self::Either(shapes) => {
                if let Some(shape) = shapes.iter().find(|shape| shape.fits(value)).or(shapes.last()) {
                    shape.check(value, found);
                }
            }
            Self::Same(shape) => shape.check(value, found),
            Self::And(shape, rule) => {
                if found.clean(|found| shape.check(value, found)) {
                    rule(value, found);
                }
            }
            Self::NotModelled(what) => {
                if !value.as_array().is_some_and(Vec::is_empty) {
                    found.not_modelled(what);
                }
            }
            _ => self.check_text(value, found),
        }
    }

    /// Everything that travels as a string.
    fn check_text(&self, value: &Value, found: &mut Findings) {
        let Some(text) = value.as_str() else {
            return found.add("STRING_TYPE_CONVERT", format!("Could not interpret {value} as string."));
        };
        match self {
            Self::Text(least, most) => length(text.chars().count(), (*least, *most), found),
            Self::Word(words) if !words.contains(&text) => {
                found.add("BASE_TYPE_CHOICES", format!("Value must be one of {words:?}."));
            }
            Self::Id if !naming::is_snowflake(text) => {
                found.add("NUMBER_TYPE_COERCE", format!("Value {text:?} is not snowflake."));
            }
            Self::Bits if text.parse::<u64>().is_err() || !naming::is_snowflake(text) => {
                found.add("NUMBER_TYPE_COERCE", format!("Value {text:?} is not a set of permission bits."));
            }
            Self::Time if text.parse::<jiff::Timestamp>().is_err() => {
                found.add("DATE_TIME_TYPE_PARSE", format!("Could not parse {text}. Should be ISO8601."));
            }
            Self::Url(most, schemes) => naming::address(text, (*most, schemes), found),
            _ => {}
        }
    }

    /// Whether the JSON type is right, for a choice between shapes.
    fn fits(&self, value: &Value) -> bool {
        match self {
            Self::Flag => value.is_boolean(),
            Self::Whole(..) | Self::Choice(_) => value.is_i64() || value.is_u64(),
            Self::Decimal => value.is_number(),
            Self::List(..) | Self::Set(..) => value.is_array(),
            Self::Form(_) | Self::Kinds(_) | Self::Localised(..) => value.is_object(),
            _ => value.is_string(),
        }
    }
}

pub(super) fn length(length: usize, (least, most): (usize, usize), found: &mut Findings) {
    match (least, most) {
        _ if (least..=most).contains(&length) => {}
        (0, most) => found.add("BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length.")),
        (least, most) if least == most => found.add("BASE_TYPE_BAD_LENGTH", format!("Must be {most} in length.")),
        (least, most) => found.add("BASE_TYPE_BAD_LENGTH", format!("Must be between {least} and {most} in length.")),
    }
}

fn whole(value: &Value, (least, most): (i64, i64), found: &mut Findings) {
    match value.as_i64() {
        Some(number) if number < least => {
            found.add("NUMBER_TYPE_MIN", format!("int value should be greater than or equal to {least}."));
        }
        Some(number) if number <= most => {}
        None if !value.is_u64() => found.add("NUMBER_TYPE_COERCE", format!("Value {value} is not int.")),
        _ => found.add("NUMBER_TYPE_MAX", format!("int value should be less than or equal to {most}.")),
    }
}

fn decimal(value: &Value, found: &mut Findings) {
    #[expect(clippy::cast_precision_loss, reason = "2 to the 53rd is a double")]
    let most = (INT53 + 1) as f64;
    match value.as_f64() {
        None => found.add("NUMBER_TYPE_COERCE", format!("Value {value} is not float.")),
        Some(number) if number.abs() > most => {
            found.add("NUMBER_TYPE_MAX", format!("float value should be between -{most} and {most}."));
        }
        Some(_) => {}
    }
}

fn choice(value: &Value, numbers: &[i64], found: &mut Findings) {
    match value.as_i64() {
        None => found.add("NUMBER_TYPE_COERCE", format!("Value {value} is not int.")),
        Some(number) if !numbers.contains(&number) => {
            found.add("BASE_TYPE_CHOICES", format!("Value must be one of {numbers:?}."));
        }
        Some(_) => {}
    }
}

fn list(value: &Value, of: &Shape, limits: (usize, usize), found: &mut Findings) {
    let Some(items) = value.as_array() else {
        return found.add("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
    };
    length(items.len(), limits, found);
    for (at, item) in items.iter().enumerate() {
        found.at(&at, |found| match item {
            Value::Null => found.add("LIST_ITEM_VALUE_REQUIRED", "List item values are required"),
            item => of.check(item, found),
        });
    }
}

fn unique(value: &Value, found: &mut Findings) {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if items.iter().enumerate().any(|(at, item)| items.iter().take(at).any(|earlier| earlier == item)) {
        found.add("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value");
    }
}

fn by_kind(value: &Value, kinds: &[(i64, Shape)], found: &mut Findings) {
    if !value.is_object() {
        return found.add("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType");
    }
    let Some(kind) = value.get("type").filter(|kind| !kind.is_null()) else {
        return found.at("type", Findings::missing);
    };
    match kinds.iter().find(|(number, _)| kind.as_i64() == Some(*number)) {
        Some((_, shape)) => shape.check(value, found),
        None => {
            let numbers: Vec<i64> = kinds.iter().map(|(number, _)| *number).collect();
            found.add("UNION_TYPE_CHOICES", format!("Value of field \"type\" must be one of {numbers:?}."));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepts, refuses};
    use super::*;
    use serde_json::json;

    fn refuses_all(shape: &Shape, bad: &[(Value, &str)]) {
        for (value, code) in bad {
            refuses(&Shape::List(leak(shape), 0, 1), &json!([value]), &format!("0 {code}"));
        }
    }

    /// Shapes hold static shapes; a test makes one.
    fn leak(shape: &Shape) -> &'static Shape {
        match shape {
            Shape::Flag => &Shape::Flag,
            Shape::Whole(..) => &Shape::Whole(-1, 5),
            Shape::Decimal => &Shape::Decimal,
            Shape::Id => &Shape::Id,
            Shape::Bits => &Shape::Bits,
            Shape::Time => &Shape::Time,
            _ => &Shape::Url(20, &["https"]),
        }
    }

    #[test]
    fn each_type_refuses_the_others_and_what_lies_past_its_limits() {
        refuses_all(&Shape::Flag, &[(json!("true"), "BOOLEAN_TYPE_CONVERT"), (json!(1), "BOOLEAN_TYPE_CONVERT")]);
        refuses_all(
            &Shape::Whole(-1, 5),
            &[
                (json!(-2), "NUMBER_TYPE_MIN"),
                (json!(6), "NUMBER_TYPE_MAX"),
                (json!(u64::MAX), "NUMBER_TYPE_MAX"),
                (json!("1"), "NUMBER_TYPE_COERCE"),
                (json!(1.5), "NUMBER_TYPE_COERCE"),
            ],
        );
        refuses_all(&Shape::Decimal, &[(json!("1"), "NUMBER_TYPE_COERCE"), (json!(1e17), "NUMBER_TYPE_MAX")]);
        refuses_all(
            &Shape::Id,
            &[
                (json!(1), "STRING_TYPE_CONVERT"),
                (json!("01"), "NUMBER_TYPE_COERCE"),
                (json!(""), "NUMBER_TYPE_COERCE"),
            ],
        );
        refuses_all(&Shape::Bits, &[(json!(8), "STRING_TYPE_CONVERT"), (json!("-8"), "NUMBER_TYPE_COERCE")]);
        refuses_all(&Shape::Time, &[(json!("today"), "DATE_TIME_TYPE_PARSE")]);
        refuses_all(
            &Shape::Url(20, &["https"]),
            &[
                (json!("https://example.org/x"), "BASE_TYPE_MAX_LENGTH"),
                (json!("ftp://example.org"), "URL_TYPE_INVALID_SCHEME"),
                (json!("example"), "URL_TYPE_INVALID_URL"),
            ],
        );
        for good in [json!(-1), json!(5)] {
            accepts(&Shape::Whole(-1, 5), &good);
        }
        accepts(&Shape::Decimal, &json!(0.5));
        accepts(&Shape::Id, &json!("0"));
        accepts(&Shape::Time, &json!("2024-01-01T00:00:00Z"));
        accepts(&Shape::Url(20, &["https"]), &json!("https://example.org/"));
    }

    #[test]
    fn lists_are_counted_and_sets_hold_nothing_twice() {
        accepts(&Shape::List(&Shape::Flag, 1, 2), &json!([true, true]));
        refuses(&Shape::List(&Shape::Flag, 1, 2), &json!([]), " BASE_TYPE_BAD_LENGTH");
        refuses(&Shape::List(&Shape::Flag, 0, 2), &json!([true, true, true]), " BASE_TYPE_MAX_LENGTH");
        refuses(&Shape::List(&Shape::Flag, 0, 2), &json!([null]), "0 LIST_ITEM_VALUE_REQUIRED");
        refuses(&Shape::List(&Shape::Flag, 0, 2), &json!({}), " LIST_TYPE_CONVERT");
        refuses(&Shape::Set(&Shape::Flag, 0, 2), &json!([true, true]), " SET_TYPE_ALREADY_CONTAINS_VALUE");
    }
}
