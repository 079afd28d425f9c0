use serenity::model::id::RoleId;

use super::*;
use crate::config::Config;
use crate::domain::actor::Role;

const OPERATORS: &str = "[[discord.servers]]\nid='1'\n[discord.servers.roles]\nadmin=['10']\n\
    [[discord.servers]]\nid='2'\ndefault_role='none'\n[discord.servers.roles]\nviewer=['20']";

fn config(default_role: &str) -> Config {
    let file = format!(
        "[http]\npublic_url='https://bot.example.com/'\n[[cells]]\nname='main'\n[discord]\napplication_id='7'\n\
         bot_token='x'\ntransport='gateway'\ndefault_role='{default_role}'\nclient_secret='very-secret'\n{OPERATORS}"
    );
    Config::load(&file, &[]).unwrap()
}

fn sign_in(config: &Config) -> SignIn {
    SignIn::new(config.discord.as_ref().unwrap(), &config.http, Client::new(), Metrics::new()).unwrap()
}

fn server(id: u64, roles: &[u64]) -> (Server, ServerSettings, Member) {
    let server: Server =
        serde_json::from_value(serde_json::json!({"id": id.to_string(), "name": format!("s{id}")})).unwrap();
    let roles = roles.iter().map(|id| RoleId::new(*id)).collect();
    let member = Member { server: server.id, roles, manages: false, lang: None };
    (server, ServerSettings::default(), member)
}

/// Places with roles, in their order.
fn known(default_role: &str, places: Vec<(Server, ServerSettings, Member)>) -> Vec<(String, Role, Option<String>)> {
    let person: Person = serde_json::from_str(r#"{"id":"5","username":"ana","global_name":" "}"#).unwrap();
    let newcomer = newcomer(&config(default_role).discord.unwrap().people, &person, places);
    assert_eq!((newcomer.id, newcomer.name.as_str()), (5, "ana"));
    assert!(newcomer.known.iter().all(|known| known.actor.id.as_str() == "discord:5"));
    let told = |known: Known| (known.place, known.actor.role, known.actor.org.map(|org| org.as_str().to_owned()));
    newcomer.known.into_iter().map(told).collect()
}

#[test]
fn somebody_is_what_their_servers_say_and_else_what_direct_messages_say() {
    let one = ("s1".to_owned(), Role::Admin, Some("discord:1".to_owned()));
    let two = ("s2".to_owned(), Role::Viewer, Some("discord:2".to_owned()));
    assert_eq!(known("none", vec![server(2, &[20]), server(1, &[10])]), [one, two], "the most powerful first");
    let (outside, direct) = (server(2, &[]), (String::new(), Role::Member, None));
    assert_eq!(known("none", vec![outside.clone()]), []);
    assert_eq!(known("member", vec![outside]), [direct]);
    assert_eq!(known("none", vec![]), []);
}

#[test]
fn servers_count_that_somebody_has_set_up() {
    let sign_in = sign_in(&config("none"));
    let set =
        ServerSettings { roles: [(30, crate::domain::server::Grant::Nothing)].into(), ..ServerSettings::default() };
    let all = vec![
        (server(9, &[]).0, set),
        (server(8, &[]).0, ServerSettings::default()),
        (server(2, &[]).0, ServerSettings::default()),
    ];
    let ids: Vec<u64> = sign_in.0.of_ours(all).iter().map(|(server, _)| server.id.get()).collect();
    assert_eq!(ids, [2, 9]);
}

#[test]
fn the_address_names_what_is_asked_and_no_secret() {
    let config = config("none");
    let address: Url = sign_in(&config).ask("state", "challenge").parse().unwrap();
    assert_eq!((address.host_str(), address.path()), (Some("discord.com"), "/oauth2/authorize"));
    let asked: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    for (name, value) in [
        ("client_id", "7"),
        ("redirect_uri", "https://bot.example.com/sign-in/discord/back"),
        ("scope", "identify guilds guilds.members.read"),
        ("code_challenge_method", "S256"),
    ] {
        assert!(asked.contains(&(name.to_owned(), value.to_owned())), "{asked:?}");
    }
    assert!(!address.as_str().contains("very-secret"));
}

#[test]
fn each_refusal_means_something() {
    let of =
        |status: u16, body: &str| refusal(StatusCode::from_u16(status).unwrap(), 3, &Refused::read(body.as_bytes()));
    assert_eq!(of(401, r#"{"error":"invalid_client"}"#), Trouble::Unknown);
    assert_eq!(
        of(400, r#"{"error":"invalid_grant","error_description":"Invalid \"code\" in request."}"#),
        Trouble::Refused
    );
    assert_eq!(of(401, r#"{"message":"401: Unauthorized","code":0}"#), Trouble::Refused);
    assert_eq!(of(429, "error code: 1015"), Trouble::Slow(3));
    assert_eq!((of(500, ""), of(302, "<html>")), (Trouble::Away, Trouble::Away));
    assert_eq!(Refused::read(br#"{"error":"a sentence, with a token in it"}"#).error(), "");
    let mut headers = reqwest::header::HeaderMap::new();
    for (text, seconds) in [("2", 2), ("0.3", 1), ("-1", 5), ("soon", 5), ("1e99", 5)] {
        headers.insert("retry-after", text.parse().unwrap());
        assert_eq!(said::retry_after(&headers), seconds, "{text}");
    }
}
