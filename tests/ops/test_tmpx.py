import time, os, signal
import pytest
from tests.e2e.redis_server import RedisServer
from tests.ops.harness import *
pytestmark = pytest.mark.django_db(transaction=True)
def test_down(tmp_path, monkeypatch):
    red=RedisServer(tmp_path)
    monkeypatch.setenv("REDIS_URL", red.url)
    w=SupervisedWorker(tmp_path)
    try:
        job=submit()
        w.launch(); t=time.time()
        time.sleep(8)
        print("ready", w.is_ready(), w.roles())
        red.start()
        print("done after", wait_for_status(job, JobStatus.SUCCEEDED, 40))
        red.kill()
        job=submit(); time.sleep(5); red.start()
        print("done after", wait_for_status(job, JobStatus.SUCCEEDED, 40))
        print("stop", w.stop())
    finally:
        print(w.log())
        w.close(); red.kill()
    assert 0
