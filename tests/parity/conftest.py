import pytest


@pytest.fixture(scope="session")
def bench(tmp_path_factory):
    """A song and the models that the tests share: each is made and exported once."""
    from test_img2img import Bench

    return Bench(tmp_path_factory.mktemp("parity"))
