"""What passes the gate, and what does not."""

import asyncio
import json

import pytest
from conftest import Service, reply  # type: ignore[import-not-found]
