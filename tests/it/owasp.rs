//! The OWASP API Security Top 10 (2023), one by one, against the running server.
//!
//! | risk | where |
//! |---|---|
//! | API1 broken object level authorisation, API5 broken function level authorisation | `matrix`: every documented operation × role × owner |
//! | API2 broken authentication | `tokens`, and the unit tests of `inbound::http::auth` |
//! | API3 broken object property level authorisation | `properties` |
//! | API4 unrestricted resource consumption | `consumption`, `refusals`, `follow` |
//! | API6 unrestricted access to sensitive business flows | `govern`: quotas, creations per hour, approvals |
//! | API7 server side request forgery | `upstream`, and the unit tests of the address guard |
//! | API8 security misconfiguration, API9 improper inventory management | `inventory` |
//! | API10 unsafe consumption of APIs | `upstream` |

mod consumption;
mod inventory;
mod matrix;
mod properties;
mod replay;
mod tokens;
mod upstream;
