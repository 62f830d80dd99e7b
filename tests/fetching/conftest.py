import pytest
from fetching_servers import Server


@pytest.fixture
def server():
    found = Server()
    yield found
    found.close()
