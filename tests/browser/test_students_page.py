"""What stands in a row of students leads where it says, although the name's link fills the row."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.authorization.actors import session_of
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.assessments import submitted_assessment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_links_beside_the_name_can_be_clicked(browser: Browser, live_server: LiveServer, width: int) -> None:
    assessment = submitted_assessment()
    advisor = AdvisorAssignmentFactory(student=assessment.user).advisor
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session_of(advisor), "url": live_server.url}])
    page = context.new_page()

    links = {"By weeks": f"students/{assessment.user_id}/weeks", assessment.role.name: str(assessment.pk)}
    for name, place in links.items():
        page.goto(f"{live_server.url}/advisor/students/")
        page.get_by_role("row").get_by_role("link", name=name).click()
        assert page.url.endswith(place)

    expect(page.get_by_role("main")).to_be_visible()
    context.close()
