//! `/control/issuers/{issuer}/users`: who can sign in.

use axum::Json;
use axum::http::StatusCode;

use super::body::Body;
use super::refused::{Problem, Refused};
use super::target::{Named, Target};
use crate::directory::user::User;
use crate::settings::members::check_user;

/// Lists the users. Passwords are left out.
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
        (status = 201, description = "The user, who can sign in from now on", body = User),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 409, description = "There is a user of that subject", body = Problem),
        (status = 422, description = "The user makes no sense", body = Problem),
    )
)]
pub(crate) async fn post(
    Target(tenant): Target,
    Body(user): Body<User>,
) -> Result<(StatusCode, Json<User>), Refused> {
    check_user(&user, &tenant.issuer.directory.now(), &tenant.issuer.settings)
        .map_err(Refused::unprocessable)?;
    tenant.issuer.directory.change(|directory| match directory.user(&user.subject) {
        Some(_) => {
            let reason = format!("there is a user `{}` already: replace it by PUT", user.subject);
            Err(Refused::new(StatusCode::CONFLICT, reason))
        }
        None => {
            directory.put_user(user.clone());
            Ok(())
        }
    })?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// Tells one user.
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
) -> Result<Json<User>, Refused> {
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
        (status = 422, description = "The user makes no sense", body = Problem),
    )
)]
pub(crate) async fn put(
    Target(tenant): Target,
    Named(subject): Named,
    Body(user): Body<User>,
) -> Result<Json<User>, Refused> {
    if user.subject != subject {
        let reason = format!("`subject` is `{}`, but the path says `{subject}`", user.subject);
        return Err(Refused::unprocessable(reason));
    }
    check_user(&user, &tenant.issuer.directory.now(), &tenant.issuer.settings)
        .map_err(Refused::unprocessable)?;
    tenant.issuer.directory.change(|directory| directory.put_user(user.clone()));
    Ok(Json(user))
}

/// Removes a user. Sessions and tokens go on.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/users/{subject}",
    tag = "users",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("subject" = String, Path, description = "The user's subject"),
    ),
    responses(
        (status = 204, description = "The user is gone"),
        (status = 404, description = "There is no such issuer or user", body = Problem),
    )
)]
pub(crate) async fn delete(
    Target(tenant): Target,
    Named(subject): Named,
) -> Result<StatusCode, Refused> {
    let removed = tenant.issuer.directory.change(|directory| directory.remove_user(&subject));
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&subject)) }
}

fn unknown(subject: &str) -> Refused {
    Refused::not_found(format!("there is no user `{subject}`"))
}
