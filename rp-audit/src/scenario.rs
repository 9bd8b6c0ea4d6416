//! The scenarios: the actions of the user agents in a case.

/// The actions of the user agents in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The user signs in.
    Login,
    /// The user signs in after a day, and again after another day.
    LoginAfterDays,
    /// The user denies the login.
    Denial,
    /// Another user begins to sign in in another browser, then the user signs in.
    WhileAnotherLoginWaits,
    /// Another user signs in in another browser, then the user signs in.
    AfterAnotherLogin,
    /// Another user signs in at the second issuer in another browser, then the user signs in at the first.
    AfterForeignLogin,
    /// Two other users sign in in other browsers, then the user signs in.
    AfterTwoLogins,
    /// The user signs in in another browser, then in this one.
    AfterTheSameUser,
    /// The user begins to sign in, signs in in another browser, and completes the first login.
    DuringAnotherLogin,
    /// The user signs in, loses the cookies of the relying party, and signs in again.
    OnceMore,
    /// The user signs in many times.
    Storm,
    /// The user signs in, and returns whenever the access token has expired.
    Refresh,
    /// As [`Refresh`](Self::Refresh), and the user returns again much later.
    RefreshAgain,
    /// The user signs in, and returns in several tabs at once when the access token has expired.
    ParallelRefresh,
    /// The user signs in and out.
    Logout,
    /// The user signs in, and signs out at the provider.
    ProviderLogout,
    /// The user signs in, signs out at the provider, signs in again, and returns later.
    LoginAfterProviderLogout,
    /// The user signs in, signs out, and then signs out at the provider.
    ProviderLogoutAfterLogout,
    /// The user opens an authorization response for the browser of another user.
    ForeignCallback,
    /// The user begins to sign in at one issuer, then at the other, and completes the first login.
    OverwrittenSession,
    /// The user opens the authorization response twice.
    CallbackTwice,
    /// The user opens the authorization response in two tabs at once.
    CallbackTwiceAtOnce,
    /// The user opens the authorization response, then another user opens it, too.
    CallbackElsewhere,
    /// The user begins to sign in in several tabs, and completes some of the logins.
    ManyTabs,
    /// The user takes a long time to sign in.
    SlowUser,
    /// The user loses the cookies of the relying party while signing in.
    CookiesCleared,
    /// The user signs in twice, and the second login is that of another user.
    UserSwitch,
    /// Several users sign in at the same time.
    UsersAtOnce,
    /// The user signs in and out, and then a copy of the cookies from before the logout is used.
    CookieAfterLogout,
    /// The user signs in and out, and opens the old authorization response.
    CallbackAfterLogout,
}
