//! The app over HTTP, against a scripted provider.

mod access;
mod backchannel_logout;
mod browser;
mod callback;
mod discovery;
mod frontchannel_logout;
mod id_token;
mod keys;
mod layers;
mod login;
mod logout;
mod pages;
mod policy;
mod program;
mod providers;
mod refresh;
mod registration;
mod routes;
mod session;
mod setup;
mod stub;
mod token;
mod token_endpoint;
mod userinfo;
