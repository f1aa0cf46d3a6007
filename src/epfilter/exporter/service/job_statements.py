"""The SQL statements of the queue, built once: to build one takes longer than to execute it.

A statement with the condition `NOT_EXPIRED` has the parameter `after`: jobs that were created up to
this time have expired.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.job_tables import JOBS, QUEUE

SORT_ORDERS = {
    "created_at": (JOBS.c.created,),
    "-created_at": (JOBS.c.created.desc(),),
    "updated_at": (JOBS.c.updated, JOBS.c.created),
    "-updated_at": (JOBS.c.updated.desc(), JOBS.c.created.desc()),
}
"""The orders of jobs, by the value of the parameter `sort`; none has ties."""

NO_LIMIT = 2**63 - 1
"""The limit of a list of all jobs."""

NOT_EXPIRED: ColumnElement[bool] = JOBS.c.created > bindparam("after", type_=BigInteger)

GET_JOB = select(JOBS).where(JOBS.c.id == bindparam("id"), NOT_EXPIRED)

LIST_JOBS: dict[str, Select[tuple[object, ...]]] = {
    name: select(JOBS)
    .where(NOT_EXPIRED)
    .order_by(*columns)
    .limit(bindparam("limit", type_=BigInteger))
    .offset(bindparam("offset", type_=BigInteger))
    for name, columns in SORT_ORDERS.items()
}

COUNT_JOBS = select(func.count()).select_from(JOBS).where(NOT_EXPIRED)

COUNT_BY_STATUS = select(JOBS.c.status, func.count()).where(NOT_EXPIRED).group_by(JOBS.c.status)

LIST_SUCCEEDED = select(JOBS.c.id).where(JOBS.c.status == JobStatus.SUCCESS, NOT_EXPIRED)

_UNFINISHED = (JOBS.c.status.in_((JobStatus.STARTED, JobStatus.PENDING)), NOT_EXPIRED)

FIND_UNFINISHED = select(JOBS.c.id).where(*_UNFINISHED).limit(1)

# Jobs start in the order of creation, so one left STARTED is the oldest.
GET_NEXT = select(JOBS).where(*_UNFINISHED).order_by(JOBS.c.created).limit(1).with_for_update()

GET_KEY = select(QUEUE.c.key)

LOCK_QUEUE = select(QUEUE.c.last_created).with_for_update()

SET_LAST_CREATED = update(QUEUE).values(last_created=bindparam("last"))

INSERT_JOB = insert(JOBS)

REMOVE_EXPIRED = delete(JOBS).where(~NOT_EXPIRED).returning(JOBS.c.id)
