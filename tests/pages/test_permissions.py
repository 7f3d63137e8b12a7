"""Who gets what where: every address and call against every kind of person, on a case inside, beside and above his area.

The case `grid` lies in the grid worker's grid and waits for him; `town` lies in the whole sub-district above him. An
address without a row fails. Everything is tried in one transaction each, which is taken back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from casework.models import Attachment, Case, CaseRecording, Document, Instrument, Moving, Notice, Party, Task
from casework.queries.viewers import viewer_for
from casework.services import record
from casework.services.tasks.planning import Plan, add_template
from grid.models import LedgerImport, LedgerRecord, User
from grid.services.ledgers.keeping import Keeper
from grid.services.ledgers.writing import enter
from grid.services.photos import store_photo
from grid.services.recordings import store_recording
from tests.api import diagrams
from tests.api.conftest import Api
from tests.world import GRID, TOWN, post_code
from workflows.library import shipped_matters
from workflows.models import Incident, Step, Version

PEOPLE = (
    "nobody",
    "stranger",
    "grid_worker",
    "other_grid_worker",
    "community_secretary",
    "other_community_secretary",
    "duty_officer",
    "planning",
    "sibling_duty_officer",
    "district_dispatcher",
    "administrator",
    "operator",
)

# Columns: nobody, stranger | grid worker, of another grid | community, another community | town: officer, planning,
# another town's officer | district dispatcher, administrator | operator.
ROWS = """
home                get  -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
login               get  -    | 200 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
logout              post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
switch_post         post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
password            get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
password            post -    | 302 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
preferences         post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
photo               get  -    | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
recording           get  -    | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
healthz             get  -    | 200 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:today         get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:report        get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:ahead         get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:done          get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
phone:cases         get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:case          get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
phone:case          get  town | 302 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
phone:step          get  grid | 302 404 | 200 404 | 302 404 | 302 404 404 | 302 302 | 200
phone:step          get  town | 302 404 | 404 404 | 404 404 | 200 404 404 | 302 302 | 200
phone:task          get  -    | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
phone:task          post -    | 302 404 | 302 404 | 403 404 | 403 404 404 | 403 403 | 302
phone:task_arrive   post -    | 302 404 | 302 404 | 403 404 | 403 404 404 | 403 403 | 302
phone:task_no_change post -   | 302 404 | 302 404 | 403 404 | 403 404 404 | 403 403 | 302
phone:outbox        get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:worker        get  -    | 200 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:hello         get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:outlines      get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:send          post -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:same          get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:same_photo    get  grid | 302 404 | 200 200 | 200 404 | 200 404 404 | 200 200 | 200
phone:join          post grid | 302 404 | 200 200 | 200 404 | 200 404 404 | 200 200 | 200
phone:bell          get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:notices       get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
phone:notices       post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
phone:notice_choice post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
phone:follow        post grid | 302 404 | 302 404 | 302 404 | 302 404 404 | 302 302 | 302
phone:me            get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
handover            get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:inbox          get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:fresh          get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:bulk           post grid | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
desk:phrases        get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:phrases        post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
desk:leaving        get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:leaving        post -    | 302 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
desk:absence        get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:absence        post -    | 302 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
desk:notices        get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:notices        post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
desk:bell           get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:notice_choice  post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
desk:follow         post grid | 302 404 | 302 404 | 302 404 | 302 404 404 | 302 302 | 302
desk:follow         post town | 302 404 | 404 404 | 404 404 | 302 404 404 | 302 302 | 302
desk:preview        get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
desk:preview        get  town | 302 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
desk:cases          get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:case           get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
desk:case           get  town | 302 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
desk:dispatch       get  grid | 302 404 | 302 404 | 302 404 | 302 404 404 | 302 302 | 302
desk:dispatch       get  town | 302 404 | 404 404 | 404 404 | 302 404 404 | 302 302 | 302
desk:say            post grid | 302 404 | 302 404 | 302 404 | 302 404 404 | 302 302 | 302
desk:say            post town | 302 404 | 404 404 | 404 404 | 302 404 404 | 302 302 | 302
desk:undo           post grid | 302 404 | 302 404 | 302 404 | 302 404 404 | 302 302 | 302
desk:seen           post grid | 302 404 | 204 404 | 204 404 | 204 404 404 | 204 204 | 204
desk:seen           post town | 302 404 | 404 404 | 404 404 | 204 404 404 | 204 204 | 204
desk:reveal         get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
desk:reveal         post grid | 302 404 | 200 404 | 403 404 | 200 404 404 | 200 403 | 200
desk:keep           get  grid | 302 404 | 200 404 | 403 404 | 200 404 404 | 200 403 | 200
desk:keep           get  town | 302 404 | 404 404 | 404 404 | 200 404 404 | 200 403 | 200
desk:keep           post grid | 302 404 | 302 404 | 403 404 | 302 404 404 | 302 403 | 302
desk:hand_in        post grid | 302 404 | 302 404 | 403 404 | 302 404 404 | 302 403 | 302
desk:document       get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
desk:diagram        get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
desk:diagram        get  town | 302 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
desk:ahead          post grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
desk:act            post grid | 302 404 | 302 404 | 403 404 | 403 404 404 | 403 403 | 302
desk:act            post town | 302 404 | 404 404 | 404 404 | 302 404 404 | 403 403 | 302
desk:act            get  grid | 302 404 | 302 404 | 302 404 | 302 404 404 | 302 302 | 302
desk:act_on         get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
desk:act_on         get  town | 302 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
desk:act_on         post grid | 302 404 | 302 404 | 302 404 | 302 404 404 | 302 302 | 302
desk:tasks          get  -    | 302 403 | 403 403 | 200 200 | 200 403 200 | 200 200 | 200
desk:task_templates get  -    | 302 403 | 403 403 | 200 200 | 200 403 200 | 200 200 | 200
desk:task_template_new get -  | 302 403 | 403 403 | 403 403 | 200 403 200 | 200 403 | 200
desk:task_template_new post - | 302 403 | 403 403 | 403 403 | 302 403 403 | 302 403 | 302
desk:task_template  get  -    | 302 404 | 404 404 | 404 404 | 200 404 404 | 200 403 | 200
desk:task_template  post -    | 302 404 | 404 404 | 404 404 | 302 404 404 | 302 403 | 302
desk:task_send      get  -    | 302 403 | 403 403 | 403 403 | 200 403 200 | 200 403 | 200
desk:task_send      post -    | 302 403 | 403 403 | 403 403 | 302 403 403 | 302 403 | 302
desk:search         get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:map            get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:map_list       get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
desk:map_points     get  -    | 302 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
desk:map_outlines   get  -    | 302 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
desk:map_people     get  -    | 302 403 | 403 403 | 403 403 | 422 403 422 | 422 403 | 422
desk:outlines       get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
desk:outline_export get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 404 | 404
desk:outline        get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
desk:outline        post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 422 | 422
desk:outline_check  post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
phone:map           get  -    | 302 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
ledgers:list        get  -    | 302 403 | 200 200 | 200 200 | 200 403 200 | 200 200 | 200
ledgers:add         get  -    | 302 403 | 200 200 | 200 200 | 200 403 200 | 403 403 | 200
ledgers:add         post -    | 302 403 | 422 422 | 422 422 | 422 403 422 | 403 403 | 422
ledgers:record      get  -    | 302 403 | 200 404 | 200 404 | 200 403 404 | 200 200 | 200
ledgers:edit        get  -    | 302 403 | 200 404 | 200 404 | 200 403 404 | 403 403 | 200
ledgers:edit        post -    | 302 403 | 302 404 | 302 404 | 302 403 404 | 403 403 | 302
ledgers:reveal      get  -    | 302 403 | 200 404 | 200 404 | 200 403 404 | 200 403 | 200
ledgers:reveal      post -    | 302 403 | 200 404 | 200 404 | 200 403 404 | 200 403 | 200
ledgers:take_out    post -    | 302 403 | 302 404 | 302 404 | 302 403 404 | 403 403 | 302
ledgers:export      post -    | 302 403 | 200 200 | 200 200 | 200 403 200 | 200 403 | 200
ledgers:sheet       get  -    | 302 403 | 200 200 | 200 200 | 200 403 200 | 403 403 | 200
ledgers:sheet       post -    | 302 403 | 422 422 | 422 422 | 422 403 422 | 403 403 | 422
ledgers:template    get  -    | 302 403 | 200 200 | 200 200 | 200 403 200 | 403 403 | 200
ledgers:tried       get  -    | 302 403 | 404 404 | 404 404 | 404 403 404 | 404 404 | 302
ledgers:tried       post -    | 302 403 | 404 404 | 404 404 | 404 403 404 | 404 404 | 302
chief               get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 403 | 403
chief               post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 403 | 403
visits:due          get  -    | 302 403 | 200 200 | 200 200 | 200 403 200 | 403 403 | 200
visits:visit        get  -    | 302 403 | 200 404 | 200 404 | 200 403 404 | 403 403 | 200
visits:visit        post -    | 302 403 | 302 404 | 302 404 | 302 403 404 | 403 403 | 302
visits:look         get  -    | 302 403 | 200 404 | 200 404 | 200 403 404 | 200 403 | 200
visits:look         post -    | 302 403 | 200 404 | 200 404 | 200 403 404 | 200 403 | 200
studio:library      get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:library      post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:matter       get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:draft        post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 422 | 422
studio:draft_forms  get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:draft_bpmn   get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:version      get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:bpmn         get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:publish      get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:publish      post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:publish_asks post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:publish_decide post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 404 | 404
studio:scenarios    get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:scenarios    post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:trial        get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:trial        post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
reviews             get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
loosen              post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 404 | 404
studio:edit         get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:edit_save    post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 400 | 400
studio:edit_here    post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 400 | 400
studio:edit_aside   post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 400 | 400
studio:aside        get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 404 | 404
studio:aside        post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 404 | 404
studio:aside_bpmn   get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 404 | 404
studio:edit_read    post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 400 | 400
studio:forms        get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:forms        post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:form         get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:form_save    post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 400 | 400
studio:form_preview post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 400 | 400
studio:form_rename  post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:form_drop    post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:form_reporting post -  | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:form_schema  get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:tables       get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:tables       post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:table        get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:table_save   post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 400 | 400
studio:table_check  post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 400 | 400
studio:table_rename post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:table_drop   post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:table_dmn    get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:restore      post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:drop         post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:migrate      get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:migrate      post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
studio:moving       get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
studio:moving       post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
travel              get  grid | 302 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
travel              get  town | 302 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
audit               get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 403 | 200
audit_export        post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 403 | 200
seeing              get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
seeing              post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 422 | 422
seeing_end          post -    | 302 302 | 302 302 | 302 302 | 302 302 302 | 302 302 | 302
watch:bottlenecks   get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
watch:heat          get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
watch:paths         get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
watch:behind        get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
watch:ways          get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
watch:table         get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
watch:drawing       get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
operations          get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
operations          post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 422 422 | 422
org:index           get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:history         get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:organisation    get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:organisation    post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
org:vacancies       get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:people          get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:import          get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:import          post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 422 | 422
org:export          get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:powers          get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:rules           get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:rule_table      get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:rule_table      post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
org:rule_check      post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:rule_try        post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:limits          get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:limits          post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
org:time            get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:time            post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 409 | 409
org:categories      get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:categories      post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
org:reference       get  -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
org:reference       post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 302 | 302
desk:messages       post -    | 302 403 | 403 403 | 403 403 | 403 403 403 | 403 404 | 404
public:report       get  -    | 200 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
public:report       post -    | 422 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
public:find         get  -    | 200 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
public:find         post -    | 422 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
public:status       get  -    | 404 404 | 404 404 | 404 404 | 404 404 404 | 404 404 | 404
public:answer       post -    | 404 404 | 404 404 | 404 404 | 404 404 404 | 404 404 | 404
public:rate         post -    | 404 404 | 404 404 | 404 404 | 404 404 404 | 404 404 | 404
api:token           post -    | 401 401 | 401 401 | 401 401 | 401 401 401 | 401 401 | 401
api:matters         get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:matters         post -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 201 | 201
api:matter_check    post -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:matter_draft    put  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:matter_publish  post -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:matter_versions get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:matter_bpmn     get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:matter_form     get  -    | 401 404 | 404 404 | 404 404 | 404 404 404 | 404 404 | 404
api:reports         post -    | 401 201 | 201 201 | 201 201 | 201 201 201 | 201 201 | 201
api:photo           put  -    | 401 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
api:recording       put  -    | 401 422 | 422 422 | 422 422 | 422 422 422 | 422 422 | 422
api:cases           get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:cases           post -    | 401 403 | 201 403 | 201 403 | 201 201 403 | 201 201 | 201
api:case            get  grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:case            get  town | 401 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
api:case_history    get  grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:case_history    get  town | 401 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
api:case_offers     get  grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:case_offers     get  town | 401 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
api:case_verb       post grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:case_verb       post town | 401 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
api:case_record     get  grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:case_record     get  town | 401 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
api:case_reveal     post grid | 401 404 | 200 404 | 403 404 | 200 404 404 | 200 403 | 200
api:case_parties    post grid | 401 404 | 201 404 | 403 404 | 201 404 404 | 201 403 | 201
api:case_party_remove post grid | 401 404 | 200 404 | 403 404 | 200 404 404 | 200 403 | 200
api:case_party_reveal post grid | 401 404 | 200 404 | 403 404 | 200 404 404 | 200 403 | 200
api:case_places     post grid | 401 404 | 201 404 | 403 404 | 201 404 404 | 201 403 | 201
api:case_documents  post grid | 401 404 | 201 404 | 403 404 | 201 404 404 | 201 403 | 201
api:case_document   get  grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:case_instruments post grid | 401 404 | 201 404 | 403 404 | 201 404 404 | 201 403 | 201
api:instrument_revoke post grid | 401 404 | 200 404 | 403 404 | 200 404 404 | 200 403 | 200
api:categories      get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:category        put  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:legal_bases     get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:legal_basis     put  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:retention       get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:retention       put  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:notices         get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:notices_poll    get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:case_follow     put  grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:case_follow     delete grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:notices_read    post -    | 401 404 | 200 404 | 404 404 | 404 404 404 | 404 404 | 404
api:steps           get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:step            get  grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:step            get  town | 401 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
api:step_verb       post grid | 401 404 | 200 404 | 403 404 | 403 404 404 | 403 403 | 200
api:step_verb       post town | 401 404 | 404 404 | 404 404 | 200 404 404 | 403 403 | 200
api:tasks           get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:tasks           post -    | 401 403 | 403 403 | 403 403 | 201 403 403 | 201 403 | 201
api:task            get  -    | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:task_arrive     post -    | 401 404 | 200 404 | 403 404 | 403 404 404 | 403 403 | 200
api:task_done       post -    | 401 404 | 200 404 | 403 404 | 403 404 404 | 403 403 | 200
api:case_suggestion get  grid | 401 404 | 200 404 | 200 404 | 200 404 404 | 200 200 | 200
api:case_suggestion get  town | 401 404 | 404 404 | 404 404 | 200 404 404 | 200 200 | 200
api:case_limit_met  post grid | 401 404 | 404 404 | 404 404 | 404 404 404 | 404 404 | 404
api:case_solve_there post grid | 401 404 | 409 404 | 403 404 | 403 404 404 | 403 403 | 409
api:case_solve_there post town | 401 404 | 404 404 | 404 404 | 403 404 404 | 403 403 | 409
api:phrases         get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:phrases         post -    | 401 201 | 201 201 | 201 201 | 201 201 201 | 201 201 | 201
api:phrase          delete -  | 401 404 | 404 404 | 404 404 | 404 404 404 | 404 404 | 404
api:rules           get  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:rule_table      get  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:rule_table      put  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:rule_versions   get  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:rules_try       post -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:rules_working_times get - | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:rules_working_times put - | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:rules_holidays  get  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:rules_holidays  put  -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 403 200 | 200
api:messages        post -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 409 409 | 409
api:signals         post -    | 401 403 | 403 403 | 403 403 | 403 403 403 | 200 200 | 200
api:incidents       get  -    | 401 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
api:incident_verb   post grid | 401 403 | 403 403 | 403 403 | 403 403 403 | 409 409 | 409
api:incident_verb   post town | 401 403 | 403 403 | 403 403 | 403 403 403 | 409 409 | 409
api:schema          get  -    | 200 200 | 200 200 | 200 200 | 200 200 200 | 200 200 | 200
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: an address or call, on which case, and the status that each kind of person gets."""

    name: str
    method: str
    place: str
    statuses: tuple[int, ...]

    @property
    def id(self) -> str:
        return f"{self.method} {self.name} {self.place}"


def _rows() -> list[Row]:
    rows = []
    for line in ROWS.strip().splitlines():
        name, method, place, *statuses = line.replace("|", " ").split()
        rows.append(Row(name=name, method=method, place=place, statuses=tuple(map(int, statuses))))
    return rows


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Two cases that wait for a person, a matter with a draft, an incident; and who may be asked."""

    people: dict[str, User | None]
    cases: dict[str, Case]
    steps: dict[str, Step]
    incidents: dict[str, Incident]


@pytest.fixture
def scene(world, settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    settings.RESIDENTS_ENTRY = True
    operator = User.objects.create_superuser("operator", password="x" * 16)
    people = {name: getattr(world, name, None) for name in PEOPLE} | {"operator": operator}
    author = Api(user=world.administrator)
    author.publish("reviewed", diagrams.with_review())
    author.put("matters/reviewed/draft/", diagrams.with_review())
    asked = {"name": "备注", "type": "text", "label": {"zh": "备注"}}
    visit = {"key": "visit", "title": {"zh": "走访"}, "fields": [asked]}
    grade = next(one for one in shipped_matters() if one.key == "dispute").tables["dispute_risk"]
    Version.objects.filter(status="draft").update(forms={"visit": visit}, tables={"grade": grade})
    numbers = {
        place: Api(user=operator).open("reviewed", area)["number"]
        for place, area in (("grid", GRID), ("town", TOWN))
    }
    cases = {place: Case.objects.get(number=number) for place, number in numbers.items()}
    steps = {place: Step.objects.open().get(run=case.run) for place, case in cases.items()}
    incidents = {
        place: Incident.objects.create(
            run=case.run, element="check", kind="expression", message="x", opened_at=case.opened_at
        )
        for place, case in cases.items()
    }
    _record(cases["grid"], operator)
    _ledger(operator)
    _plan(operator)
    photo = store_photo(_jpeg(), owner=operator)
    Attachment.objects.create(
        case=cases["grid"], photo=photo, added_at=cases["grid"].opened_at, added_by=operator
    )
    memo = store_recording(SOUND, owner=operator)
    CaseRecording.objects.create(
        case=cases["grid"], recording=memo, added_at=cases["grid"].opened_at, added_by=operator
    )
    return Scene(people=people, cases=cases, steps=steps, incidents=incidents)


def _ledger(by: User) -> None:
    """Somebody of the grid, and a sheet that the operator has read in."""
    keeper = Keeper(user_id=by.pk, sees=("",), keeps=("",))
    enter("person", {"title": "王桂芳", "code": "R-1", "area": GRID, "phone": "13800001111"}, by=keeper)
    now = timezone.now()
    LedgerImport.objects.create(kind="person", name="a.xlsx", plan="x", by=by, at=now, done_at=now)


SOUND = b"OggS" + bytes(60)


def _record(case: Case, by: User) -> None:
    """A party, a paper, an instrument and a notice to the grid worker's post."""
    as_he = viewer_for(by)
    record.add_party(case.number, record.NewParty(role="party", name="陈大宇", phone="13800005678"), by=as_he)
    paper = record.NewVersion(kind="方案", title="", name="a.pdf", content=b"%PDF-1.4")
    record.hand_in(case.number, paper, by=as_he)
    record.issue(
        case.number, record.NewInstrument(kind="commitment", number="承 1", title="承诺书"), by=as_he
    )
    Notice.objects.create(
        pk=1, case=case, kind="copy", to_post=post_code("grid_worker"), text="请知悉", at=case.opened_at
    )


def _plan(by: User) -> None:
    """A template of the sub-district, whose task of the grid is the only one."""
    add_template(Plan(title="走访独居老人", area=TOWN, kind="visit"), by=viewer_for(by))
    Task.objects.exclude(area_code=GRID).delete()


def _jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (32, 24), "red").save(out, "JPEG")
    return out.getvalue()


def _address(row: Row, scene: Scene) -> str:
    names = {
        "number": lambda: (
            1 if "matter" in row.name or "studio" in row.name else scene.cases[row.place].number
        ),
        "step": lambda: scene.steps[row.place].pk,
        "step_id": lambda: scene.steps[row.place].pk,
        "incident_id": lambda: scene.incidents[row.place].pk,
        "verb": lambda: _verb(row),
        "code": lambda: "S99",
        "area_code": lambda: GRID,
        "pk": lambda: LedgerRecord.objects.get().pk,
        "kind": lambda: "person",
        "import_id": lambda: LedgerImport.objects.get().pk,
        "party_id": lambda: Party.objects.order_by("pk")[0].pk,
        "document_id": lambda: Document.objects.order_by("pk")[0].pk,
        "instrument_id": lambda: Instrument.objects.get().pk,
        "version": lambda: 1,
        "key": lambda: "nearby_descend" if "rule" in row.name else "reviewed",
        "task_id": lambda: Task.objects.get().pk,
        "template_id": lambda: Task.objects.get().template_id,
        "year": lambda: 2027,
        "request_id": lambda: 0,  # nobody has asked: the service's own tests tell who may decide
        "clock_id": lambda: 0,  # of no case here: the service's own tests tell who may
        "phrase_id": lambda: 1,
        "aside_id": lambda: 0,  # nothing was set aside: the board's own tests tell what may be taken over
        "what": lambda: "party",
        "link": lambda: "0" * 64,  # nobody's: who has one needs no log-in
        "form": lambda: "visit",
        "table": lambda: "grade",
        "moving": lambda: a_moving().pk,
        "sha256": lambda: sha256(SOUND if row.name == "recording" else _jpeg()).hexdigest(),
    }
    wanted = _patterns()[row.name]
    return reverse(row.name, kwargs={name: names[name]() for name in wanted})


def a_moving() -> Moving:
    """A case that waits to go over to the version in force."""
    case = Case.objects.select_related("run").earliest("pk")
    by = User.objects.earliest("pk")
    version = Version.objects.published().get(definition__key="reviewed")
    moving = Moving.objects.create(version=version, by=by, started_at=timezone.now())
    moving.cases.create(case=case)
    return moving


def _verb(row: Row) -> str:
    if "incident" in row.name:
        return "retry"
    if row.name == "desk:bulk":
        return "claim"
    return "comment" if row.name in ("desk:act_on", "api:case_verb") else "complete"


@lru_cache(maxsize=1)
def _patterns() -> dict[str, list[str]]:
    """The name of every address with the names of its parts."""
    found: dict[str, list[str]] = {}
    todo = [("", get_resolver())]
    while todo:
        space, resolver = todo.pop()
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern):
                if pattern.name:
                    found[space + pattern.name] = list(pattern.pattern.converters)
            else:
                todo.append((f"{pattern.app_name}:" if pattern.app_name else space, pattern))
    return found


PLANNED = {
    "title": "清查飞线",
    "kind": "patrol",
    "area": GRID,
    "who": "grid:grid_worker",
    "due_time": "18:00",
}
BODIES: dict[str, object] = {
    "preferences": {"letters": "large"},
    "switch_post": {"post": ""},
    "desk:say": {"text": "已联系居民", "token": "6f6d2f7e-6f0e-4c52-9c3a-0d3c5c3f7a11"},
    "desk:act": {"comment": "已核查"},
    "desk:phrases": {"text": "已核实"},
    "desk:reveal": {"reason": "电话核对"},
    "desk:keep": {"role": "witness", "name": "李某"},
    "ledgers:add": {"title": ""},
    "ledgers:edit": {"seen": 1, "job": "退休"},
    "ledgers:reveal": {"reason": "入户走访"},
    "ledgers:take_out": {"reason": "已迁出"},
    "ledgers:export": {"kind": "person"},
    "visits:visit": {"token": "6f6d2f7e-6f0e-4c52-9c3a-0d3c5c3f7a12", "result": "unchanged"},
    "visits:look": {"reason": "入户走访"},
    "desk:hand_in": lambda: {"kind": "证据", "file": SimpleUploadedFile("b.pdf", b"%PDF-1.7")},
    "desk:act_on": {"act.comment.comment": "已联系居民"},
    "studio:library": {"key": "lamp", "title": "路灯"},
    "studio:publish": {"note": "试行"},
    "studio:forms": {"key": "check", "title": "核查"},
    "studio:form_rename": {"new": "look"},
    "studio:tables": {"key": "sort", "title": "定级"},
    "studio:table_rename": {"new": "look"},
    "studio:moving": {"act": "pause"},
    "org:rule_table": {"table": '[["", "", "", "", "不动", "都不下派"]]', "after": "0", "note": "试"},
    "org:limits": {"act": "confirm"},
    "org:time": {"act": "hours", "seen": "old"},
    "org:categories": {"act": "add", "code": "S98", "name": "低空秩序", "kind": "social"},
    "org:reference": {"act": "retention", "years": "5"},
    "org:organisation": {"act": "rename_unit", "code": f"{TOWN}000-centre", "name": "治理指挥中心"},
    "desk:task_template_new": PLANNED,
    "desk:task_template": {"do": "stop"},
    "desk:task_send": PLANNED,
    "phone:task": {"task.outcome": "in_order"},
    "api:tasks": {"title": "清查飞线", "area": GRID},
    "api:task_done": {"outcome": "in_order"},
    "phone:send": {"r.token": "0b0f6c1e-6a53-4b0e-9f0a-2f6f1b0a7c55", "r.kind": "reviewed|", "r.area": GRID},
    "phone:join": {"r.token": "0b0f6c1e-6a53-4b0e-9f0a-2f6f1b0a7c56", "r.summary": "也看到了"},
    "api:token": {"username": "x", "password": "x"},
    "api:matters": {"key": "lamp", "title": "路灯"},
    "api:matter_publish": {"note": "试行"},
    "api:reports": {"matter": "reviewed", "area": GRID},
    "api:cases": {"matter": "reviewed", "area": GRID, "title": "一件事"},
    "api:step_verb": {"comment": "已核查"},
    "api:case_verb": {"comment": "已联系居民"},
    "api:case_reveal": {"field": "标题", "reason": "通知到场"},
    "api:case_parties": {"role": "witness", "name": "陈大宇"},
    "api:case_party_remove": {"reason": "写错了"},
    "api:case_party_reveal": {"reason": "通知到场"},
    "api:case_places": {"kind": "source", "text": "二号工地"},
    "api:case_instruments": {"kind": "commitment", "number": "承 2", "title": "承诺书"},
    "api:instrument_revoke": {"comment": "写错了"},
    "api:notices_read": {"ids": [1]},
    "api:category": {"name": "低空秩序", "kind": "social"},
    "api:legal_basis": {"law": "某条例", "valid_from": "2026-01-01"},
    "api:retention": {"years": 5},
    "api:case_solve_there": {"photos": ["0" * 64]},
    "api:rule_table": {
        "inputs": ["事由"],
        "outputs": ["去向", "说明"],
        "rows": [{"tests": [""], "results": ['"不动"', '"都不下派"']}],
        "after": 0,
    },
    "api:phrases": {"text": "情况属实"},
    "api:rules_try": {"area": GRID, "category": "占道经营"},
    "api:rules_working_times": {"rows": [{"opens": "09:00", "closes": "17:00"}]},
    "api:rules_holidays": {"days": [{"day": "2027-01-01", "works": False}]},
    "api:messages": {"name": "没有人等"},
    "api:signals": {"name": "没有人等"},
    "api:incident_verb": {"comment": "再试"},
}
RAW = {"api:matter_check", "api:matter_draft", "api:photo", "api:recording"}


def _asked(row: Row, scene: Scene, client: Client) -> int:
    """The status of one request, whose effects are taken back."""
    body = BODIES.get(row.name, {})
    body = body() if callable(body) else body
    address = _address(row, scene)
    with transaction.atomic():
        if row.method == "get":
            answer = client.get(address)
        elif row.name in RAW:
            answer = getattr(client, row.method)(address, diagrams.plain(), content_type="application/xml")
        elif row.name == "api:case_documents":
            address += "?kind=plan&name=plan.pdf"
            answer = client.post(address, b"%PDF-1.7", content_type="application/pdf")
        elif row.name.startswith("api:"):
            answer = getattr(client, row.method)(
                address, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": "k"}
            )
        else:
            answer = client.post(address, body)
        transaction.set_rollback(True)
    if answer.streaming:
        b"".join(answer)  # a file stays open until it is read to its end
    return answer.status_code


def _sessions(scene: Scene) -> dict[str, str]:
    """A session for each who can have one; logging out takes back only the browser's cookie, not these."""
    sessions = {}
    for name, user in scene.people.items():
        if user is not None:
            client = Client()
            client.force_login(user)
            sessions[name] = client.cookies["sessionid"].value
    return sessions


def _client(session: str | None) -> Client:
    client = Client()
    if session is not None:
        client.cookies["sessionid"] = session
    return client


PARTS = 8  # so that several processes share the work


@pytest.mark.parametrize("part", range(PARTS))
def test_each_person_gets_what_is_his(scene: Scene, part: int):
    cache.clear()
    sessions = _sessions(scene)
    found, wanted = {}, {}
    for row in _rows()[part::PARTS]:
        for name, status in zip(PEOPLE, row.statuses, strict=True):
            found[row.id, name] = _asked(row, scene, _client(sessions.get(name)))
            wanted[row.id, name] = status

    assert found == wanted


def test_every_address_has_a_row():
    named = {row.name for row in _rows()}

    assert set(_patterns()) - named == set()
    assert named - set(_patterns()) == set()


def test_no_row_ends_in_a_fault():
    assert all(status < 500 for row in _rows() for status in row.statuses)
