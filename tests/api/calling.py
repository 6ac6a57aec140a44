"""Who calls the API in a test, and what is handed in."""

import io
import json

from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import Token

V1 = "/api/v1/"


class Caller:
    """Somebody with a token. Paths are below /api/v1/."""

    def __init__(self, user):
        self.user = user
        _, self.token = Token.issue(user, at=timezone.now())
        # A server error is an answer here, as it is outside.
        self.client = Client(headers={"Authorization": f"Token {self.token}"}, raise_request_exception=True)

    def get(self, path, **query):
        return self.client.get(path if path.startswith(("/", "http")) else V1 + path, query)

    def post(self, path, body=None, **headers):
        return self.client.post(V1 + path, json.dumps(body or {}), content_type="application/json", headers=headers)

    def patch(self, path, body=None):
        return self.client.patch(V1 + path, json.dumps(body or {}), content_type="application/json")

    def upload(self, path, file, **headers):
        return self.client.post(V1 + path, {"file": file}, headers=headers)

    def act(self, door, ticket, action, **facts):
        """A move at the version just read."""
        version = self.get(f"{door}/grievances/{ticket}/").json()["version"]
        return self.post(f"{door}/grievances/{ticket}/{action}/", {"version": version, **facts})


class Callers:
    """The people of a scene, each with a token from the first call on, or from the start when named."""

    def __init__(self, scene, names=()):
        self._scene, self._made = scene, {}
        for name in names:
            getattr(self, name)

    def __getattr__(self, name):
        if name not in self._made:
            self._made[name] = Caller(self._scene.people[name])
        return self._made[name]


def photo(name="现场.jpg", colour="steelblue"):
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    file.seek(0)
    file.name = name
    return file
