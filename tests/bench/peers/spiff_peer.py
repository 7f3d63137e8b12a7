# mypy: ignore-errors
"""The same eight steps with SpiffWorkflow used as its documentation shows: `spiff_peer.py URL CASES`.

The whole workflow, specification included, is read from and written to a row as JSON for every step; the row is locked
meanwhile, and a row is written for what happened.
"""

import io
import json
import sys
import time

import psycopg
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

url, cases, diagram = sys.argv[1], int(sys.argv[2]), sys.argv[3]
TABLES = """
CREATE TABLE IF NOT EXISTS spiff_run (id bigserial PRIMARY KEY, state text NOT NULL);
CREATE TABLE IF NOT EXISTS spiff_event (id bigserial PRIMARY KEY, run bigint, step text, data text, at timestamptz);
"""
parser = BpmnParser()
with open(diagram, "rb") as file:
    parser.add_bpmn_xml(etree.parse(io.BytesIO(file.read())))
serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
spec, subprocesses = parser.get_spec("p"), parser.get_subprocess_specs("p")


def opened(connection):
    workflow = BpmnWorkflow(spec, subprocesses)
    workflow.do_engine_steps()
    with connection.transaction():
        text = serializer.serialize_json(workflow)
        row = connection.execute("INSERT INTO spiff_run (state) VALUES (%s) RETURNING id", [text]).fetchone()
    return row[0]


def completed(connection, key):
    with connection.transaction():
        text = connection.execute("SELECT state FROM spiff_run WHERE id = %s FOR UPDATE", [key]).fetchone()[0]
        workflow = serializer.deserialize_json(text)
        task = next(iter(workflow.get_tasks(state=TaskState.READY, manual=True)))
        task.data.update({"comment": "已核实", "结论": "办理"})
        task.run()
        workflow.refresh_waiting_tasks()
        workflow.do_engine_steps()
        connection.execute(
            "UPDATE spiff_run SET state = %s WHERE id = %s", [serializer.serialize_json(workflow), key]
        )
        connection.execute(
            "INSERT INTO spiff_event (run, step, data, at) VALUES (%s, %s, %s, now())",
            [key, task.task_spec.name, "已核实"],
        )
    return workflow.is_completed()


with psycopg.connect(url, autocommit=True) as connection:
    connection.execute(TABLES)
    starts, completions = [], []
    for _ in range(cases):
        began = time.perf_counter()
        key = opened(connection)
        starts.append(time.perf_counter() - began)
        ended = False
        while not ended:
            began = time.perf_counter()
            ended = completed(connection, key)
            completions.append(time.perf_counter() - began)
assert len(completions) == 8 * cases, len(completions)
print(json.dumps({"starts": starts, "completions": completions}))
