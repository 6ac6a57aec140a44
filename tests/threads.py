"""Several at once, for real."""

import threading

from django.db import connections

from wording.errors import Refused


def together(*deeds):
    """Runs the deeds in threads that start at one signal; what each returned or was refused with, in the order given."""
    gate, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        try:
            gate.wait(timeout=30)
            outcomes[place] = deed()
        except Refused as refused:
            outcomes[place] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes
