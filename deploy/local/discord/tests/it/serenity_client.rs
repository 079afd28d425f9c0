//! The client library the bot uses, against the stand-in.

use serenity::all::{
    ApplicationId, ChannelId, CreateCommand, CreateCommandOption, CreateMessage, EditInteractionResponse, Permissions,
    UserId,
};
use serenity::builder::Builder as _;
use serenity::http::{Http, HttpBuilder};
use serenity::model::application::{Command, CommandOptionType};

use crate::bot::Scene;

fn client(scene: &Scene) -> Http {
    let http =
        HttpBuilder::new("stand-in-bot-token").proxy(scene.discord.base_url()).ratelimiter_disabled(true).build();
    http.set_application_id(ApplicationId::new(scene.discord.application_id()));
    http
}

#[tokio::test]
async fn serenity_registers_commands_and_reads_them_back() {
    let scene = Scene::deferring().await;
    let http = client(&scene);
    let name = CreateCommandOption::new(CommandOptionType::String, "name", "Name").required(true);
    let create = CreateCommandOption::new(CommandOptionType::SubCommand, "create", "A new shop").add_sub_option(name);
    let command = CreateCommand::new("store")
        .description("Shops")
        .default_member_permissions(Permissions::SEND_MESSAGES)
        .add_option(create);
    let made = Command::set_global_commands(&http, vec![command]).await.unwrap();
    assert_eq!(made[0].default_member_permissions, Some(Permissions::SEND_MESSAGES));
    let read = Command::get_global_commands(&http).await.unwrap();
    assert_eq!(read[0].options[0].options[0].name, "name");
    assert!(scene.discord.user("ana").slash("/store create name:teashop").await.is_ok());
}

#[tokio::test]
async fn serenity_edits_an_original_response() {
    let scene = Scene::deferring().await;
    let http = client(&scene);
    let handle = scene.discord.user("ana").slash("/store list").await.unwrap();
    let edit = EditInteractionResponse::new().content("**teashop** is ready");
    let message = edit.execute(&http, &handle.state().token).await.unwrap();
    assert_eq!(message.content, "**teashop** is ready");
    assert_eq!(handle.message().unwrap().content(), "**teashop** is ready");
    let read = http.get_original_interaction_response(&handle.state().token).await.unwrap();
    assert_eq!(read.id, message.id);
}

#[tokio::test]
async fn serenity_writes_to_channels_and_people() {
    let scene = Scene::deferring().await;
    let (http, ana) = (client(&scene), scene.discord.user("ana"));
    let channel = ChannelId::new(scene.discord.channel("general"));
    channel.send_message(&http, CreateMessage::new().content("hello")).await.unwrap();
    let dm = UserId::new(ana.id()).create_dm_channel(&http).await.unwrap();
    dm.id.say(&http, "psst").await.unwrap();
    assert_eq!((scene.discord.channel_messages("general").len(), scene.discord.direct_messages(&ana).len()), (1, 1));
    assert_eq!(http.get_current_application_info().await.unwrap().id.get(), scene.discord.application_id());
    assert!(http.get_current_user().await.unwrap().bot);
}

#[tokio::test]
async fn serenity_understands_a_refusal() {
    let scene = Scene::deferring().await;
    let channel = ChannelId::new(scene.discord.channel("general"));
    let body = serde_json::json!({"content": "x".repeat(2_001)});
    let error = client(&scene).send_message(channel, Vec::new(), &body).await.unwrap_err();
    let serenity::Error::Http(serenity::http::HttpError::UnsuccessfulRequest(refusal)) = error else {
        panic!("{error}")
    };
    assert_eq!((refusal.status_code.as_u16(), refusal.error.code), (400, 50_035));
    assert_eq!(refusal.error.errors[0].path, "content");
}
