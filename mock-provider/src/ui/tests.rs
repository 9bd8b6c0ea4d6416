//! Properties of every page, and the sign-in page as a whole.

use askama::Template;

use super::*;

/// Breaks out of text, attributes, comments and raw text elements that are not
/// escaped.
const HOSTILE: &str = r#"'"--></title></style></script><img src=x onerror="alert(1)">&amp;"#;

fn user(subject: &str, name: &str, groups: &[&str]) -> UserCard {
    UserCard {
        subject: subject.to_owned(),
        name: Some(name.to_owned()),
        email: Some(format!("{subject}@example.com")),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        ..UserCard::default()
    }
}

fn scope(name: &str, description: &str) -> ScopeLine {
    ScopeLine { name: name.to_owned(), description: description.to_owned() }
}

fn sign_in_page() -> SignInPage {
    SignInPage {
        client: ClientName { id: "demo".to_owned(), name: "Demo app".to_owned() },
        scopes: vec![
            scope("openid", "Who you are to this application"),
            scope("profile", "Your name and picture"),
        ],
        users: vec![
            user("alice", "Alice Adams", &["admins", "staff"]),
            UserCard { has_password: true, ..user("bob", "Bob Brown", &["staff"]) },
            UserCard { disabled: true, ..user("carol", "Carol Clark", &[]) },
        ],
        action: "/authorize/sign-in".to_owned(),
        hidden: vec![("request".to_owned(), "r-1".to_owned())],
        any_subject: true,
        subject_value: String::new(),
        problem: None,
        signed_in: None,
        failure: FailurePicker::default(),
    }
}

fn class(title: &'static str, names: &[&'static str]) -> FailureClass {
    let row = |&name| FailureRow { name, effect: "The effect of this failure." };
    FailureClass { title, modes: names.iter().map(row).collect() }
}

/// The page with the picker of failures opened.
fn picking() -> SignInPage {
    SignInPage {
        failure: FailurePicker {
            open: true,
            classes: vec![
                class("ID token", &["id-token-exp-invalid", "id-token-iss-mismatch"]),
                class("Userinfo", &["userinfo-sub-mismatch"]),
            ],
            ..FailurePicker::default()
        },
        ..sign_in_page()
    }
}

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn hostile_user() -> UserCard {
    UserCard {
        subject: hostile(),
        name: Some(hostile()),
        email: Some(format!("{HOSTILE}@example.com")),
        groups: vec![hostile()],
        picture: Some(hostile()),
        has_password: true,
        disabled: true,
        note: Some(hostile()),
        hinted: true,
    }
}

/// Every page with [`HOSTILE`] in every field, by name.
fn hostile_pages() -> Vec<(&'static str, String)> {
    let client = ClientName { id: hostile(), name: hostile() };
    let pair = (hostile(), hostile());
    let sign_in = SignInPage {
        client: client.clone(),
        scopes: vec![scope(HOSTILE, HOSTILE)],
        users: vec![hostile_user(), UserCard { has_password: false, ..hostile_user() }],
        action: hostile(),
        hidden: vec![pair.clone()],
        any_subject: true,
        subject_value: hostile(),
        problem: Some(Problem { subject: None, text: hostile() }),
        signed_in: Some(hostile_user()),
        failure: FailurePicker {
            open: true,
            classes: vec![FailureClass {
                title: HOSTILE,
                modes: vec![FailureRow { name: HOSTILE, effect: HOSTILE }],
            }],
            written: hostile(),
            effect: Some(HOSTILE),
            parameters: vec![pair.clone()],
            problem: Some(hostile()),
        },
    };
    let error = ErrorPage {
        title: hostile(),
        reason: hostile(),
        details: vec![pair.clone()],
        hint: hostile(),
    };
    let form_post = FormPostPage { action: hostile(), fields: vec![pair.clone()] };
    let logout = LogoutPage {
        client: Some(client),
        user: Some(hostile_user()),
        action: hostile(),
        hidden: vec![pair],
    };
    let signed_out = SignedOutPage {
        still_signed_in: Some(hostile_user()),
        return_to: Some(hostile()),
        frames: vec![Frame { source: hostile(), credentialless: true }],
    };
    let home = HomePage {
        issuer: hostile(),
        settings: vec![Setting { name: hostile(), value: hostile() }],
        clients: vec![ClientCard {
            id: hostile(),
            name: hostile(),
            kind: hostile(),
            secret: Some(hostile()),
            redirect_uris: vec![hostile()],
        }],
        users: vec![hostile_user()],
        endpoints: vec![
            EndpointLine { name: hostile(), url: hostile(), browsable: true },
            EndpointLine { name: hostile(), url: hostile(), browsable: false },
        ],
    };
    vec![
        ("sign-in", render(&sign_in)),
        ("error", render(&error)),
        ("form post", render(&form_post)),
        ("logout", render(&logout)),
        ("signed out", render(&signed_out)),
        ("home", render(&home)),
    ]
}

fn render(page: &impl Template) -> String {
    page.render().expect("a page renders into a string")
}

/// The page without its stylesheet, after checking that it is there.
#[track_caller]
fn without_style(page: &str) -> String {
    let style = format!("<style>{}</style>", policy::STYLE);
    assert_eq!(page.matches(&style).count(), 1, "the allowed stylesheet, exactly: {page}");
    page.replace(&style, "<style>…</style>")
}

/// The opening tags of an element, attributes included.
fn tags<'a>(page: &'a str, element: &str) -> Vec<&'a str> {
    page.split('<')
        .filter(|tag| tag.split([' ', '>', '\n']).next() == Some(element))
        .map(|tag| tag.split('>').next().unwrap_or(tag))
        .collect()
}

#[test]
fn markup_in_any_field_is_only_text() {
    for (name, page) in hostile_pages() {
        let page = without_style(&page);
        assert!(page.contains("&#60;img src=x onerror="), "{name} shows no field: {page}");
        assert!(!page.contains("<img src=x"), "{name} has an injected element: {page}");
        assert!(!page.contains("-->"), "{name} prints a field raw: {page}");
        for tag in ["script", "style", "title"] {
            let (opened, closed) = (tags(&page, tag).len(), tags(&page, &format!("/{tag}")).len());
            assert_eq!(opened, closed, "{name}: a field closes {tag}: {page}");
        }
        // A quote that was not escaped would end an attribute early and leave
        // the rest of the field as attributes of the element.
        assert!(!page.contains(r#"onerror=""#), "{name} prints a raw quote: {page}");
    }
}

#[test]
fn every_page_has_a_language_a_title_one_heading_and_landmarks() {
    for (name, page) in hostile_pages() {
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{name}: {page}");
        assert!(!page.contains("<title> –"), "{name} has an empty title");
        for element in ["title", "h1", "header", "main", "footer"] {
            assert_eq!(tags(&page, element).len(), 1, "{name}: {element}");
        }
        assert!(page.contains("<strong>Mock provider</strong> – for tests only"), "{name}");
    }
}

#[test]
fn pages_contain_nothing_that_their_policy_forbids() {
    for (name, page) in hostile_pages() {
        let page = without_style(&page);
        for forbidden in [" style=\"", " onclick=\"", "stylesheet", " src=\"/"] {
            assert!(!page.contains(forbidden), "{name} has {forbidden}");
        }
        let frames = usize::from(name == "signed out");
        assert_eq!(tags(&page, "iframe").len(), frames, "{name}: any frame");
        let script = format!("<script>{}</script>", policy::SUBMIT);
        let scripts = usize::from(name == "form post");
        assert_eq!(page.matches(&script).count(), scripts, "{name}: the allowed script");
        assert_eq!(tags(&page, "script").len(), scripts, "{name}: any script");
    }
}

#[test]
fn every_visible_field_has_a_label() {
    let page = render(&picking());
    let fields: Vec<_> =
        tags(&page, "input").into_iter().filter(|tag| !tag.contains(r#"type="hidden""#)).collect();
    assert_eq!(fields.len(), 3, "a password, a subject and a failure: {fields:?}");
    for field in fields {
        let id = field.split("id=\"").nth(1).and_then(|rest| rest.split('"').next());
        let label = format!("<label for=\"{}\">", id.expect("the field has an id"));
        assert!(page.contains(&label), "{label} is missing: {page}");
    }
}

#[test]
fn each_form_carries_the_hidden_fields() {
    for mut page in [sign_in_page(), picking()] {
        page.signed_in = page.users.first().cloned();
        let page = render(&page);
        // To continue, three users, any other subject, to deny, to choose a failure.
        assert_eq!(tags(&page, "form").len(), 7);
        assert_eq!(page.matches(r#"name="request" value="r-1""#).count(), 7);
        let buttons = tags(&page, "button").len();
        let offered = page.matches(r#"<button class="choice""#).count();
        assert_eq!(buttons - offered, 7, "one button a form, for Enter to press");
    }
}

#[test]
fn every_failure_of_the_picker_can_be_typed_and_pressed() {
    let page = picking();
    let html = render(&page);
    for mode in page.failure.classes.iter().flat_map(|class| &class.modes) {
        let option = html.matches(&format!("<option value=\"{}\">", mode.name)).count();
        let button = html.matches(&format!("name=\"failure\" value=\"{}\"", mode.name)).count();
        assert_eq!((option, button), (1, 1), "{}", mode.name);
    }
}

#[test]
fn the_focus_is_in_the_picker_until_a_valid_failure_is_chosen() {
    let mut page = picking();
    let opened = render(&page);
    assert_eq!(opened.matches(" autofocus").count(), 1, "{opened}");
    let (before, _) = opened.split_once(" autofocus").unwrap();
    assert!(before.ends_with("aria-describedby=\"failure-hint\""), "{before}");
    page.failure.written = "id-token-exp-invalid".to_owned();
    assert!(focused(&page).contains("value=\"sign-in\""), "Enter signs in");
    page.failure.written = "id-token-exp-invald".to_owned();
    page.failure.problem = Some("no such failure".to_owned());
    let page = render(&page);
    assert!(page.contains("<details class=\"failure\" open>"), "{page}");
    assert_eq!(page.matches(" autofocus").count(), 1, "{page}");
    let (before, _) = page.split_once(" autofocus").unwrap();
    assert!(before.ends_with("aria-invalid=\"true\""), "{before}");
    assert!(page.contains("<title>Error: Sign in to Demo app"), "{page}");
}

/// What surrounds the only `autofocus` of the page.
#[track_caller]
fn focused(page: &SignInPage) -> String {
    let page = render(page);
    assert_eq!(page.matches(" autofocus").count(), 1, "{page}");
    let (before, after) = page.split_once(" autofocus").expect("something has the focus");
    let before = &before[before.rfind("name=\"subject\"").expect("a form with a subject")..];
    format!("{before}|{}", &after[..after.find('\n').unwrap_or(after.len())])
}

#[test]
fn enter_signs_in_the_first_enabled_user() {
    let mut page = sign_in_page();
    assert!(focused(&page).starts_with(r#"name="subject" value="alice""#));
    page.users.rotate_left(2);
    assert_eq!(page.users[0].subject, "carol");
    assert!(focused(&page).starts_with(r#"name="subject" value="alice""#), "carol is disabled");
}

#[test]
fn the_hinted_user_takes_precedence_over_the_first_one() {
    let mut page = sign_in_page();
    page.users[1].hinted = true;
    let focused = focused(&page);
    assert!(focused.starts_with(r#"name="subject" value="bob""#), "{focused}");
    assert!(focused.contains(r#"type="password""#), "the password is what bob lacks: {focused}");
}

#[test]
fn a_hint_that_matches_no_user_is_prefilled() {
    let mut page = sign_in_page();
    page.subject_value = "zoe".to_owned();
    assert!(focused(&page).starts_with(r#"name="subject" value="zoe""#));
}

#[test]
fn a_session_takes_precedence_over_a_hint() {
    let mut page = sign_in_page();
    page.users[1].hinted = true;
    page.signed_in = page.users.last().cloned();
    let focused = focused(&page);
    assert!(focused.starts_with(r#"name="subject" value="carol""#), "{focused}");
    assert!(focused.contains(r#"name="decision" value="continue""#), "{focused}");
}

#[test]
fn a_problem_is_shown_in_the_form_that_caused_it() {
    for (subject, place) in [
        (Some("bob"), r#"name="subject" value="bob""#),
        (Some("zoe"), r#"<label for="subject">"#),
        (None, r#"<div class="choices">"#),
    ] {
        let mut page = sign_in_page();
        let text = "Wrong password.".to_owned();
        page.problem = Some(Problem { subject: subject.map(str::to_owned), text });
        let page = render(&page);
        let (before, _) = page.split_once("Wrong password.").expect("the problem is shown");
        let last = [r#"name="subject" value=""#, "<label for", r#"<div class="choices">"#]
            .into_iter()
            .filter_map(|mark| before.rfind(mark))
            .max()
            .expect("the problem stands in one of the places");
        assert!(before[last..].starts_with(place), "{subject:?}: {}", &before[last..]);
        assert!(page.contains("<title>Error: Sign in to Demo app"), "{page}");
    }
}

#[test]
fn a_problem_without_a_form_is_shown_above_all_forms() {
    let mut page = sign_in_page();
    page.any_subject = false;
    let text = "Unknown user.".to_owned();
    page.problem = Some(Problem { subject: Some("zoe".to_owned()), text });
    assert_eq!(render(&page).matches("Unknown user.").count(), 1);
}

#[test]
fn two_hundred_users_are_all_on_the_page_with_unique_ids() {
    let mut page = sign_in_page();
    page.users = (1..=200)
        .map(|index| UserCard {
            has_password: index % 2 == 0,
            ..user(&format!("user-{index}"), &format!("User {index}"), &["staff"])
        })
        .collect();
    let page = render(&page);
    for index in 1..=200 {
        assert_eq!(page.matches(&format!("value=\"user-{index}\"")).count(), 1, "user {index}");
    }
    let mut ids: Vec<_> = page.split(" id=\"").skip(1).map(|id| id.split('"').next()).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "every id once");
}

#[test]
fn the_sign_in_page_without_users_still_has_the_other_choices() {
    let mut page = sign_in_page();
    page.users.clear();
    let page = render(&page);
    assert!(page.contains("No users are configured."), "{page}");
    assert!(page.contains(r#"value="deny""#), "{page}");
    assert_eq!(tags(&page, "form").len(), 3, "{page}");
}

#[test]
fn the_sign_in_page_reads_as_reviewed() {
    let mut page = sign_in_page();
    page.users[1].picture = Some("https://example.com/bob.png".to_owned());
    page.users[1].hinted = true;
    page.problem =
        Some(Problem { subject: Some("bob".to_owned()), text: "Wrong password.".to_owned() });
    insta::assert_snapshot!(without_style(&render(&page)));
}

#[test]
fn the_open_picker_of_failures_reads_as_reviewed() {
    let page = render(&picking());
    let (_, picker) = page.split_once("<details class=\"failure\"").expect("an open picker");
    let (picker, _) = picker.split_once("</main>").unwrap();
    insta::assert_snapshot!(picker);
}
