//! `/control/issuers/{issuer}/clients`: the registered relying parties.

use axum::Json;
use axum::http::StatusCode;

use super::body::Body;
use super::refused::{Problem, Refused};
use super::target::{Named, Target};
use crate::directory::client::Client;
use crate::settings::members::check_client;

/// Lists the clients. Secrets are left out.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/clients",
    tag = "clients",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 200, description = "The clients, in the order of the home page", body = Vec<Client>),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn list(Target(tenant): Target) -> Json<Vec<Client>> {
    let directory = tenant.issuer.directory.now();
    Json(directory.clients.iter().map(|client| Client::clone(client)).collect())
}

/// Adds a client.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/clients",
    tag = "clients",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = Client,
    responses(
        (status = 201, description = "The client, which can send its users from now on", body = Client),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 409, description = "There is a client of that identifier", body = Problem),
        (status = 422, description = "The client makes no sense", body = Problem),
    )
)]
pub(crate) async fn post(
    Target(tenant): Target,
    Body(client): Body<Client>,
) -> Result<(StatusCode, Json<Client>), Refused> {
    check_client(&client, &tenant.issuer.settings).map_err(Refused::unprocessable)?;
    tenant.issuer.directory.change(|directory| match directory.client(&client.id) {
        Some(_) => {
            let reason = format!("there is a client `{}` already: replace it by PUT", client.id);
            Err(Refused::new(StatusCode::CONFLICT, reason))
        }
        None => {
            directory.put_client(client.clone());
            Ok(())
        }
    })?;
    client.publish_keys(&tenant.issuer.keys);
    Ok((StatusCode::CREATED, Json(client)))
}

/// Tells one client.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/clients/{id}",
    tag = "clients",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("id" = String, Path, description = "The `client_id`"),
    ),
    responses(
        (status = 200, description = "The client, without the secret", body = Client),
        (status = 404, description = "There is no such issuer or client", body = Problem),
    )
)]
pub(crate) async fn get(Target(tenant): Target, Named(id): Named) -> Result<Json<Client>, Refused> {
    let client = tenant.issuer.directory.now().client(&id).ok_or_else(|| unknown(&id))?;
    Ok(Json(Client::clone(&client)))
}

/// Replaces a client, or adds one.
///
/// What is left out is at its default, the secret too, which is never told: send it with the rest.
#[utoipa::path(
    put,
    path = "/issuers/{issuer}/clients/{id}",
    tag = "clients",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("id" = String, Path, description = "The client's id"),
    ),
    request_body = Client,
    responses(
        (status = 200, description = "The client; its tokens go on", body = Client),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "The client makes no sense", body = Problem),
    )
)]
pub(crate) async fn put(
    Target(tenant): Target,
    Named(id): Named,
    Body(client): Body<Client>,
) -> Result<Json<Client>, Refused> {
    if client.id != id {
        let reason = format!("`id` is `{}`, but the path says `{id}`", client.id);
        return Err(Refused::unprocessable(reason));
    }
    check_client(&client, &tenant.issuer.settings).map_err(Refused::unprocessable)?;
    tenant.issuer.directory.change(|directory| directory.put_client(client.clone()));
    client.publish_keys(&tenant.issuer.keys);
    Ok(Json(client))
}

/// Removes a client. Sessions and tokens go on.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/clients/{id}",
    tag = "clients",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("id" = String, Path, description = "The client's id"),
    ),
    responses(
        (status = 204, description = "The client is gone"),
        (status = 404, description = "There is no such issuer or client", body = Problem),
    )
)]
pub(crate) async fn delete(
    Target(tenant): Target,
    Named(id): Named,
) -> Result<StatusCode, Refused> {
    let removed = tenant.issuer.directory.change(|directory| {
        let before = directory.clients.len();
        directory.clients.retain(|client| client.id != id);
        directory.clients.len() < before
    });
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&id)) }
}

fn unknown(id: &str) -> Refused {
    Refused::not_found(format!("there is no client `{id}`"))
}
