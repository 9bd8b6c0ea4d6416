//! `/control/issuers/{issuer}/clients`: the registered relying parties.

use axum::Json;
use axum::http::StatusCode;

use super::body::Body;
use super::error::{ControlError, Problem};
use super::target::{Named, Target};
use crate::directory::client::Client;
use crate::settings::members::check_client;

/// Lists the clients. Secrets are omitted.
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
        (status = 201, description = "The client", body = Client),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 409, description = "A client with that ID exists", body = Problem),
        (status = 422, description = "The client is invalid", body = Problem),
    )
)]
pub(crate) async fn post(
    Target(tenant): Target,
    Body(client): Body<Client>,
) -> Result<(StatusCode, Json<Client>), ControlError> {
    check_client(&client, &tenant.issuer.settings).map_err(ControlError::unprocessable)?;
    tenant.issuer.directory.change(|directory| match directory.client(&client.id) {
        Some(_) => {
            let reason = format!("client `{}` already exists: replace it with PUT", client.id);
            Err(ControlError::new(StatusCode::CONFLICT, reason))
        }
        None => {
            directory.put_client(client.clone());
            Ok(())
        }
    })?;
    client.publish_keys(&tenant.issuer.keys);
    Ok((StatusCode::CREATED, Json(client)))
}

/// Gets a client.
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
pub(crate) async fn get(
    Target(tenant): Target,
    Named(id): Named,
) -> Result<Json<Client>, ControlError> {
    let client = tenant.issuer.directory.now().client(&id).ok_or_else(|| unknown(&id))?;
    Ok(Json(Client::clone(&client)))
}

/// Replaces a client, or adds one.
///
/// Omitted members get their defaults. Send the secret, too: it is never returned.
#[utoipa::path(
    put,
    path = "/issuers/{issuer}/clients/{id}",
    tag = "clients",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("id" = String, Path, description = "The `client_id`"),
    ),
    request_body = Client,
    responses(
        (status = 200, description = "The client; its tokens stay valid", body = Client),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "The client is invalid", body = Problem),
    )
)]
pub(crate) async fn put(
    Target(tenant): Target,
    Named(id): Named,
    Body(client): Body<Client>,
) -> Result<Json<Client>, ControlError> {
    if client.id != id {
        let reason = format!("`id` is `{}`, but the path says `{id}`", client.id);
        return Err(ControlError::unprocessable(reason));
    }
    check_client(&client, &tenant.issuer.settings).map_err(ControlError::unprocessable)?;
    tenant.issuer.directory.change(|directory| directory.put_client(client.clone()));
    client.publish_keys(&tenant.issuer.keys);
    Ok(Json(client))
}

/// Deletes a client. Sessions and tokens stay valid.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/clients/{id}",
    tag = "clients",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("id" = String, Path, description = "The `client_id`"),
    ),
    responses(
        (status = 204, description = "The client is deleted"),
        (status = 404, description = "There is no such issuer or client", body = Problem),
    )
)]
pub(crate) async fn delete(
    Target(tenant): Target,
    Named(id): Named,
) -> Result<StatusCode, ControlError> {
    let removed = tenant.issuer.directory.change(|directory| {
        let before = directory.clients.len();
        directory.clients.retain(|client| client.id != id);
        directory.clients.len() < before
    });
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&id)) }
}

fn unknown(id: &str) -> ControlError {
    ControlError::not_found(format!("there is no client `{id}`"))
}
