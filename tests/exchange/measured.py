"""Runs the reader on standard input as `exchange.sheets` does, and says what it answered, how long it worked and how much memory it had.

Seconds of the processor, since others use this machine too; who hangs without working meets the time limit.

A program of its own: what a child inherits counts into its peak, and a test process is large.
"""

import json
import marshal
import resource
import subprocess
import sys

done = subprocess.run(
    [sys.executable, "-m", "exchange.reading"], input=sys.stdin.buffer.read(), capture_output=True, check=False, timeout=20
)
answer = marshal.loads(done.stdout) if done.returncode == 0 else {"refused": "died"}
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"refused": answer.get("refused", ""), "seconds": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}))
