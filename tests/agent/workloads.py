"""Twelve workloads of different kinds, by the field names of the catalogue."""

from typing import Any

WORKLOADS: dict[str, dict[str, Any]] = {
    "support assistant over documents": {
        "use_case": "rag",
        "corpus_documents": 200_000,
        "peak_rate_rps": 50,
        "e2e_latency_ms": 2000,
        "budget_usd_month": 20_000,
        "residency": ["EU"],
        "compliance": ["gdpr"],
    },
    "consumer chat": {"use_case": "chat", "request_rate_rps": 300, "ttft_ms": 800, "users_total": 2_000_000},
    "clinic notes on premises": {
        "use_case": "summarisation",
        "deployment": ["on_prem"],
        "no_egress": "yes",
        "compliance": ["hipaa"],
        "personal_data": "phi",
        "request_rate_rps": 3,
        "team_engineers": 6,
    },
    "coding assistant": {
        "use_case": "code_assistant",
        "users_total": 400,
        "ttft_ms": 400,
        "open_weights": "required",
        "team_engineers": 8,
    },
    "product search": {
        "use_case": "search",
        "vector_count": 300_000_000,
        "vector_dim": 768,
        "peak_rate_rps": 2000,
        "e2e_latency_ms": 100,
    },
    "fraud scoring": {
        "use_case": "tabular_scoring",
        "modality": ["tabular"],
        "events_per_s": 5000,
        "e2e_latency_ms": 30,
        "compliance": ["pci_dss"],
        "availability_pct": 99.99,
    },
    "demand forecasting": {"use_case": "forecasting", "modality": ["time_series"], "batch_window_h": 6},
    "visual inspection at the edge": {
        "use_case": "vision",
        "modality": ["image"],
        "deployment": ["edge"],
        "e2e_latency_ms": 40,
        "power_limit_w": 30,
    },
    "invoice extraction overnight": {
        "use_case": "extraction",
        "request_rate_rps": 5,
        "batch_window_h": 8,
        "budget_usd_month": 900,
        "team_engineers": 2,
    },
    "fine-tuning": {"use_case": "fine_tuning", "model_params_b": 8, "training_examples": 50_000},
    "call transcription": {
        "use_case": "speech",
        "modality": ["audio"],
        "request_rate_rps": 20,
        "existing_cloud": ["azure"],
        "compliance": ["soc2", "gdpr"],
    },
    "multi-tenant agent": {
        "use_case": "agent",
        "tenants": 500,
        "tenant_isolation": "logical",
        "request_rate_rps": 8,
        "e2e_latency_ms": 30_000,
        "priorities": ["cost", "quality"],
        "availability_pct": 99.9,
    },
}
