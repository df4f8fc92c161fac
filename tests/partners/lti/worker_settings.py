"""What worker processes of tests are set by that tell gradebooks of results, without a pause after a failure."""

from microcred.settings import JOB_KINDS as PRODUCTS
from tests.ops.worker_settings import *  # noqa: F403
from tests.ops.worker_settings import JOB_KINDS

JOB_KINDS["partners.send_grade"] = PRODUCTS["partners.send_grade"] | {"base_seconds": 0.1}
