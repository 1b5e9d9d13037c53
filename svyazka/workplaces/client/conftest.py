from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, of_ilya, visit  # noqa: F401
