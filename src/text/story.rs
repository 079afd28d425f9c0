//! What happens to a store, told in one message.
