//! The stand-in from outside: through the client libraries that bots for GitHub and GitLab are made with.

mod clients;
