//! Which requests of a session are not answered yet.
//!
//! Ids are a session's own and must not be used twice. Were a second request let in under an id that is
//! in use, the answer to the first would go to the second, and whoever asked first would wait for ever.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::BodyExt as _;
use rmcp::model::RequestId;

use super::Answer;

type Key = (String, RequestId);

/// The requests that are not answered.
#[derive(Debug, Clone, Default)]
pub(super) struct InFlight {
    keys: Arc<Mutex<HashSet<Key>>>,
}

/// One of them; dropped when it is answered, or nobody wants the answer any more.
pub(super) struct Place {
    in_flight: InFlight,
    key: Key,
}

impl InFlight {
    /// Takes the id's place in its session; `None` when it is taken.
    pub(super) fn enter(&self, session: &str, id: &RequestId) -> Option<Place> {
        let key = (session.to_owned(), id.clone());
        let is_free = self.keys().insert(key.clone());
        is_free.then(|| Place { in_flight: self.clone(), key })
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, HashSet<Key>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Keeps the place until the answer has been sent.
    pub(super) fn until_sent(self, answer: Answer) -> Answer {
        answer.map(|body| {
            let sent = move |frame| {
                let _held = &self;
                frame
            };
            body.map_frame(sent).boxed()
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.in_flight.keys().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use http::Response;
    use http_body_util::Full;

    use super::*;

    #[test]
    fn an_id_is_free_again_when_its_answer_was_sent() {
        let in_flight = InFlight::default();
        let id = RequestId::Number(1);
        let place = in_flight.enter("a", &id).unwrap();
        assert!(in_flight.enter("a", &id).is_none());
        assert!(in_flight.enter("b", &id).is_some() && in_flight.enter("a", &RequestId::Number(2)).is_some());
        let answer = place.until_sent(Response::new(Full::default().boxed()));
        assert!(in_flight.enter("a", &id).is_none());
        drop(answer);
        assert!(in_flight.enter("a", &id).is_some());
    }
}
