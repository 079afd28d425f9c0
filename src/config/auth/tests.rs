use secrecy::ExposeSecret as _;

use super::*;
use crate::config::{Claim, Config, IssuerKind};
use crate::domain::actor::Role;

/// The private and public key of RFC 8410, section 10.
const PRIVATE_PEM: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";
const SEED: &str = "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842";
const POINT: &str = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

fn load(text: &str) -> Result<Auth, String> {
    let config = Config::load(&format!("[[cells]]\nname='main'\n{text}"), &[]);
    config.map(|c| c.auth).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn key(text: &str) -> Result<KeyMaterial, String> {
    load(&format!("[[auth.keys]]\nkid='k'\n{text}")).map(|auth| auth.keys[0].material.clone())
}

fn hex_of_base64(text: &str) -> String {
    STANDARD.encode(hex::decode(text).unwrap())
}

#[test]
fn an_ed25519_key_may_be_written_in_many_ways() {
    let one_line = |pem: &str| pem.lines().nth(1).unwrap().to_owned();
    for private in [PRIVATE_PEM.to_owned(), one_line(PRIVATE_PEM), hex_of_base64(SEED)] {
        let Ok(KeyMaterial::Ed25519 { public, seed: Some(seed) }) =
            key(&format!("alg='EdDSA'\nprivate_key='''{private}'''"))
        else {
            panic!("{private}");
        };
        assert_eq!((hex::encode(public), hex::encode(seed.expose_secret())), (POINT.to_owned(), SEED.to_owned()));
    }
    for public in [PUBLIC_PEM.to_owned(), one_line(PUBLIC_PEM), hex_of_base64(POINT)] {
        let Ok(KeyMaterial::Ed25519 { public: point, seed: None }) =
            key(&format!("alg='EdDSA'\npublic_key='''{public}'''"))
        else {
            panic!("{public}");
        };
        assert_eq!(hex::encode(point), POINT);
    }
    assert!(key(&format!("alg='EdDSA'\nprivate_key='''{PRIVATE_PEM}'''\npublic_key='''{PUBLIC_PEM}'''")).is_ok());
}

#[test]
fn a_key_that_cannot_be_used_is_told_without_repeating_it() {
    let identity = hex_of_base64("0100000000000000000000000000000000000000000000000000000000000000");
    let (short, seed) = (STANDARD.encode([7; 31]), hex_of_base64(SEED));
    let told: Vec<_> = [
        "alg='EdDSA'".to_owned(),
        "alg='none'".to_owned(),
        "alg='RS256'".to_owned(),
        format!("alg='EdDSA'\nprivate_key='{short}'"),
        format!("alg='EdDSA'\nprivate_key='''{PUBLIC_PEM}'''"),
        format!("alg='EdDSA'\npublic_key='''{PRIVATE_PEM}'''"),
        format!("alg='EdDSA'\npublic_key='{identity}'"),
        format!("alg='EdDSA'\nprivate_key='{seed}'\npublic_key='{}'", STANDARD.encode([9; 32])),
        format!("alg='EdDSA'\nsecret='{seed}'\nprivate_key='{seed}'"),
        format!("alg='HS256'\nsecret='{seed}'\npublic_key='''{PUBLIC_PEM}'''"),
        format!("alg='HS256'\nsecret='{short}'"),
    ]
    .iter()
    .map(|text| key(text).unwrap_err())
    .collect();
    for told in &told {
        assert!(!told.contains(&short) && !told.contains(&seed) && !told.contains("MC4CAQ"), "{told}");
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    auth.keys[0].private_key: is missing: a private key to sign with, or public_key alone to verify only
    auth.keys[0].alg: "none" is none of: HS256, EdDSA
    auth.keys[0].alg: "RS256" is none of: HS256, EdDSA
    auth.keys[0].private_key: is no Ed25519 key as PEM or base64; make one with: openssl genpkey -algorithm ed25519
    auth.keys[0].private_key: is no Ed25519 key as PEM or base64; make one with: openssl genpkey -algorithm ed25519
    auth.keys[0].public_key: is no Ed25519 key as PEM or base64; take it from the private key with: openssl pkey -pubout
    auth.keys[0].public_key: is no Ed25519 key as PEM or base64; take it from the private key with: openssl pkey -pubout
    auth.keys[0].public_key: does not belong to private_key; leave it out
    auth.keys[0].secret: is for alg = "HS256"
    auth.keys[0].public_key: is for alg = "EdDSA"
    auth.keys[0].secret: is not the base64 of at least 32 bytes; make one with: openssl rand -base64 32
    "#);
}

#[test]
fn names_of_keys_are_unique() {
    let one = format!("[[auth.keys]]\nkid='k'\nsecret='{}'\n", hex_of_base64(SEED));
    assert_eq!(load(&format!("{one}{one}")).unwrap_err(), "auth.keys: \"k\" is there twice");
    let other = one.replace("'k'", "'../k'").replace("secret", "alg='EdDSA'\nprivate_key");
    assert_eq!(load(&format!("{one}{other}")).unwrap().keys.len(), 2);
    let faults =
        [one.replace("'k'", "''"), one.replace("'k'", "'a b'"), one.replace("'k'", &format!("'{}'", "k".repeat(129)))];
    insta::assert_snapshot!(faults.map(|text| load(&text).unwrap_err()).join("\n"), @r#"
    auth.keys[0].kid: is missing: a name for the key, such as 2026-11
    auth.keys[0].kid: has at most 128 printable ASCII characters without blanks
    auth.keys[0].kid: has at most 128 printable ASCII characters without blanks
    "#);
}

const GITHUB: &str = "[[auth.issuers]]\nname='github'\nkind='github'\naudience='https://bot.example.com'\n";
const GITLAB: &str = "[[auth.issuers]]\nname='gitlab'\nkind='gitlab'\naudience='https://bot.example.com'\n";

#[test]
fn an_issuer_has_the_address_of_its_kind_and_rules_by_numbers() {
    let text = format!(
        "{GITHUB}[[auth.issuers.allow]]\nrepository_id='74'\nref='refs/tags/v*'\n[[auth.issuers.allow]]\n\
         repository_owner_id='65'\nenvironment='shops'\nrole='admin'\nowner='discord:1'\n\
         {GITLAB}issuer='https://git.example.com'\nprefix='inside'\ninside=true\n[[auth.issuers.allow]]\n\
         project_id='7'\nref_protected=true"
    );
    let issuers = load(&text).unwrap().issuers;
    let [github, gitlab] = issuers.as_slice() else { panic!("{issuers:?}") };
    assert_eq!(
        (github.issuer.as_str(), github.prefix.as_str()),
        ("https://token.actions.githubusercontent.com", "github")
    );
    assert_eq!((gitlab.kind, gitlab.prefix.as_str(), gitlab.inside), (IssuerKind::Gitlab, "inside", true));
    let [first, second] = github.rules.as_slice() else { panic!("{:?}", github.rules) };
    assert_eq!((first.role, &first.owner, second.role), (Role::Member, &None, Role::Admin));
    assert_eq!(second.owner.as_ref().map(|o| o.as_str()), Some("discord:1"));
    let pattern = |claim| &first.needs.iter().find(|(c, _)| *c == claim).unwrap().1;
    assert!(pattern(Claim::Ref).matches("refs/tags/v1") && !pattern(Claim::Ref).matches("refs/heads/v1"));
    assert!(pattern(Claim::RepositoryId).matches("74") && !pattern(Claim::RepositoryId).matches("741"));
    assert_eq!(gitlab.rules[0].needs.len(), 2);
}

/// The examples of the documentation, each by itself.
#[test]
fn the_documented_examples_are_configurations() {
    let page = include_str!("../../../docs/access.md");
    let examples: Vec<_> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    for example in &examples {
        if let Err(faults) = Config::load(&format!("[[cells]]\nname='main'\n{example}"), &[]) {
            panic!("{example}\n{faults:?}");
        }
    }
    assert_eq!(examples.len(), 5);
}

#[test]
fn the_environment_reaches_a_rule() {
    let vars = [
        ("STOREBOT__CELLS__0__NAME", "main"),
        ("STOREBOT__AUTH__ISSUERS__0__NAME", "github"),
        ("STOREBOT__AUTH__ISSUERS__0__KIND", "github"),
        ("STOREBOT__AUTH__ISSUERS__0__AUDIENCE", "a"),
        ("STOREBOT__AUTH__ISSUERS__0__ALLOW__0__REPOSITORY_ID", "74"),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::load("", &vars).unwrap();
    assert_eq!(config.auth.issuers[0].rules[0].needs[0].0, Claim::RepositoryId);
}

#[test]
fn an_issuer_that_is_not_whole_is_told_with_its_keys() {
    let rule = |text: &str| format!("[[auth.issuers.allow]]\n{text}\n");
    let good = rule("repository_id='1'");
    let told: Vec<_> = [
        GITHUB.to_owned(),
        format!("{}{good}", GITHUB.replace("audience", "#")),
        format!("{GITHUB}{}", rule("ref='refs/heads/main'")),
        format!("{GITHUB}{}", rule("repository_id='acme/shop'")),
        format!("{GITHUB}{}", rule("repository_id='1*'")),
        format!("{GITHUB}{}", rule("repository_id=1")),
        format!("{GITHUB}{}", rule("repository_id='1'\nref='refs/*/main'")),
        format!("{GITHUB}{}", rule("repository_id='1'\nevent_name='pull*'")),
        format!("{GITHUB}{}", rule("repository_id='1'\nproject_id='2'")),
        format!("{GITHUB}{}", rule("repository_id='1'\nrole='root'")),
        format!("{GITHUB}{}", rule("repository='acme/shop'")),
        format!("{GITLAB}{good}"),
        format!("{GITHUB}issuer='http://github.example.com'\n{good}"),
        format!("{GITHUB}issuer='https://x@github.example.com'\n{good}"),
        format!("{GITHUB}prefix='api'\n{good}"),
        format!(
            "{GITHUB}{good}{}{good}",
            GITHUB.replace("name='github'", "name='two'\nissuer='https://ghes.example.com'")
        ),
        format!("{GITHUB}{good}{}{good}", GITHUB.replace("name='github'", "name='two'\nprefix='two'")),
    ]
    .iter()
    .map(|text| load(text).unwrap_err())
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    auth.issuers[0].allow: is empty: without a rule no token of this issuer is taken
    auth.issuers[0].audience: is missing: the `aud` that jobs ask for, storebot's own, such as its public_url
    auth.issuers[0].allow[0].repository_id: is missing: a rule has repository_id or repository_owner_id, since numbers stay and names change hands
    auth.issuers[0].allow[0].repository_id: "acme/shop" is no number in quotes, such as "123456"; names change hands, numbers stay
    auth.issuers[0].allow[0].repository_id: "1*" is no number in quotes, such as "123456"; names change hands, numbers stay
    auth.issuers[0].allow[0].repository_id: is a text, not a whole number
    auth.issuers[0].allow[0].repository_id: is missing: a rule has repository_id or repository_owner_id, since numbers stay and names change hands
    auth.issuers[0].allow[0].ref: "refs/*/main" is neither a whole value nor a beginning with * at its end
    auth.issuers[0].allow[0].event_name: "pull*" is no whole value; * is not for this claim
    auth.issuers[0].allow[0].project_id: is no claim of github; it is for issuers of kind gitlab
    auth.issuers[0].allow[0].role: "root" is none of: viewer, member, approver, admin
    auth.issuers[0].allow[0].repository: is no key of storebot; did you mean repository_id?
    auth.issuers[0].allow[0].repository_id: is missing: a rule has repository_id or repository_owner_id, since numbers stay and names change hands
    auth.issuers[0].allow[0].repository_id: is no claim of gitlab; it is for issuers of kind github
    auth.issuers[0].allow[0].project_id: is missing: a rule has project_id or namespace_id, since numbers stay and names change hands
    auth.issuers[0].issuer: "http://github.example.com" is no https address; http is only for an issuer on this machine
    auth.issuers[0].issuer: "https://x@github.example.com" has more than a host and a path
    auth.issuers[0].prefix: "api" stands for other actors; choose another one
    auth.issuers.prefix: "github" is there twice
    auth.issuers.issuer: "https://token.actions.githubusercontent.com" is there twice
    "#);
    assert!(load(&format!("{GITHUB}issuer='http://127.0.0.1:7/x'\n{good}")).is_ok());
    assert!(load(&format!("{GITHUB}issuer='http://127.0.0.1.example.com'\n{good}")).is_err());
}
