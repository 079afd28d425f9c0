//! Turns schema errors into the tree Discord sends under `errors` (reference, "Error Messages"):
//! field names and list positions as keys, `_errors` with code and message at the leaf.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Map, Value, json};

struct Leaf {
    path: Vec<String>,
    code: &'static str,
    message: String,
}

pub(super) fn tree(errors: &[ValidationError<'_>]) -> Value {
    let mut root = Map::new();
    for leaf in errors.iter().flat_map(leaves) {
        insert(&mut root, &leaf);
    }
    Value::Object(root)
}

/// The tree for one rule the document does not know.
pub(crate) fn single(path: &[&str], code: &'static str, message: impl Into<String>) -> Value {
    let mut root = Map::new();
    let path = path.iter().map(|part| (*part).to_owned()).collect();
    insert(&mut root, &Leaf { path, code, message: message.into() });
    Value::Object(root)
}

fn insert(root: &mut Map<String, Value>, leaf: &Leaf) {
    let mut node = root;
    for part in leaf.path.iter().map(String::as_str).chain(["_errors"]) {
        let empty = if part == "_errors" { json!([]) } else { json!({}) };
        match node.entry(part).or_insert(empty) {
            Value::Object(inner) => node = inner,
            Value::Array(list) => {
                list.push(json!({ "code": leaf.code, "message": leaf.message }));
                return;
            }
            _ => return,
        }
    }
}

/// A union's error says only "none fits"; a person wants to know what is wrong with the variant
/// that was meant.
fn leaves(error: &ValidationError<'_>) -> Vec<Leaf> {
    match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let variants = context.iter().map(|errors| errors.iter().flat_map(leaves).collect::<Vec<_>>());
            variants
                .filter(|variant| !variant.is_empty())
                .max_by_key(|variant| likeness(variant))
                .unwrap_or_else(|| vec![leaf(error)])
        }
        _ => vec![leaf(error)],
    }
}

/// How likely a variant was the one meant: its `type` tag fits, its own type fits, and it is
/// wrong only deep inside.
fn likeness(variant: &[Leaf]) -> (bool, usize, std::cmp::Reverse<usize>) {
    let tag_fits = !variant
        .iter()
        .any(|leaf| leaf.code == "BASE_TYPE_CHOICES" && leaf.path.last().is_some_and(|part| part == "type"));
    let depth = variant.iter().map(|leaf| leaf.path.len()).max().unwrap_or(0);
    (tag_fits, depth, std::cmp::Reverse(variant.len()))
}

fn leaf(error: &ValidationError<'_>) -> Leaf {
    let pointer = error.instance_path().as_str();
    let mut path: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    if let Kind::Required { property } = error.kind() {
        path.push(property.as_str().unwrap_or_default().to_owned());
    }
    let (code, message) = words(error.kind());
    Leaf { path, code, message }
}

fn words(kind: &Kind) -> (&'static str, String) {
    match kind {
        Kind::Required { .. } => ("BASE_TYPE_REQUIRED", "This field is required".to_owned()),
        Kind::MaxLength { limit } => ("BASE_TYPE_MAX_LENGTH", format!("Must be {limit} or fewer in length.")),
        Kind::MinLength { limit } => ("BASE_TYPE_MIN_LENGTH", format!("Must be {limit} or more in length.")),
        Kind::MaxItems { limit } => ("BASE_TYPE_BAD_LENGTH", format!("Must be {limit} or fewer in length.")),
        Kind::MinItems { limit } => ("BASE_TYPE_BAD_LENGTH", format!("Must be {limit} or more in length.")),
        Kind::Enum { options } => ("BASE_TYPE_CHOICES", format!("Value must be one of {options}.")),
        Kind::Constant { expected_value } => ("BASE_TYPE_CHOICES", format!("Value must be one of [{expected_value}].")),
        Kind::Maximum { limit } => ("NUMBER_TYPE_MAX", format!("Value must be less than or equal to {limit}.")),
        Kind::Minimum { limit } => ("NUMBER_TYPE_MIN", format!("Value must be greater than or equal to {limit}.")),
        Kind::Type { kind } => ("BASE_TYPE_BAD_TYPE", format!("Wrong type, expected {kind:?}.")),
        Kind::Pattern { pattern } => {
            ("STRING_TYPE_REGEX", format!("String value did not match validation regex {pattern}."))
        }
        Kind::UniqueItems => ("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value".to_owned()),
        other => ("BASE_TYPE_INVALID", format!("Refused by the schema keyword {}.", other.keyword())),
    }
}
