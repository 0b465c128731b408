//! Counts for Prometheus.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper bounds of the latency buckets in seconds: 50 µs to 10 s.
const LATENCY_BUCKETS: [f64; 16] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The endpoint of a request; empty when there is none of that name, so that guesses make no series.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfEndpoint {
    /// Its name.
    pub endpoint: String,
}

/// An endpoint's requests by the status of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfStatus {
    /// Its name.
    pub endpoint: String,
    /// The status.
    pub status: u32,
}

/// An endpoint's failed requests by the problem's code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfCode {
    /// Its name.
    pub endpoint: String,
    /// The problem's code, e.g. `invalid_argument`.
    pub code: String,
}

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<OfStatus, Counter>,
    errors: Family<OfCode, Counter>,
    rows: Family<OfEndpoint, Counter>,
    seconds: Family<OfEndpoint, Histogram, fn() -> Histogram>,
    /// Rows that are answered and not yet in the inference tables.
    pub rows_waiting: Gauge,
    /// Endpoints that are loaded.
    pub endpoints: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("mlwright");
        let requests = Family::<OfStatus, Counter>::default();
        registry.register("requests", "Prediction requests by status of the answer", requests.clone());
        let errors = Family::<OfCode, Counter>::default();
        registry.register("errors", "Prediction requests that failed, by code", errors.clone());
        let rows = Family::<OfEndpoint, Counter>::default();
        registry.register("rows", "Rows predicted", rows.clone());
        let histogram: fn() -> Histogram = || Histogram::new(LATENCY_BUCKETS);
        let seconds = Family::<OfEndpoint, Histogram, fn() -> Histogram>::new_with_constructor(histogram);
        registry.register_with_unit("request", "Time from a request's head to its answer", Unit::Seconds, seconds.clone());
        let rows_waiting = Gauge::default();
        registry.register("inference_rows_waiting", "Rows answered and not yet in the inference tables", rows_waiting.clone());
        let endpoints = Gauge::default();
        registry.register("endpoints", "Endpoints that are loaded", endpoints.clone());
        Self { registry, requests, errors, rows, seconds, rows_waiting, endpoints }
    }
}

impl Metrics {
    /// Counts a request that was answered.
    pub fn answered(&self, endpoint: &str, n_rows: usize, took: Duration) {
        let label = OfEndpoint { endpoint: endpoint.to_owned() };
        self.rows.get_or_create(&label).inc_by(n_rows as u64);
        self.seconds.get_or_create(&label).observe(took.as_secs_f64());
        self.requests.get_or_create(&OfStatus { endpoint: label.endpoint, status: 200 }).inc();
    }

    /// Counts a request that failed.
    pub fn failed(&self, endpoint: &str, status: u16, code: &str, took: Duration) {
        let endpoint = endpoint.to_owned();
        self.seconds.get_or_create(&OfEndpoint { endpoint: endpoint.clone() }).observe(took.as_secs_f64());
        self.errors.get_or_create(&OfCode { endpoint: endpoint.clone(), code: code.to_owned() }).inc();
        self.requests.get_or_create(&OfStatus { endpoint, status: u32::from(status) }).inc();
    }

    /// Everything as text for Prometheus (OpenMetrics 1.0).
    ///
    /// # Errors
    /// Never with what is counted here.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_by_endpoint() {
        let metrics = Metrics::default();
        metrics.answered("churn", 3, Duration::from_micros(300));
        metrics.failed("churn", 400, "invalid_argument", Duration::from_micros(100));
        let text = metrics.text().unwrap();
        for line in [
            "mlwright_requests_total{endpoint=\"churn\",status=\"200\"} 1",
            "mlwright_requests_total{endpoint=\"churn\",status=\"400\"} 1",
            "mlwright_errors_total{endpoint=\"churn\",code=\"invalid_argument\"} 1",
            "mlwright_rows_total{endpoint=\"churn\"} 3",
            "mlwright_request_seconds_count{endpoint=\"churn\"} 2",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
