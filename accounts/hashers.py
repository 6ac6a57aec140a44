"""The password hasher of the portal."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: the OWASP minimum, so that a burst of sign-ins does not fill the memory."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
