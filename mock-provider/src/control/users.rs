//! `/control/issuers/{issuer}/users`: the users who can sign in.

use axum::Json;
use axum::http::StatusCode;

use super::body::Body;
use super::error::{ControlError, Problem};
use super::target::{Named, Target};
use crate::directory::user::User;
use crate::settings::members::check_user;

/// Lists the users. Passwords are omitted.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/users",
    tag = "users",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 200, description = "The users, in the order of the sign-in page", body = Vec<User>),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn list(Target(tenant): Target) -> Json<Vec<User>> {
    let directory = tenant.issuer.directory.now();
    Json(directory.users.iter().map(|user| User::clone(user)).collect())
}

/// Adds a user.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/users",
    tag = "users",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = User,
    responses(
        (status = 201, description = "The user", body = User),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 409, description = "A user with that subject exists", body = Problem),
        (status = 422, description = "The user is invalid", body = Problem),
    )
)]
pub(crate) async fn post(
    Target(tenant): Target,
    Body(user): Body<User>,
) -> Result<(StatusCode, Json<User>), ControlError> {
    check_user(&user, &tenant.issuer.directory.now(), &tenant.issuer.settings)
        .map_err(ControlError::unprocessable)?;
    tenant.issuer.directory.change(|directory| match directory.user(&user.subject) {
        Some(_) => {
            let reason = format!("user `{}` already exists: replace it with PUT", user.subject);
            Err(ControlError::new(StatusCode::CONFLICT, reason))
        }
        None => {
            directory.put_user(user.clone());
            Ok(())
        }
    })?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// Gets a user.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/users/{subject}",
    tag = "users",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("subject" = String, Path, description = "The user's subject"),
    ),
    responses(
        (status = 200, description = "The user, without the password", body = User),
        (status = 404, description = "There is no such issuer or user", body = Problem),
    )
)]
pub(crate) async fn get(
    Target(tenant): Target,
    Named(subject): Named,
) -> Result<Json<User>, ControlError> {
    let user = tenant.issuer.user(&subject).ok_or_else(|| unknown(&subject))?;
    Ok(Json(User::clone(&user)))
}

/// Replaces a user, or adds one.
///
/// Live sessions and grants release the new attributes; disabling a user does not revoke tokens.
#[utoipa::path(
    put,
    path = "/issuers/{issuer}/users/{subject}",
    tag = "users",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("subject" = String, Path, description = "The user's subject"),
    ),
    request_body = User,
    responses(
        (status = 200, description = "The user, who stays signed in with the new attributes", body = User),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "The user is invalid", body = Problem),
    )
)]
pub(crate) async fn put(
    Target(tenant): Target,
    Named(subject): Named,
    Body(user): Body<User>,
) -> Result<Json<User>, ControlError> {
    if user.subject != subject {
        let reason = format!("`subject` is `{}`, but the path says `{subject}`", user.subject);
        return Err(ControlError::unprocessable(reason));
    }
    check_user(&user, &tenant.issuer.directory.now(), &tenant.issuer.settings)
        .map_err(ControlError::unprocessable)?;
    tenant.issuer.directory.change(|directory| directory.put_user(user.clone()));
    Ok(Json(user))
}

/// Deletes a user. Sessions and tokens stay valid.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/users/{subject}",
    tag = "users",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("subject" = String, Path, description = "The user's subject"),
    ),
    responses(
        (status = 204, description = "The user is deleted"),
        (status = 404, description = "There is no such issuer or user", body = Problem),
    )
)]
pub(crate) async fn delete(
    Target(tenant): Target,
    Named(subject): Named,
) -> Result<StatusCode, ControlError> {
    let removed = tenant.issuer.directory.change(|directory| directory.remove_user(&subject));
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&subject)) }
}

fn unknown(subject: &str) -> ControlError {
    ControlError::not_found(format!("there is no user `{subject}`"))
}
