//! `GET /`: an overview of the issuer, for a person who opens it in a browser.

use std::sync::Arc;

use crate::base::endpoint::Endpoint;
use crate::directory::client::Client;
use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;
use crate::ui::{ClientCard, EndpointLine, HomePage, Setting, UserCard, policy};

pub(crate) fn get(issuer: &Issuer, _: &Request) -> Reply {
    let directory = issuer.directory.now();
    let page = HomePage {
        issuer: issuer.url.clone(),
        settings: settings(issuer, directory.clients.first()),
        clients: directory.clients.iter().map(|client| client_card(client)).collect(),
        users: directory.users.iter().map(|user| UserCard::from(&**user)).collect(),
        endpoints: issuer
            .endpoints()
            .filter(|endpoint| *endpoint != Endpoint::Home)
            .map(|endpoint| EndpointLine {
                name: endpoint.to_string(),
                url: issuer.address(endpoint),
                browsable: endpoint.is_browsable(),
            })
            .collect(),
    };
    Reply::page(&page, &policy::PAGE).note(Note::new("home page shown"))
}

fn settings(issuer: &Issuer, client: Option<&Arc<Client>>) -> Vec<Setting> {
    let setting = |name: &str, value: &str| Setting { name: name.into(), value: value.into() };
    let mut settings = vec![setting("issuer", &issuer.url)];
    if let Some(client) = client {
        settings.push(setting("client_id", &client.id));
        settings
            .extend(client.secret.iter().map(|secret| setting("client_secret", secret.expose())));
    }
    settings.push(setting("scope", "openid profile email groups"));
    settings
}

fn client_card(client: &Client) -> ClientCard {
    let kind = if client.secret.is_some() { "confidential" } else { "public" };
    ClientCard {
        id: client.id.clone(),
        name: client.display_name().to_owned(),
        kind: kind.into(),
        secret: client.secret.as_ref().map(|secret| secret.expose().to_owned()),
        redirect_uris: client.redirect_uris.iter().map(ToString::to_string).collect(),
    }
}
