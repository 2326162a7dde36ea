from .courses.builder import build_course as build_course
from .courses.course import Course as Course
from .courses.course import Design as Design
from .courses.course import read_course as read_course
from .lessons.slideshow import Lesson as Lesson
from .lessons.slideshow import lesson_zip as lesson_zip
from .records.store import Records as Records
from .server import CourseServer as CourseServer

__all__ = [
    "Course",
    "CourseServer",
    "Design",
    "Lesson",
    "Records",
    "build_course",
    "lesson_zip",
    "read_course",
]
