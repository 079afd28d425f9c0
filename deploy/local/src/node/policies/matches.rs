//! Which pods a selector means.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

type Labels = BTreeMap<String, String>;

/// Whether a selector picks something with these labels. An empty one picks everything.
pub fn selects(selector: &LabelSelector, labels: Option<&Labels>) -> bool {
    let value = |key: &str| labels.and_then(|labels| labels.get(key));
    let equal = selector.match_labels.iter().flatten().all(|(key, wanted)| value(key) == Some(wanted));
    let expressed = selector.match_expressions.iter().flatten().all(|expression| {
        let found = value(&expression.key);
        let listed = found.is_some_and(|found| expression.values.iter().flatten().any(|wanted| wanted == found));
        match expression.operator.as_str() {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => found.is_some(),
            "DoesNotExist" => found.is_none(),
            // The API server admits no other.
            _ => false,
        }
    });
    equal && expressed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selector_picks_by_every_one_of_its_rules() -> anyhow::Result<()> {
        let labels = Labels::from([("app".to_owned(), "shop".to_owned())]);
        for (selector, expected) in [
            (json!({}), true),
            (json!({"matchLabels": {"app": "shop"}}), true),
            (json!({"matchLabels": {"app": "shop", "tier": "front"}}), false),
            (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["cache", "shop"]}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["shop"]}]}), false),
            (json!({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["front"]}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "Exists"}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}), false),
        ] {
            let parsed: LabelSelector = serde_json::from_value(selector.clone())?;
            assert_eq!(selects(&parsed, Some(&labels)), expected, "{selector}");
        }
        Ok(())
    }
}
