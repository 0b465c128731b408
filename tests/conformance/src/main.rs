//! The server that the protocol's conformance suite runs against: the tools, resources, prompts and
//! skills that the suite asks for, on the transport and the sessions of the product.
//!
//! What is here is what the suite calls for by name; how messages come and go is
//! `mlwright-mcp-transport`, unchanged. The first line on stdout is the server's address.
//!
//! Start with [`server::Fixture`].

#![allow(deprecated, reason = "sampling, roots, logging and subscriptions of the older era are asked for too")]

mod asking;
mod catalog;
mod plain;
mod prompts;
mod resources;
mod rounds;
mod server;
mod skills;
mod tasks;

use std::convert::Infallible;
use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use mlwright_mcp_transport::http::{Denied, Gate, Hosts, HttpService, Principal};
use tokio::net::TcpListener;

use crate::server::{Fixture, State};

/// Everybody, under one name: the suite speaks without a token.
#[derive(Clone)]
struct Everybody;

impl Principal for Everybody {
    fn key(&self) -> String {
        String::new()
    }

    fn is_still_admitted(&self) -> bool {
        true
    }
}

struct Open;

impl Gate for Open {
    type Principal = Everybody;

    fn admit(&self, _: Option<&str>) -> Result<Everybody, Denied> {
        Ok(Everybody)
    }

    fn permit(&self, _: &Everybody, _: &str, _: Option<&str>) -> Result<(), Denied> {
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let state = Arc::new(State::new()?);
    let service = HttpService::new(Open, Hosts::Loopback, move |_: &Everybody| Fixture::new(Arc::clone(&state)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let mut out = std::io::stdout();
    writeln!(out, "http://{}/mcp", listener.local_addr()?)?;
    out.flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let service = service.clone();
                async move { Ok::<_, Infallible>(service.handle(request).await) }
            });
            // A client that hangs up is no error of the server.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
