"""For whoever has something to do in a case: work lists of tasks."""

from __future__ import annotations

from starlette.responses import Response

from contracts.case_tasks import AssignTask, GetTask, ListTasks
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("任务 tasks")


@routes.ask("/tasks", ListTasks)
async def list_tasks(door: Door, query: ListTasks) -> Response:
    """Open tasks of the actor's department, those with the least time left first."""
    return await door.ask(query)


@routes.ask("/tasks/{task_id}", GetTask)
async def get_task(door: Door, query: GetTask) -> Response:
    """One task as its department sees it. ETag is its version."""
    return await door.ask(query)


@routes.order("/tasks/{task_id}/assign", AssignTask, versioned=True)
async def assign_task(door: Door, command: AssignTask) -> Response:
    """Give a task to one person of the department, or back to all who hold its duty. If-Match: the version that was read."""
    return await door.order(command)
