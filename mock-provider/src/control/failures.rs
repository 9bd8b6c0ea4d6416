//! `/control/issuers/{issuer}/failures`: the armed failures.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use super::body::Body;
use super::error::{ControlError, Problem};
use super::target::{Named, Target};
use crate::failure::engine::armed::Armed;
use crate::failure::modes;
use crate::failure::spec::failure::Failure;
use crate::host::registry::Registry;

/// A failure to arm.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailureToArm {
    #[schema(schema_with = written)]
    failure: Failure,
}

/// The schema of a failure, with the names in the catalogue.
fn written() -> Schema {
    let names: Vec<_> = modes().map(|mode| mode.name).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(
            "Written as on the command line: `NAME:parameter=value@client=ID,times=1`. \
             `GET /failures` lists the parameters of each.",
        ))
        .pattern(Some(format!("^({})([:@].*)?$", names.join("|"))))
        .examples(["id-token-exp-invalid:value=-10min@times=1"])
        .into()
}

/// An armed failure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArmedFailure)]
pub(crate) struct ArmedDocument {
    /// The issuer at which it is armed. It differs from the path if the failure names another
    /// issuer.
    issuer: String,
    /// Its number, counted from 1 at each issuer.
    number: u64,
    /// The failure, as written.
    failure: String,
    /// When it was armed, by the issuer's clock; null for a failing issuer without requests so far.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<jiff::Timestamp>,
    /// How often it has fired.
    fired: u64,
    /// Whether it has ended: it fired as often as it may, or its time has passed.
    over: bool,
}

impl ArmedDocument {
    fn new(issuer: &str, armed: &Armed, over: bool) -> Self {
        let (issuer, number) = (issuer.to_owned(), armed.number);
        let (failure, since) = (armed.failure.to_string(), armed.since.get().copied());
        Self { issuer, number, failure, since, fired: armed.fired(), over }
    }
}

/// Lists the armed failures, in the order in which they act.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/failures",
    tag = "failures",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 200, description = "The armed failures", body = Vec<ArmedDocument>),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn list(
    State(registry): State<Arc<Registry>>,
    Target(tenant): Target,
) -> Json<Vec<ArmedDocument>> {
    let (now, name) = (tenant.issuer.clock.now(), registry.name_of(&tenant));
    let armed = tenant.failures.armed();
    Json(armed.iter().map(|armed| ArmedDocument::new(&name, armed, armed.is_over(now))).collect())
}

/// Arms a failure.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/failures",
    tag = "failures",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = FailureToArm,
    responses(
        (status = 201, description = "The armed failure", body = ArmedDocument),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "The failure is invalid, or its client does not exist; the error suggests the nearest name", body = Problem),
    )
)]
pub(crate) async fn post(
    State(registry): State<Arc<Registry>>,
    Target(tenant): Target,
    Body(FailureToArm { failure }): Body<FailureToArm>,
) -> Result<(StatusCode, Json<ArmedDocument>), ControlError> {
    let (tenant, armed) = registry.arm(&tenant, failure)?;
    let name = registry.name_of(&tenant);
    Ok((StatusCode::CREATED, Json(ArmedDocument::new(&name, &armed, false))))
}

/// Clears all failures, including configured ones.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/failures",
    tag = "failures",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 204, description = "No failure is armed"),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn clear(Target(tenant): Target) -> StatusCode {
    tenant.failures.clear_all();
    StatusCode::NO_CONTENT
}

/// Gets a failure and how often it has fired. The latest 64 that have ended are kept.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/failures/{number}",
    tag = "failures",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("number" = u64, Path, description = "The number of the failure"),
    ),
    responses(
        (status = 200, description = "The failure", body = ArmedDocument),
        (status = 404, description = "There is no such issuer, or no such failure", body = Problem),
    )
)]
pub(crate) async fn get(
    State(registry): State<Arc<Registry>>,
    Target(tenant): Target,
    Named(number): Named,
) -> Result<Json<ArmedDocument>, ControlError> {
    let parsed = number.parse().ok();
    let found = parsed.and_then(|number| tenant.failures.find(number, &tenant.issuer.clock));
    let (armed, over) = found.ok_or_else(|| unknown(&number))?;
    Ok(Json(ArmedDocument::new(&registry.name_of(&tenant), &armed, over)))
}

/// Clears a failure.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/failures/{number}",
    tag = "failures",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("number" = u64, Path, description = "The number of the failure"),
    ),
    responses(
        (status = 204, description = "The failure is cleared"),
        (status = 404, description = "There is no such issuer, or no such failure", body = Problem),
    )
)]
pub(crate) async fn delete(
    Target(tenant): Target,
    Named(number): Named,
) -> Result<StatusCode, ControlError> {
    let cleared = number.parse().is_ok_and(|number| tenant.failures.clear(number));
    if cleared { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&number)) }
}

fn unknown(number: &str) -> ControlError {
    ControlError::not_found(format!("there is no failure number `{number}`, or it was cleared"))
}
