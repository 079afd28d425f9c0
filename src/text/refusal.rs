//! Why something was not accepted, and what to do next.
