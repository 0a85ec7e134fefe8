"""Shouyue 守约: a chat assistant for insurance agents, with compliance guardrails."""

__version__ = "0.2.0"
