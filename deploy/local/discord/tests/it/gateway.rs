//! The gateway, spoken to frame by frame.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use stand_in_discord::{Config, GatewayFault, SlashError, StandIn};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// Longest wait for anything; only a test that fails waits this long.
const PATIENCE: Duration = Duration::from_secs(10);

struct Bot(WebSocketStream<TcpStream>);

/// What came, or how it ended: the code, 0 without one.
type Heard = Result<Value, u16>;

impl Bot {
    async fn connect(discord: &StandIn, query: &str) -> Self {
        let address = discord.base_url().replace("http://", "");
        let stream = TcpStream::connect(&address).await.unwrap();
        let url = format!("ws://{address}/gateway?{query}");
        let bot = tokio_tungstenite::client_async(url, stream).await.unwrap().0;
        Self(bot)
    }

    /// Behind HELLO.
    async fn hello(discord: &StandIn) -> Self {
        let mut bot = Self::connect(discord, "v=10&encoding=json").await;
        let hello = bot.hear().await.unwrap();
        assert!(hello["op"] == 10 && hello["d"]["heartbeat_interval"].is_u64(), "{hello}");
        bot
    }

    async fn identified(discord: &StandIn) -> (Self, Value) {
        let mut bot = Self::hello(discord).await;
        bot.say(2, identify("stand-in-bot-token")).await;
        let ready = bot.hear().await.unwrap();
        assert!(ready["t"] == "READY" && ready["s"] == 1, "{ready}");
        (bot, ready["d"].clone())
    }

    async fn say(&mut self, op: u64, data: Value) {
        self.0.send(Message::Text(json!({ "op": op, "d": data }).to_string())).await.unwrap();
    }

    async fn hear(&mut self) -> Heard {
        let message = tokio::time::timeout(PATIENCE, self.0.next()).await.unwrap();
        match message {
            Some(Ok(Message::Text(text))) => Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(frame))) => Err(frame.map_or(0, |frame| frame.code.into())),
            None | Some(Err(_)) => Err(0),
            Some(Ok(other)) => panic!("{other:?}"),
        }
    }
}

fn identify(token: &str) -> Value {
    json!({ "token": token, "intents": 0, "properties": { "os": "linux", "browser": "test", "device": "test" } })
}

fn resume(ready: &Value, read: u64) -> Value {
    json!({ "token": "stand-in-bot-token", "session_id": ready["session_id"], "seq": read })
}

async fn discord() -> StandIn {
    let discord = StandIn::start(Config::default()).await.unwrap();
    let url = format!("{}/api/v10/applications/{}/commands", discord.base_url(), discord.application_id());
    let ping = json!({ "name": "ping", "description": "Is it there?", "type": 1 });
    let request = reqwest::Client::new().post(url).header("Authorization", "Bot stand-in-bot-token");
    assert!(request.json(&ping).send().await.unwrap().status().is_success());
    discord
}

async fn answer(discord: &StandIn, interaction: &Value) -> u16 {
    let text = |key: &str| interaction[key].as_str().unwrap().to_owned();
    let url = format!("{}/api/v10/interactions/{}/{}/callback", discord.base_url(), text("id"), text("token"));
    let body = json!({ "type": 4, "data": { "content": "pong" } });
    reqwest::Client::new().post(url).json(&body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn only_who_identifies_well_is_let_in() {
    let discord = discord().await;
    assert_eq!(Bot::connect(&discord, "v=6").await.hear().await, Err(4012));
    let cases = [
        (2, identify("wrong"), 4004),
        (2, json!({ "token": "stand-in-bot-token", "intents": 1 << 15 }), 4014),
        (2, json!({ "token": "stand-in-bot-token", "intents": 0, "shard": [3, 2] }), 4010),
        (2, json!({ "token": "stand-in-bot-token" }), 4002),
        (3, json!({}), 4003),
        (77, json!({}), 4001),
    ];
    for (op, data, code) in cases {
        let mut bot = Bot::hello(&discord).await;
        bot.say(op, data.clone()).await;
        assert_eq!(bot.hear().await, Err(code), "{op} {data}");
    }
    let (mut bot, ready) = Bot::identified(&discord).await;
    assert_eq!(ready["application"]["id"], discord.application_id().to_string());
    assert_eq!(ready["resume_gateway_url"], format!("{}/gateway", discord.base_url().replace("http", "ws")));
    bot.say(2, identify("stand-in-bot-token")).await;
    assert_eq!(bot.hear().await, Err(4005));
    discord.stop().await;
}

#[tokio::test]
async fn an_interaction_comes_and_is_answered_by_callback() {
    let discord = discord().await;
    assert_eq!(discord.user("ana").slash("/ping").await.err(), Some(SlashError::NoEndpoint));
    let (mut bot, _) = Bot::identified(&discord).await;
    let ana = discord.user("ana");
    let (asked, ()) = tokio::join!(ana.slash("/ping"), async {
        let event = bot.hear().await.unwrap();
        assert!(event["t"] == "INTERACTION_CREATE" && event["s"] == 2, "{event}");
        assert_eq!(answer(&discord, &event["d"]).await, 204);
        assert_eq!(answer(&discord, &event["d"]).await, 400, "it was acknowledged already");
    });
    assert_eq!(asked.unwrap().message().unwrap().content(), "pong");
    // With a URL, nothing comes here.
    discord.set_interactions_url("http://127.0.0.1:1/");
    assert!(ana.slash("/ping").await.is_err());
    bot.say(1, json!(2)).await;
    assert_eq!(bot.hear().await.unwrap()["op"], 11);
    discord.stop().await;
}

#[tokio::test]
async fn what_was_missed_is_replayed() {
    let discord = discord().await;
    let (mut bot, ready) = Bot::identified(&discord).await;
    discord.gateway_fault(GatewayFault::Drop);
    assert_eq!(bot.hear().await, Err(0));
    let ana = discord.user("ana");
    let (asked, ()) = tokio::join!(ana.slash("/ping"), async {
        let mut bot = Bot::hello(&discord).await;
        bot.say(6, resume(&ready, 1)).await;
        let event = bot.hear().await.unwrap();
        assert!(event["t"] == "INTERACTION_CREATE" && event["s"] == 2, "{event}");
        assert_eq!(bot.hear().await.unwrap()["t"], "RESUMED");
        assert_eq!(answer(&discord, &event["d"]).await, 204);
    });
    asked.unwrap();
    let mut bot = Bot::hello(&discord).await;
    bot.say(6, resume(&ready, 99)).await;
    assert_eq!(bot.hear().await, Err(4007));
    // That session has gone now, and another one may begin on the same connection.
    let mut bot = Bot::hello(&discord).await;
    bot.say(6, resume(&ready, 1)).await;
    let lost = bot.hear().await.unwrap();
    assert!(lost["op"] == 9 && lost["d"] == false, "{lost}");
    bot.say(2, identify("Bot stand-in-bot-token")).await;
    assert_eq!(bot.hear().await.unwrap()["t"], "READY");
    discord.stop().await;
}

#[tokio::test]
async fn connections_go_wrong_as_ordered() {
    let discord = discord().await;
    let (mut bot, _) = Bot::identified(&discord).await;
    discord.gateway_fault(GatewayFault::Reconnect);
    assert_eq!(bot.hear().await.unwrap()["op"], 7);
    discord.gateway_fault(GatewayFault::InvalidSession);
    assert_eq!(bot.hear().await.unwrap()["op"], 9);
    assert!(discord.gateway_sessions().is_empty());
    let (mut bot, _) = Bot::identified(&discord).await;
    discord.gateway_fault(GatewayFault::Close(4000));
    assert_eq!(bot.hear().await, Err(4000));
    assert_eq!(discord.gateway_sessions().len(), 1, "it can be resumed");
    discord.gateway_refuse(4014);
    let mut bot = Bot::hello(&discord).await;
    bot.say(2, identify("stand-in-bot-token")).await;
    assert_eq!(bot.hear().await, Err(4014));
    discord.stop().await;
}

#[tokio::test]
async fn who_sends_no_heartbeats_is_closed_and_who_is_not_answered_can_tell() {
    let discord = discord().await;
    discord.set_gateway_heartbeat(Duration::from_millis(50));
    let (mut bot, _) = Bot::identified(&discord).await;
    assert_eq!(bot.hear().await, Err(4009));
    assert!(discord.gateway_sessions().is_empty());
    discord.set_gateway_heartbeat(Duration::from_secs(40));
    let (mut bot, _) = Bot::identified(&discord).await;
    bot.say(1, json!(1)).await;
    assert_eq!(bot.hear().await.unwrap()["op"], 11);
    let order = reqwest::Client::new().post(format!("{}/_control/gateway", discord.base_url()));
    let ordered: Value = order.json(&json!({ "fault": "silence" })).send().await.unwrap().json().await.unwrap();
    assert_eq!(ordered, json!({ "sessions": 1 }));
    bot.say(1, json!(1)).await;
    // What was ordered later is done later: no acknowledgement comes before the end.
    discord.gateway_fault(GatewayFault::Close(4000));
    assert_eq!(bot.hear().await, Err(4000));
    discord.stop().await;
}
