"""Who the pages for students are for."""

from accounts.models import User
from accounts.policy import Permission, allows
from companion.pages import page_for


def _is_student(by: User) -> bool:
    return allows(by, Permission.TAKE_ASSESSMENT)


student_page = page_for(_is_student)
