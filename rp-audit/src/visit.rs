//! Single actions of an end user: sign in, sign out, see who is signed in.

use anyhow::{Context, Result, bail};
use http_browser::{Button, Form, Page};
use mock_provider::IssuerHandle;
use url::Url;

use crate::oracle::{Marks, Who, who};
use crate::person::{Cast, Person};
use crate::relying_party::RelyingParty;
use crate::user_agent::UserAgent;

/// A relying party may request more than one login; more than this count as a loop.
const MAX_SIGN_INS: usize = 5;

/// Opens an address, and signs in whenever the provider shows its sign-in page.
///
/// # Errors
///
/// When the user agent fails, or the provider does not know the person.
pub async fn sign_in(agent: &mut impl UserAgent, url: &Url, person: &Person) -> Result<Page> {
    let page = agent.open(url).await?;
    sign_in_on(agent, page, person).await
}

/// Signs in if the page is the provider's sign-in page.
///
/// # Errors
///
/// As [`sign_in`].
pub async fn sign_in_on(
    agent: &mut impl UserAgent,
    mut page: Page,
    person: &Person,
) -> Result<Page> {
    for _ in 0..MAX_SIGN_INS {
        let forms = page.forms();
        let decides = |form: &Form| form.buttons.iter().any(|button| button.name == "decision");
        if !forms.iter().any(decides) {
            return Ok(page);
        }
        let (form, button) = card(forms, person).with_context(|| {
            format!("{} offers no button to sign in as {}", page.url, person.subject)
        })?;
        page = agent.submit(form, Some(button)).await?;
    }
    Ok(page)
}

/// Whether the page is the provider's sign-in page.
pub fn is_sign_in(page: &Page) -> bool {
    page.forms().iter().any(|form| form.button("decision", "sign-in").is_some())
}

/// Denies the login on the provider's sign-in page. `None` if the page is another one.
///
/// # Errors
///
/// When the user agent fails.
pub async fn deny(agent: &mut impl UserAgent, page: &Page) -> Result<Option<Page>> {
    let forms = page.forms();
    let deny = forms.iter().find_map(|form| Some((form, form.button("decision", "deny")?)));
    match deny {
        Some((form, button)) => Ok(Some(agent.submit(form, Some(button)).await?)),
        None => Ok(None),
    }
}

/// A callback address with a valid authorization response that the relying party has not received yet,
/// for a login that begins in this user agent and continues elsewhere.
///
/// # Errors
///
/// When the relying party does not lead to the provider, or the provider refuses.
pub async fn callback(
    agent: &mut impl UserAgent,
    issuer: &IssuerHandle,
    login: &Url,
    person: &Person,
) -> Result<Url> {
    let page = agent.open(login).await?;
    callback_on(&page, issuer, person).await
}

/// As [`callback`], for the provider's sign-in page on display.
///
/// # Errors
///
/// When it is another page, or the provider refuses.
pub async fn callback_on(page: &Page, issuer: &IssuerHandle, person: &Person) -> Result<Url> {
    if !is_sign_in(page) {
        bail!("the login led to {} and not to the provider's sign-in page", page.url);
    }
    let callback = issuer.authorize_as(&person.subject, page.url.as_str()).await?;
    Ok(Url::parse(&callback)?)
}

/// Sees who is signed in. Also returns the page that shows it.
///
/// # Errors
///
/// When the user agent fails.
pub async fn identity(
    agent: &mut impl UserAgent,
    relying_party: &RelyingParty,
    expected: &Person,
    cast: &Cast,
) -> Result<(Who, Page)> {
    let page = agent.open(&relying_party.identity).await?;
    // The provider's sign-in page lists all users.
    if !page.is_at(&relying_party.identity) {
        return Ok((Who::Nobody, page));
    }
    let marks = Marks {
        signed_out: relying_party.signed_out.as_deref(),
        denied: relying_party.denied.as_deref(),
    };
    Ok((who(&page, expected, cast, marks), page))
}

/// Signs out at the relying party, and at the provider if it asks for confirmation.
///
/// # Errors
///
/// When the user agent fails.
pub async fn sign_out(agent: &mut impl UserAgent, logout: &Url) -> Result<Page> {
    let mut page = agent.open(logout).await?;
    let forms = page.forms();
    let own = |form: &&Form| form.post && form.action.path() == logout.path();
    if page.is_at(logout)
        && let Some(form) = forms.iter().find(own)
    {
        page = agent.submit(form, form.buttons.first()).await?;
    }
    confirm_sign_out(agent, page).await
}

/// Signs out at the provider, as an end user who opens its logout.
///
/// # Errors
///
/// When the user agent fails.
pub async fn sign_out_at_provider(
    agent: &mut impl UserAgent,
    issuer: &IssuerHandle,
) -> Result<Page> {
    let issuer = issuer.issuer().trim_end_matches('/');
    let page = agent.open(&Url::parse(&format!("{issuer}/end-session"))?).await?;
    confirm_sign_out(agent, page).await
}

async fn confirm_sign_out(agent: &mut impl UserAgent, page: Page) -> Result<Page> {
    let forms = page.forms();
    let asked = forms
        .iter()
        .find_map(|form| form.button("decision", "sign-out").map(|button| (form, button)));
    match asked {
        Some((form, button)) => agent.submit(form, Some(button)).await,
        None => Ok(page),
    }
}

/// The form that signs a person in, or continues the session of that person.
fn card<'a>(forms: &'a [Form], person: &Person) -> Option<(&'a Form, &'a Button)> {
    let own = forms.iter().filter(|form| form.field("subject") == Some(&person.subject));
    own.into_iter().find_map(|form| {
        let button = form.button("decision", "sign-in").or(form.button("decision", "continue"))?;
        Some((form, button))
    })
}
